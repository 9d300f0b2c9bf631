"""The tables of what happened: a chain of rows for each merchant, their texts, and its head."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned
from plugin.store.columns import Json, Secret

_DIGEST = String(64)
_Number = BigInteger().with_variant(Integer(), "sqlite")


class AuditRow(Owned):
    """What happened, to what, by whom. Only ever added to: the database refuses anything else.

    `number` counts from 1 for each merchant, `digest` is that of this row and of `previous`, the
    one before it: see `audit_digest`. They are null in no row that `audit.add` wrote; the columns
    came later than the table, and say so no more.
    """

    __tablename__ = "bb_audit"
    __table_args__ = (
        Index("uq_bb_audit_number", "merchant_id", "number", unique=True),
        Index("ix_bb_audit_draft_merchant", "draft_id", "merchant_id"),
    )

    at: Mapped[datetime]
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("bb_draft.id"))
    actor: Mapped[str]
    event: Mapped[str]
    detail: Mapped[Any] = mapped_column(Json())
    number: Mapped[int | None] = mapped_column(_Number)
    text_digest: Mapped[str | None] = mapped_column(_DIGEST)
    previous: Mapped[str | None] = mapped_column(_DIGEST)
    digest: Mapped[str | None] = mapped_column(_DIGEST)


class AuditText(Owned):
    """What of a row may be personal data. It can be erased, and the chain of rows still holds."""

    __tablename__ = "bb_audit_text"
    __table_args__ = (
        UniqueConstraint("audit_id"),
        Index("ix_bb_audit_text_merchant", "merchant_id", "audit_id"),
    )

    audit_id: Mapped[str] = mapped_column(ForeignKey("bb_audit.id"))
    salt: Mapped[bytes]
    text: Mapped[Any] = mapped_column(Json())


class AuditHead(Owned):
    """How many rows a merchant's chain has, and the digest of the last.

    `seal` says the same once more, encrypted with our key: who can write to the database alone can
    cut the chain's end off, but cannot make a head that fits.
    """

    __tablename__ = "bb_audit_head"
    __table_args__ = (UniqueConstraint("merchant_id"),)

    number: Mapped[int] = mapped_column(_Number)
    digest: Mapped[str] = mapped_column(_DIGEST)
    seal: Mapped[str] = mapped_column(Secret())
