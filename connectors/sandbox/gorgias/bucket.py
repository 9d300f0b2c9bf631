"""A leaky bucket: every call is a drop, and it leaks all the time."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import RLock


@dataclass(frozen=True, slots=True)
class Level:
    """How full a bucket is, and how long until it takes another call, in whole seconds."""

    used: int
    most: int
    retry_after: int


class Bucket:
    """Holds `most` calls and runs empty in `seconds`. Thread safe by the lock it is given."""

    def __init__(
        self, most: int, seconds: float, *, clock: Callable[[], float], lock: RLock
    ) -> None:
        self._most = most
        self._per_second = most / seconds
        self._clock = clock
        self._lock = lock
        self._level = 0.0
        self._at = clock()
        self._peak = 0
        self._refused = 0

    def take(self) -> bool:
        """Put one call in, if there is room."""
        with self._lock:
            self._leak()
            if self._level + 1 > self._most:
                self._refused += 1
                return False
            self._level += 1
            self._peak = max(self._peak, ceil(self._level))
            return True

    def level(self) -> Level:
        """How full it is now."""
        with self._lock:
            self._leak()
            over = self._level + 1 - self._most
            wait = ceil(over / self._per_second) if over > 0 else 0
            return Level(ceil(self._level), self._most, wait)

    def report(self) -> dict[str, int]:
        """The fullest it ever was, and how many calls it refused, as JSON."""
        with self._lock:
            return {"peak": self._peak, "refused": self._refused}

    def _leak(self) -> None:
        now = self._clock()
        self._level = max(0.0, self._level - max(now - self._at, 0.0) * self._per_second)
        self._at = now
