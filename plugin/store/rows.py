"""Writing a row at most once, on both databases."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, inspect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from plugin.store.base import Base
from plugin.store.columns import new_id


def insert_once(session: Session, row: Base) -> bool:
    """Insert `row` unless a unique key already holds its like (ON CONFLICT DO NOTHING).

    Returns:
        Whether it was inserted. `row.id` is set; the object is not added to the session.
    """
    row.id = row.__dict__.get("id") or new_id()
    kind = type(row)
    values: dict[str, Any] = {
        column.key: getattr(row, column.key)
        for column in inspect(kind).column_attrs
        if column.key in row.__dict__
    }
    session.flush()
    statement = _insert(kind, session.get_bind().dialect.name)
    return session.connection().execute(statement, values).rowcount == 1


@cache
def _insert(kind: type[Base], dialect: str) -> Insert:
    """Built once: every webhook passes here, and building costs as much as running."""
    insert = sqlite_insert(kind) if dialect == "sqlite" else postgresql_insert(kind)
    return insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
