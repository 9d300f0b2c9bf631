"""Short jobs by name: enqueued inside a transaction of ours, run by whichever worker is free.

DBOS dispatches; what has happened to a thing is always in our own tables. A job's id is derived
from the thing it is about, so that asking twice is a silent no-op and a retry needs a new id. All
jobs of one ticket share a partition and never run at once. Arguments are ids only: the engine's
tables hold no customer text.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from typing import Protocol

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos._migration import get_dbos_migrations, sqlite_migrations
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from plugin.config import Settings
from plugin.errors import ConfigError
from plugin.pace import Pace
from plugin.store.columns import new_id
from plugin.store.engine import Database
from plugin.store.scope import Scope

QUEUE = "bookbag_tickets"
# A worker that died holds its ticket's place in the queue. The sweep drives such a ticket on
# through a second queue, in a lane of its own each time, since a worker may die there as well. The
# state machine, not the queue, is what keeps lanes apart.
SWEEP_QUEUE = "bookbag_sweep"
QUEUES = (QUEUE, SWEEP_QUEUE)
_APPLICATION = "bookbag"
# Constant: work that was enqueued before an upgrade is run after it.
_APPLICATION_VERSION = "1"
_VERSION_TABLE = "dbos_migrations"
_PAYLOAD_TABLES = ("workflow_input", "workflow_output", "operation_outputs")

log = structlog.get_logger(__name__)


class JobFailedError(Exception):
    """A job ended in a fault of ours. The sweep drives its row on; our log says where it was."""


class JobName(StrEnum):
    """What a worker can be asked to do. A test compares them with what is registered."""

    HANDLE_EVENT = "handle_event"
    DELIVER = "deliver"
    RUN_EFFECT = "run_effect"
    DEADLINE = "deadline"
    REDRAFT = "redraft"
    RECONCILE = "reconcile"


Job = Callable[[Scope, str], None]


class Enqueue(Protocol):
    """Asks for a job in the transaction of `session`; nothing happens if that is rolled back."""

    def __call__(
        self,
        session: Session,
        name: JobName,
        scope: Scope,
        thing_id: str,
        *,
        key: str,
        ticket: str,
        delay: float = 0,
        lane: str | None = None,
    ) -> None:
        """Enqueue.

        Args:
            session: The transaction.
            name: What to do.
            scope: Whose.
            thing_id: On which row.
            key: Names this request; a second one with the same name and key is ignored.
            ticket: Jobs of one ticket never run at once.
            delay: Seconds to wait.
            lane: An id: past the queue's own order, one after another with the jobs of the ticket
                in the same lane. What such a job asks for goes the same way.
        """


class JobClient:
    """Enqueues. Runs nothing, so that web processes can fork and scale."""

    def __init__(self, database: Database) -> None:
        self._client = DBOSClient(
            system_database_engine=database.engine, application_name=_APPLICATION, lazy=True
        )

    def enqueue(
        self,
        session: Session,
        name: JobName,
        scope: Scope,
        thing_id: str,
        *,
        key: str,
        ticket: str,
        delay: float = 0,
        lane: str | None = None,
    ) -> None:
        """See `Enqueue`."""
        lane = lane or _lane.get()
        options: EnqueueOptions = {
            "workflow_name": name.value,
            "queue_name": SWEEP_QUEUE if lane else QUEUE,
            "workflow_id": f"{name}:{key}",
            "queue_partition_key": f"{ticket}@{lane}" if lane else ticket,
            "app_version": _APPLICATION_VERSION,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        ids = (scope.merchant_id, thing_id, *([lane] if lane else []))
        self._client.enqueue_in_transaction(session, options, *ids)

    def close(self) -> None:
        """Stop using the database. The engine is not ours to dispose of."""
        self._client.destroy()


_running: dict[JobName, Job] = {}
_lane: ContextVar[str | None] = ContextVar("lane", default=None)


def _dispatch(name: JobName) -> None:
    """Register one workflow. It must exist before launch, in a module that is imported."""

    @DBOS.workflow(name=name.value)
    def run(merchant_id: str, thing_id: str, lane: str | None = None) -> None:
        fault: Exception | None = None
        before = _lane.set(lane)
        try:
            _running[name](Scope(merchant_id), thing_id)
        except Exception as raised:  # noqa: BLE001 (told below, and raised anew without its text)
            fault = raised
        finally:
            _lane.reset(before)
        if fault is not None:
            kind = type(fault).__name__
            log.error("job_failed", job=name, thing=thing_id, error=kind, exc_info=fault)
            # The engine keeps and logs what it is given: never a message with customers' words.
            raise JobFailedError(f"{name}: {kind}")


for _name in JobName:
    _dispatch(_name)


class JobEngine:
    """Runs jobs in this process. There is one at a time: DBOS is a singleton.

    Attributes:
        executor_id: Unique for each start, so that nobody re-runs a living worker's jobs.
    """

    def __init__(self, database: Database, settings: Settings, pace: Pace) -> None:
        self._database = database
        self._threads = settings.worker_threads
        self._pace = pace
        self.executor_id = new_id()

    def start(self, jobs: Mapping[JobName, Job]) -> None:
        """Begin to run what is enqueued."""
        _running.update(jobs)
        DBOS(config=_config(self._database, self.executor_id, migrate=False))
        DBOS.launch()
        for queue, poll in ((QUEUE, self._pace.poll), (SWEEP_QUEUE, self._pace.poll_swept)):
            DBOS.register_queue(
                queue,
                partition_concurrency=1,
                worker_concurrency=self._threads,
                polling_interval_sec=poll,
                on_conflict="always_update",
            )

    def stop(self, *, wait_seconds: int = 0) -> None:
        """Take no more jobs, give those that run `wait_seconds`, and let go."""
        DBOS.destroy(workflow_completion_timeout_sec=wait_seconds)
        _running.clear()

    def hand_back(self, executor_id: str) -> int:
        """Make a dead worker's unfinished jobs runnable again. Returns how many."""
        # Private, since open-source DBOS has no failover; the minor version is pinned for it.
        return len(DBOS._recover_pending_workflows([executor_id]))  # noqa: SLF001 (see above)

    def forget_finished(self, session: Session) -> None:
        """Delete what the engine keeps of jobs that ended long ago."""
        schema = "" if self._database.is_sqlite else "dbos."
        now = (
            "unixepoch() * 1000"
            if self._database.is_sqlite
            else "(extract(epoch from clock_timestamp()) * 1000)::bigint"
        )
        before = session.scalar(text(f"SELECT {now}")) - int(self._pace.kept * 1000)
        finished = (
            f"FROM {schema}workflow_status"
            " WHERE status IN ('SUCCESS', 'ERROR', 'CANCELLED') AND updated_at < :before"
        )
        # The engine's payload tables have no foreign key: they go first, or stay for ever.
        for table in _PAYLOAD_TABLES:
            session.execute(
                text(
                    f"DELETE FROM {schema}{table}"  # noqa: S608 (constants only)
                    f" WHERE workflow_uuid IN (SELECT workflow_uuid {finished})"
                ),
                {"before": before},
            )
        session.execute(text(f"DELETE {finished}"), {"before": before})


