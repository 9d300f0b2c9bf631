"""The common ground of all tables, and of those whose rows have an owner."""

import enum
from datetime import datetime
from typing import ClassVar, cast

from sqlalchemy import Enum, ForeignKey, Index, LargeBinary, MetaData, Table, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from plugin.store.columns import Moment, Words, new_id

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def _values(words: type[enum.Enum]) -> list[str]:
    return [word.value for word in words]


class Base(DeclarativeBase):
    """Common ground of all tables."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {
        str: Words(),
        datetime: Moment(),
        bytes: LargeBinary(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=32, values_callable=_values),
    }

    id: Mapped[str] = mapped_column(Words(), primary_key=True, default=new_id)


class Owned(Base):
    """A row of one merchant.

    SQLite may take an index by merchant alone before one that finds the rows: none has it unasked.
    """

    __abstract__ = True

    merchant_id: Mapped[str] = mapped_column(ForeignKey("bb_merchant.id"))


def table_of(kind: type[Base]) -> Table:
    """Its table, for statements that are run often: without the mapper they cost half as much."""
    return cast("Table", kind.__table__)


def kept_index(table: str, at: str) -> Index:
    """Finds a merchant's oldest rows whose texts are not erased, however many are."""
    kept = text("erased_at IS NULL")
    return Index(f"ix_{table}_kept", "merchant_id", at, sqlite_where=kept, postgresql_where=kept)
