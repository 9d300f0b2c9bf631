"""Running the service: web and worker in one process, or each on its own."""

import fcntl
import gc
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import TConn, ThreadWorker
from sqlalchemy import make_url

from plugin.app import Service
from plugin.config import WEB_THREADS, Settings
from plugin.errors import ConfigError
from plugin.stopping import heed_signals, wait_until
from plugin.web import LARGEST_BODY_BYTES, create_web
from plugin.web.listening import Listening
from plugin.workers import Worker

log = structlog.get_logger(__name__)

_ARRIVAL_SECONDS = 10.0
_LEASE_LOST_EXIT = 70
_STOP_SECONDS = 20


class Serving:
    """Web threads, a worker, or both, on one service."""

    def __init__(self, service: Service, *, web: bool = True, worker: bool = True) -> None:
        runtime = service.runtime
        self._service = service
        self._worker = Worker(runtime, lost=_die) if worker else None
        self._web = (
            Listening(
                create_web(runtime, works=worker),
                runtime.settings,
                largest_body=LARGEST_BODY_BYTES * 2,
            )
            if web
            else None
        )

    def start(self) -> None:
        """Begin to answer and to work."""
        if self._worker:
            self._worker.start()
        if self._web:
            self._web.start()
        _keep_what_is_loaded()

    def stop(self) -> None:
        """Take no more requests, finish what runs, hand the rest back."""
        if self._web:
            self._web.stop(wait_seconds=_STOP_SECONDS)
        if self._worker:
            self._worker.stop(wait_seconds=_STOP_SECONDS)
        self._service.close()


def run_until_signal(serving: Serving) -> None:
    """Serve until SIGINT or SIGTERM, then stop in order."""
    told = heed_signals()
    serving.start()
    wait_until(told)
    serving.stop()


@contextmanager
def only_worker(settings: Settings) -> Iterator[None]:
    """Keep a second worker off an embedded database.

    Raises:
        ConfigError: Another process works on it already.
    """
    if not settings.is_sqlite:
        yield
        return
    database = make_url(settings.database_url).database
    with alone(Path(f"{database}.lock"), "another worker runs on this database"):
        yield


@contextmanager
def alone(path: Path, otherwise: str) -> Iterator[None]:
    """Hold a lock file, so that no other process does the same thing at once.

    Raises:
        ConfigError: Another process holds it; `otherwise` says what that one does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise ConfigError([f"{otherwise} ({path}); stop it first"]) from held
        yield


def run_web(settings: Settings, *, processes: int) -> None:
    """Serve web requests under gunicorn: clients of the job engine only, opened after the fork.

    Raises:
        ConfigError: The settings or the database are not in order.
    """
    checked = Service(settings)
    try:
        checked.require_current_schema()
    finally:
        checked.close()
    _Gunicorn(settings, processes).run()


class _Worker(ThreadWorker):
    """gunicorn's threads, none of which waits long for a request that dribbles in.

    gunicorn reads requests in its threads without any time limit, so that as many slow clients as
    it has threads would hold up everybody.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._until: dict[TConn, float] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a connection that has a request, or is new, to the threads."""
        self._until[conn] = time.monotonic() + _ARRIVAL_SECONDS
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Read and answer a request, in a thread of its own."""
        try:
            return super().handle(conn)
        finally:
            self._until.pop(conn, None)

    def murder_pending(self) -> None:
        """Called every second: hear no more of what should have arrived.

        Only the reading side is shut: what has arrived is still read, and an answer goes out.
        """
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._until.items()):
            if until < now:
                self._until.pop(conn, None)
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


class _Gunicorn(BaseApplication):
    def __init__(self, settings: Settings, processes: int) -> None:
        self._settings = settings
        self._processes = processes
        super().__init__()

    def load_config(self) -> None:
        """What gunicorn reads before it forks."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        for name, value in {
            "bind": f"{host}:{self._settings.port}",
            "workers": self._processes,
            "worker_class": _Worker,
            "threads": WEB_THREADS,
            "accesslog": None,
            "loglevel": "warning",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made in the forked process."""
        service = Service(self._settings)
        service.require_current_schema()
        web = create_web(service.runtime)
        _keep_what_is_loaded()
        return web


def _keep_what_is_loaded() -> None:
    """Spare the garbage collector what stays anyway: half a million objects.

    It would go through all of them every few seconds, and for 0.2 seconds nobody is answered.
    """
    gc.collect()
    gc.freeze()


def _die() -> None:
    """The lease was taken: others do our work now, and whatever we still do may come twice."""
    sys.stderr.flush()
    os._exit(_LEASE_LOST_EXIT)
