"""Running the service: web and worker in one process, or each on its own."""

import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication
from sqlalchemy import make_url
from waitress.server import create_server

from plugin.app import Service
from plugin.config import Settings
from plugin.errors import ConfigError
from plugin.web import LARGEST_BODY_BYTES, create_web
from plugin.workers import Worker

log = structlog.get_logger(__name__)

_WEB_THREADS = 8
_LEASE_LOST_EXIT = 70
_STOP_SECONDS = 20


class Serving:
    """Web threads, a worker, or both, on one service."""

    def __init__(self, service: Service, *, web: bool = True, worker: bool = True) -> None:
        settings = service.runtime.settings
        self._service = service
        self._worker = Worker(service.runtime, lost=_die) if worker else None
        self._server = (
            create_server(
                create_web(service.runtime),
                host=settings.host,
                port=settings.port,
                threads=_WEB_THREADS,
                max_request_body_size=LARGEST_BODY_BYTES * 2,
                ident=None,
            )
            if web
            else None
        )
        self._thread = threading.Thread(target=self._listen, name="web", daemon=True)

    def start(self) -> None:
        """Begin to answer and to work."""
        if self._worker:
            self._worker.start()
        if self._server:
            self._thread.start()

    def stop(self) -> None:
        """Take no more requests, finish what runs, hand the rest back."""
        if self._server:
            self._server.close()
            self._thread.join(_STOP_SECONDS)
        if self._worker:
            self._worker.stop(wait_seconds=_STOP_SECONDS)
        self._service.close()

    def _listen(self) -> None:
        if self._server:
            self._server.run()


def run_until_signal(serving: Serving) -> None:
    """Serve until SIGINT or SIGTERM, then stop in order."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    serving.start()
    stopping.wait()
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
            "worker_class": "gthread",
            "threads": _WEB_THREADS,
            "accesslog": None,
            "loglevel": "warning",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made in the forked process."""
        service = Service(self._settings)
        service.require_current_schema()
        return create_web(service.runtime)


def _die() -> None:
    """The lease was taken: others do our work now, and whatever we still do may come twice."""
    sys.stderr.flush()
    os._exit(_LEASE_LOST_EXIT)
