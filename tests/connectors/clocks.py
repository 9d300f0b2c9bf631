"""A clock that only moves when somebody sleeps."""

from dataclasses import dataclass, field


@dataclass
class StillClock:
    """Time stands still but for `sleep`, which is over at once and kept in `slept`.

    What waits for a socket waits in real time, at most `patience` seconds for one request.
    """

    moment: float = 1_000.0
    patience: float = 5.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds

    def wall(self, seconds: float) -> float:
        return min(seconds, self.patience)
