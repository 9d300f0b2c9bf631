"""Looks through a whole database: every column of every table, ours and the job engine's."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, text

from plugin.store.engine import Database


@dataclass(frozen=True)
class Place:
    """Where something was found."""

    table: str
    column: str
    row: str


def places(database: Database, wanted: str) -> set[Place]:
    """Every place where a text stands, in any case, as it is or as JSON writes it."""
    spellings = {wanted.casefold(), wanted.encode("unicode_escape").decode().casefold()}
    return {
        Place(table, column, str(row.get("id", "")))
        for table, row in _rows(database)
        for column, value in row.items()
        if any(spelling in _text(value) for spelling in spellings)
    }


def _rows(database: Database) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    schemas = [None] if database.is_sqlite else ["public", "dbos"]
    with database.engine.connect() as connection:
        for schema in schemas:
            for table in inspect(connection).get_table_names(schema):
                name = f'"{schema}"."{table}"' if schema else f'"{table}"'
                rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()
                found += [(table, dict(row)) for row in rows]
    return found


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace").casefold()
    return str(value).casefold()
