"""A real job engine with jobs that a test makes up, and a look at the engine's own tables."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy import inspect, text

from plugin.jobs import Job, JobClient, JobEngine, JobName
from plugin.logs import log_to_stderr
from plugin.store.columns import new_id
from plugin.store.engine import Database
from plugin.store.scope import Scope

PATIENCE_SECONDS = 30.0
MERCHANT = Scope("01999999-0000-7000-8000-000000000000")


def eventually(condition: Callable[[], object], *, what: str) -> None:
    """Wait until something holds; fail with its name if it never does."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, f"never happened: {what}"
        time.sleep(0.05)


class Desk:
    """Jobs whose doing a test chooses by the thing's id, and a record of what ran."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._acts: dict[str, Callable[[], None]] = {}
        self.ran: dict[str, list[tuple[JobName, Scope, float]]] = defaultdict(list)

    @property
    def jobs(self) -> Mapping[JobName, Job]:
        return {name: self._job(name) for name in JobName}

    def on(self, act: Callable[[], None]) -> str:
        """A new thing, and what is to be done when a job about it runs."""
        thing_id = new_id()
        self._acts[thing_id] = act
        return thing_id

    def count(self, thing_id: str) -> int:
        return len(self.ran[thing_id])

    def wait_for(self, *thing_ids: str) -> None:
        with self._changed:
            done = self._changed.wait_for(
                lambda: all(self.ran[thing_id] for thing_id in thing_ids), PATIENCE_SECONDS
            )
        assert done, "a job never ended"

    def _job(self, name: JobName) -> Job:
        def run(scope: Scope, thing_id: str) -> None:
            began = time.monotonic()
            try:
                self._acts.get(thing_id, lambda: None)()
            finally:
                with self._changed:
                    self.ran[thing_id].append((name, scope, began))
                    self._changed.notify_all()

        return run


class Office:
    """A database, a client that enqueues, and the desk of the engine that runs."""

    def __init__(self, database: Database, engine: JobEngine) -> None:
        self.database = database
        self.engine = engine
        self.client = JobClient(database)
        self.desk = Desk()

    def ask(
        self,
        thing_id: str,
        name: JobName = JobName.DELIVER,
        *,
        key: str | None = None,
        ticket: str | None = None,
        **more: Any,
    ) -> None:
        with self.database.write() as session:
            self.client.enqueue(
                session,
                name,
                MERCHANT,
                thing_id,
                key=key or thing_id,
                ticket=ticket or thing_id,
                **more,
            )

    def run(self, act: Callable[[], None]) -> str:
        """A job of its own ticket, done."""
        thing_id = self.desk.on(act)
        self.ask(thing_id)
        self.desk.wait_for(thing_id)
        return thing_id


@contextmanager
def logging_as_the_service() -> Iterator[None]:
    """Inside a test, not in a fixture: what is captured is another stream in each phase."""
    root = logging.getLogger()
    before = list(root.handlers)
    log_to_stderr()
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:] = before


def engine_schema(database: Database) -> str | None:
    return None if database.is_sqlite else "dbos"


def engine_rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything the job engine keeps, table by table."""
    schema = engine_schema(database)
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names(schema)
        prefix = f"{schema}." if schema else ""
        return {
            name: [
                dict(row)
                for row in connection.execute(text(f"SELECT * FROM {prefix}{name}")).mappings()
            ]
            for name in names
            if not name.startswith("bb_")
        }


def status_of(database: Database, job_id: str) -> str | None:
    rows = engine_rows(database)["workflow_status"]
    return next((str(row["status"]) for row in rows if row["workflow_uuid"] == job_id), None)
