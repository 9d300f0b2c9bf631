"""Writing a row at most once, on both databases."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from plugin.store.columns import new_id
from plugin.store.schema import Base


def insert_once(session: Session, row: Base) -> bool:
    """Insert `row` unless a unique key already holds its like (ON CONFLICT DO NOTHING).

    Returns:
        Whether it was inserted. `row.id` is set; the object is not added to the session.
    """
    row.id = row.__dict__.get("id") or new_id()
    kind = type(row)
    mapper = inspect(kind)
    values: dict[str, Any] = {
        column.key: getattr(row, column.key)
        for column in mapper.column_attrs
        if column.key in row.__dict__
    }
    sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert(kind) if sqlite else postgresql_insert(kind)
    statement = insert.values(**values).on_conflict_do_nothing().returning(kind.id)
    return session.execute(statement).first() is not None
