"""What is armed, which call it meets, and what came of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

from connectors.sandbox.faults.kinds import Fault, Window
from connectors.sandbox.faults.turns import Turns


class _Counter:
    """Counts calls in a window; a new one begins with the first call after the last one's end."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._until: float | None = None
        self._used = 0

    def refuse(self, now: float) -> int | None:
        """Seconds until the window ends, if this call is one too many."""
        if self._until is None or now >= self._until:
            self._until, self._used = now + self._window.seconds, 0
        if self._used < self._window.limit:
            self._used += 1
            return None
        return max(1, ceil(self._until - now))


@dataclass(eq=False, slots=True)
class Armed:
    """One fault that waits for its calls. Changed under the registry's lock only.

    Attributes:
        over: Set when it is disarmed: whoever waits on it goes on.
        holding: Calls that wait on it now.
    """

    id: int
    fault: Fault
    turns: Turns
    counter: _Counter | None
    over: threading.Event = field(default_factory=threading.Event)
    holding: int = 0


@dataclass(eq=False, slots=True)
class Faulted:
    """One call that met a fault.

    Attributes:
        retry_after: Seconds it is told to wait.
        done: Its work was done.
        status: What the stand-in would have answered; None where it was never asked.
        answer: The status that went out to the caller; None where nothing went out (yet).
    """

    armed: Armed
    method: str
    path: str
    retry_after: int | None
    done: bool = False
    status: int | None = None
    answer: int | None = None

    @property
    def fault(self) -> Fault:
        """What it met."""
        return self.armed.fault


class Faults:
    """All faults of one stand-in. Thread safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Args: `clock` counts the seconds of rate windows."""
        self._clock = clock
        self._lock = threading.Lock()
        self._armed: list[Armed] = []
        self._log: list[Faulted] = []
        self._made = 0

    def arm(self, fault: Fault) -> dict[str, object]:
        """Add a fault; those armed before come first. Returns it as JSON."""
        with self._lock:
            self._made += 1
            counter = None if fault.window is None else _Counter(fault.window)
            armed = Armed(self._made, fault, Turns(fault.schedule), counter)
            self._armed.append(armed)
            return _shown(armed)

    def disarm(self) -> None:
        """Forget all faults and let go whoever waits on one."""
        with self._lock:
            for armed in self._armed:
                armed.over.set()
            self._armed.clear()

    def meet(self, method: str, path: str) -> Faulted | None:
        """The fault this call meets. A call that one has taken, the others do not see."""
        with self._lock:
            for armed in self._armed:
                if not armed.fault.match.fits(method, path) or not armed.turns.meet():
                    continue
                retry_after = armed.fault.retry_after
                if armed.counter is not None:
                    retry_after = armed.counter.refuse(self._clock())
                    if retry_after is None:
                        continue
                armed.turns.take()
                faulted = Faulted(armed, method, path, retry_after)
                self._log.append(faulted)
                return faulted
        return None

    def worked(self, faulted: Faulted, *, done: bool, status: int) -> None:
        """Note what the stand-in itself made of the call."""
        with self._lock:
            faulted.done, faulted.status = done, status

    def answered(self, faulted: Faulted, status: int) -> None:
        """Note that the caller was answered."""
        with self._lock:
            faulted.answer = status

    @contextmanager
    def holding(self, faulted: Faulted) -> Iterator[None]:
        """Count the call as one that waits."""
        with self._lock:
            faulted.armed.holding += 1
        try:
            yield
        finally:
            with self._lock:
                faulted.armed.holding -= 1

    def report(self) -> dict[str, object]:
        """What is armed and how often each fired, as JSON."""
        with self._lock:
            return {
                "faults": [_shown(armed) for armed in self._armed],
                "holding": sum(armed.holding for armed in self._armed),
            }

    def log(self) -> list[dict[str, object]]:
        """Every call that met a fault, in order, as JSON. Disarming takes nothing out of it."""
        with self._lock:
            return [
                {
                    "fault": _kind(faulted.fault),
                    "method": faulted.method,
                    "path": faulted.path,
                    "done": faulted.done,
                    "status": faulted.status,
                    "answer": faulted.answer,
                }
                for faulted in self._log
            ]


def _shown(armed: Armed) -> dict[str, object]:
    fault, turns = armed.fault, armed.turns
    return {
        "id": armed.id,
        "fault": _kind(fault),
        "match": {"method": fault.match.method, "path": fault.match.path},
        "calls": fault.schedule.times,
        "left": turns.left,
        "seen": turns.seen,
        "fired": turns.fired,
        "holding": armed.holding,
    }


def _kind(fault: Fault) -> int | str:
    return int(fault.kind) if fault.kind.isdigit() else fault.kind
