"""The clock of everything that waits or has a time limit, so that tests need not wait.

Moments are monotonic seconds and say nothing of the time of day.
"""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Time as the connectors live it. Threads may share one."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let that many seconds of this clock go by."""

    def wall(self, seconds: float) -> float:
        """How long that takes for others: a socket knows no clock of ours."""


class RealClock:
    """The time that everybody has."""

    def now(self) -> float:
        """The machine's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(seconds, 0.0))

    def wall(self, seconds: float) -> float:
        """The same."""
        return seconds


@dataclass(frozen=True, slots=True)
class CompressedClock:
    """Time that runs `factor` times as fast: 14 of its seconds are over in 14 / `factor`.

    For runs with faults: waits, time limits and budgets shrink together, so that what is asserted
    in this clock's seconds holds in real ones.
    """

    factor: float

    def __post_init__(self) -> None:
        if not self.factor > 0:
            raise ValueError("factor: expected a number above 0")

    def now(self) -> float:
        """The monotonic clock, stretched."""
        return time.monotonic() * self.factor

    def sleep(self, seconds: float) -> None:
        """Wait for a part of it."""
        time.sleep(max(self.wall(seconds), 0.0))

    def wall(self, seconds: float) -> float:
        """Real seconds."""
        return seconds / self.factor


REAL: Clock = RealClock()
