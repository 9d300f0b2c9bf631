"""How often something armed happens: a number of times, after some, or by chance."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """When to happen.

    Attributes:
        times: How often at most; None has no end.
        after: How many occasions to let pass first.
        share: How likely each occasion after that is taken, 0 to 1.
        seed: Makes chance the same in every run.
    """

    times: int | None = None
    after: int = 0
    share: float = 1.0
    seed: int = 0


class Turns:
    """Counts occasions against a schedule. Not thread safe: used under its owner's lock.

    Attributes:
        seen: Occasions met before the end.
        fired: Those that were taken.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._chance = random.Random(schedule.seed)  # noqa: S311 - chance that repeats, no secret
        self.seen = self.fired = 0

    @property
    def left(self) -> int | None:
        """How often it can still happen; None has no end."""
        times = self._schedule.times
        return None if times is None else times - self.fired

    def meet(self) -> bool:
        """Whether this occasion is one to take; `take` it, or leave it."""
        if self.left == 0:
            return False
        self.seen += 1
        if self.seen <= self._schedule.after:
            return False
        return self._chance.random() < self._schedule.share

    def take(self) -> None:
        """Count one that happened."""
        self.fired += 1
