"""What a forked process does: the real service, with barriers, until it is killed."""

import dataclasses
import os
import socket
import sys
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from connectors import transport
from connectors.zendesk import client, helpdesk
from plugin import serving, workers
from plugin.app import Service
from plugin.logs import log_to_stderr
from plugin.pace import Pace
from plugin.store import engine
from plugin.workers import Worker
from tests.bench.databases import settings_for
from tests.kills.barriers import install

_LIMITS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (transport, ("CONNECT_SECONDS", "READ_SECONDS", "REQUEST_SECONDS")),
    (helpdesk, ("WRITE_SECONDS", "_READ_SECONDS")),
)
READY, REACHED, ARM, ARMED, STOP = "ready", "reached", "arm", "armed", "stop"


@dataclass(frozen=True, kw_only=True)
class Life:
    """How a process is to live.

    Attributes:
        url: The database.
        folder: For its log.
        port: Where it takes webhooks; 0 means not at all.
        pace: The fields of its `Pace`.
        worker: Whether it runs jobs.
        reaper: Whether its worker hands dead workers' jobs back.
        sweeps: Whether it drives on what is overdue: what it is held at must stay as it is.
        limits: How many times shorter the connectors' own time limits are.
        stays: It does not end when its lease is taken, as it always should.
        barriers: The names of those that hold it, each the first time it is met.
    """

    url: str
    folder: str
    port: int = 0
    pace: dict[str, float] = field(default_factory=dict)
    worker: bool = True
    reaper: bool = True
    sweeps: bool = True
    limits: float = 1.0
    stays: bool = False
    barriers: tuple[str, ...] = ()


class Line:
    """Tells the parent, a word a line, and hears from it. When the parent is gone, so are we."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._told = threading.Condition()
        self._words: set[str] = set()
        threading.Thread(target=self._hear, name="line", daemon=True).start()

    def say(self, word: str) -> None:
        with self._sending:
            self._connection.sendall(f"{word}\n".encode())

    def wait_for(self, word: str) -> None:
        with self._told:
            self._told.wait_for(lambda: word in self._words)

    def arm(self, barrier: str) -> None:
        install(barrier, partial(self._hold_at, barrier))

    def _hold_at(self, barrier: str) -> None:
        self.say(f"{REACHED} {barrier}")
        self.wait_for(barrier)

    def _hear(self) -> None:
        with self._connection.makefile("r", encoding="ascii") as lines:
            for line in lines:
                word, _, barrier = line.strip().partition(" ")
                if word == ARM:
                    self.arm(barrier)
                    self.say(f"{ARMED} {barrier}")
                    continue
                with self._told:
                    self._words.add(word)
                    self._told.notify_all()
        os._exit(0)


def live(life: Life, connection: socket.socket) -> None:
    """Serve until the parent says stop; it may kill at any time."""
    _log_into(Path(life.folder))
    line = Line(connection)
    pace = Pace(**life.pace)
    _change(life, line, pace)
    for name in life.barriers:
        line.arm(name)
    settings = settings_for(life.url, Path(life.folder), port=life.port)
    service = Service(dataclasses.replace(settings, undo_seconds=0))
    service.runtime = dataclasses.replace(service.runtime, pace=pace)
    running = serving.Serving(service, web=bool(life.port), worker=life.worker)
    running.start()
    line.say(READY)
    line.wait_for(STOP)
    running.stop()


def _change(life: Life, line: Line, pace: Pace) -> None:
    """What differs from the service as it is run: in this process, and only what was asked for."""
    changes: list[tuple[Any, str, object]] = [
        (serving, "Worker", partial(Worker, reaper=life.reaper)),
        (serving, "_STOP_SECONDS", max(1, int(serving._STOP_SECONDS / pace.times))),
        (client, "_WRITE_NEEDS_SECONDS", client._WRITE_NEEDS_SECONDS / pace.times),
        (engine, "IDLE_IN_TRANSACTION_SECONDS", engine.IDLE_IN_TRANSACTION_SECONDS / pace.times),
    ]
    if not life.sweeps:
        changes.append((workers, "sweep", lambda _runtime: 0))
    if life.stays:
        changes.append((serving, "_die", partial(line.say, "lease lost")))
    for module, names in _LIMITS:
        changes += [(module, name, getattr(module, name) / life.limits) for name in names]
    for module, name, value in changes:
        setattr(module, name, value)


def _log_into(folder: Path) -> None:
    log = os.open(folder / f"{os.getpid()}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    log_to_stderr()