def executors_at_work(session: Session) -> set[str]:
    """Workers that the engine believes to be running a job, dead ones included."""
    schema = "" if session.get_bind().dialect.name == "sqlite" else "dbos."
    rows = session.execute(
        text(
            f"SELECT DISTINCT executor_id FROM {schema}workflow_status"  # noqa: S608 (constants)
            " WHERE status = 'PENDING' AND executor_id IS NOT NULL"
        )
    )
    return {row.executor_id for row in rows}


def swept_and_waiting(session: Session) -> int:
    """How many jobs that the sweep asked for nobody has begun yet."""
    schema = "" if session.get_bind().dialect.name == "sqlite" else "dbos."
    # Said twice, in the engine's own words: else SQLite does not see that its index fits.
    waiting = text(
        f"SELECT count(*) FROM {schema}workflow_status"  # noqa: S608 (constants only)
        " WHERE queue_name = :queue AND status = 'ENQUEUED' AND status IN ('ENQUEUED', 'PENDING')"
    )
    return session.scalar(waiting, {"queue": SWEEP_QUEUE}) or 0


def migrate(database: Database) -> None:
    """Create or upgrade the job engine's own tables, which stand beside ours."""
    DBOS(config=_config(database, "migration", migrate=True))
    try:
        DBOS.launch()
    finally:
        DBOS.destroy()


def require_current(database: Database) -> None:
    """Refuse to work with the job engine's tables of an older release, or without them.

    Newer ones are as good: the engine says so of itself.

    Raises:
        ConfigError: Run `bookbag db upgrade`.
    """
    wanted = _wanted_version(sqlite=database.is_sqlite)
    schema = None if database.is_sqlite else "dbos"
    with database.engine.connect() as connection:
        found = 0
        if inspect(connection).has_table(_VERSION_TABLE, schema):
            name = f"{schema}.{_VERSION_TABLE}" if schema else _VERSION_TABLE
            found = connection.scalar(text(f"SELECT max(version) FROM {name}")) or 0  # noqa: S608 (constants only)
    if found < wanted:
        have = f"the job engine's tables are at version {found or 'none'}"
        raise ConfigError([f"{have}, this release needs {wanted}: run `bookbag db upgrade`"])


@cache
def _wanted_version(*, sqlite: bool) -> int:
    # Private, and the only place where the engine says it; the minor version is pinned for it.
    return len(sqlite_migrations if sqlite else get_dbos_migrations("dbos", False, False))


def _config(database: Database, executor_id: str, *, migrate: bool) -> DBOSConfig:
    return {
        "name": _APPLICATION,
        "system_database_engine": database.engine,
        "system_database_url": (
            "sqlite:///ours.sqlite" if database.is_sqlite else "postgresql://our:own@engine/db"
        ),
        "application_version": _APPLICATION_VERSION,
        "executor_id": executor_id,
        "log_level": "WARNING",
        "run_migrations": migrate,
        "use_listen_notify": False,
        "scheduler_polling_interval_sec": 3600.0,
    }
