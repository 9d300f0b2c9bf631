"""Database engines and transactions.

One pool, three faces of it. The job engine gets the plain engine, since it issues its own BEGIN
while migrating. Our writes use an option engine that begins IMMEDIATE on SQLite: without it a
SELECT opens no transaction, and two sums-then-insert overrun a limit. Pages read through a third
that begins deferred, so that they do not queue behind writers; on PostgreSQL it reads one snapshot,
as SQLite does anyway. Errors never show parameters, nor the values that PostgreSQL adds to them:
they are customers' words.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from plugin.errors import ConfigError
from plugin.store import tables  # noqa: F401 (imported so that every table is known)

# What the database raises when it is busy, gone, or had to choose between two of us: try later.
DatabaseUnavailableError = OperationalError

_BUSY_TIMEOUT_MS = 30_000
_SHORT_TIMEOUT_MS = 500
# Nothing outside is called inside a transaction. Whoever says nothing for so long in one was frozen
# or cut off, and PostgreSQL takes its locks away: else its tickets would wait as long as it does.
IDLE_IN_TRANSACTION_SECONDS = 20.0
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_IDLE_IN_TRANSACTION = "25P03"
# Kept open; what a process needs beyond it is opened for as long as it is used.
_KEPT_OPEN = 10
_RESTS_SINCE, _RESTED_SECONDS = "rests_since", 5.0
_CONNECTIONS = 20


class Database:
    """Where everything is kept.

    Args:
        url: Its address.
        connections: How many threads use it at once. A thread takes one: whoever asked for a second
            inside the first could wait for somebody who does the same.

    Attributes:
        engine: The plain engine, for migrations and the job engine.
    """

    def __init__(self, url: str, *, connections: int = _CONNECTIONS) -> None:
        self.url = url
        self.engine = _engine(url, connections)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(bookbag="write")
        self._reading = self.engine.execution_options(bookbag="read")
        if is_sqlite:
            event.listen(self._writing, "begin", _begin_immediate)
            event.listen(self._reading, "begin", _begin_deferred)
        else:
            self._reading = self._reading.execution_options(isolation_level="REPEATABLE READ")
        self._write = sessionmaker(self._writing, expire_on_commit=False)
        # SQLite has one writer, and whoever finds it busy sleeps and asks again: under load some
        # would wait for a second while others pass. This process's writers wait in line instead.
        self._turn: AbstractContextManager[object] = (
            threading.RLock() if is_sqlite else nullcontext()
        )
        self._read = sessionmaker(self._reading, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back upon any exception."""
        with self._turn, self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent look. Nothing is written."""
        with self._read() as session:
            yield session

    def alive(self) -> None:
        """Ask the database for anything at all."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def back_up(self, to: Path) -> None:
        """Copy an embedded database to a new file while it is in use: one consistent moment of it.

        Raises:
            ConfigError: A server's database has tools of its own; or the file is there already.
        """
        if not self.is_sqlite:
            raise ConfigError(["back up a PostgreSQL database with pg_dump"])
        if to.exists():
            raise ConfigError([f"{to}: this file is there already"])
        _make_private(to)
        pooled = self.engine.raw_connection()
        try:
            with closing(sqlite3.connect(to)) as copy:
                pooled.driver_connection.backup(copy)  # type: ignore[union-attr] # sqlite3's own
        finally:
            pooled.close()

    def forget_past(self) -> None:
        """Let the embedded database's log keep nothing that has been overwritten since.

        Where somebody reads at this moment it is tried again with the next erasure, or when the
        log is next written from its beginning.
        """
        if not self.is_sqlite:
            return
        with self.engine.connect() as connection:
            # Writers wait while it waits for readers, so it does not wait for long.
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_SHORT_TIMEOUT_MS}")
            try:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str, connections: int) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not chained: the sentence would quote the address, and with it a password.
        raise ConfigError(["BOOKBAG_DATABASE_URL: not the address of a database"]) from None
    pool = {
        "pool_size": min(connections, _KEPT_OPEN),
        "max_overflow": max(connections - _KEPT_OPEN, 0),
    }
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, hide_parameters=True, **pool)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ask_the_rested, engine))
        event.listen(engine, "handle_error", _hide_detail)
        return engine
    if parsed.database:
        _make_private(Path(parsed.database))
    engine = create_engine(
        parsed,
        **pool,
        hide_parameters=True,
        connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    limit = int(IDLE_IN_TRANSACTION_SECONDS * 1000)
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = {limit}")
    cursor.close()
    connection.commit()


def _note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _ask_the_rested(
    engine: Engine, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Ask a connection that was not used for a while whether the server is still there.

    One that has just been used tells by itself: then the pool lets go of all the others, too.
    """
    since = record.info.get(_RESTS_SINCE)
    if since is None or time.monotonic() - since < _RESTED_SECONDS:
        return
    try:
        alive = engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        if not engine.dialect.is_disconnect(error, connection, None):
            raise
        alive = False
    if not alive:
        raise DisconnectionError


def _make_private(path: Path) -> None:
    """Create an embedded database's file for its owner alone: it holds customers' words."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is erased is overwritten in the file, not only let go of.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _hide_detail(context: ExceptionContext) -> None:
    """Keep PostgreSQL's sentence and drop its DETAIL, which quotes the row.

    A session that was taken from us is one that is gone, whatever class of error tells of it.
    """
    sentence = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if context.sqlalchemy_exception is not None and sentence:
        name = type(context.original_exception).__name__
        context.sqlalchemy_exception.args = (f"({name}) {sentence}",)
    if getattr(context.original_exception, "sqlstate", None) == _IDLE_IN_TRANSACTION:
        context.is_disconnect = True
        raise DatabaseUnavailableError(None, None, context.original_exception)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
