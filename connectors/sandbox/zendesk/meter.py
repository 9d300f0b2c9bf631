"""Counts calls in rolling windows."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import RLock


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds. `kind` is what it counts, `key` tells two of it apart."""

    kind: str
    most: int
    seconds: float
    key: str = ""


class Meter:
    """Counts calls in rolling windows. Thread safe by the lock it is given."""

    def __init__(self, lock: RLock, clock: Callable[[], float]) -> None:
        self._lock = lock
        self._clock = clock
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._peaks: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def take(self, limits: tuple[Limit, ...]) -> tuple[Limit, int] | None:
        """Count a call against all of these, or against none: then which refuses, how long."""
        with self._lock:
            for limit in limits:
                calls = self._lately(limit)
                if len(calls) >= limit.most:
                    self._refused[limit.kind] += 1
                    return limit, self.resets(limit)
            for limit in limits:
                calls = self._lately(limit)
                calls.append(self._clock())
                self._peaks[limit.kind] = max(self._peaks[limit.kind], len(calls))
        return None

    def left(self, limit: Limit) -> int:
        """How many more there may be now."""
        with self._lock:
            return max(0, limit.most - len(self._lately(limit)))

    def resets(self, limit: Limit) -> int:
        """Seconds until there may be one more than now."""
        with self._lock:
            calls = self._lately(limit)
            return max(1, ceil(calls[0] + limit.seconds - self._clock())) if calls else 0

    def report(self) -> dict[str, object]:
        """The most there ever were in one window, and how many were refused, by kind, as JSON."""
        with self._lock:
            return {"peaks": dict(self._peaks), "refused": dict(self._refused)}

    def _lately(self, limit: Limit) -> deque[float]:
        calls = self._calls[limit.kind, limit.key]
        while calls and calls[0] <= self._clock() - limit.seconds:
            calls.popleft()
        return calls
