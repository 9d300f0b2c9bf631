"""How much a statement makes the database read, told by the database itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Connection, event

from plugin.store.engine import Database


@dataclass(frozen=True)
class Asked:
    """A statement as it was sent."""

    statement: str
    parameters: Any


@contextmanager
def asked(database: Database) -> Iterator[list[Asked]]:
    """Every statement that is sent meanwhile and has a plan, once."""
    found: dict[str, Asked] = {}

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            found.setdefault(statement, Asked(statement, parameters))

    statements: list[Asked] = []
    event.listen(database.engine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", keep)
        statements += found.values()


def plan(connection: Connection, wanted: Asked) -> list[str]:
    """What the database means to do, a line a step."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {wanted.statement}", wanted.parameters
        )
        return [str(row.detail) for row in rows]
    rows = connection.exec_driver_sql(f"EXPLAIN {wanted.statement}", wanted.parameters)
    return [str(row[0]) for row in rows]


def work(connection: Connection, wanted: Asked) -> int:
    """What it really does: on PostgreSQL rows that are read, on SQLite steps, of which each row
    that is read takes several.
    """
    if connection.dialect.name == "sqlite":
        return _steps(connection, wanted)
    found = connection.exec_driver_sql(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {wanted.statement}", wanted.parameters
    ).scalar_one()
    whole = json.loads(found) if isinstance(found, str) else found
    return sum(_rows_read(node) for node in _nodes(whole[0]["Plan"]))


def _steps(connection: Connection, wanted: Asked) -> int:
    driver: Any = connection.connection.driver_connection
    steps = count()
    driver.set_progress_handler(lambda: next(steps) < 0, 1)
    try:
        driver.execute(wanted.statement, wanted.parameters).fetchall()
    finally:
        driver.set_progress_handler(None, 1)
    return next(steps)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


def _rows_read(node: dict[str, Any]) -> int:
    if not node["Node Type"].endswith("Scan") or "Relation Name" not in node:
        return 0
    removed = sum(rows for name, rows in node.items() if name.startswith("Rows Removed"))
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])
