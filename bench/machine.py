"""What a process costs and what else the machine does, from /proc."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_IDLE_FIELDS = (3, 4)


@dataclass(frozen=True, slots=True)
class Used:
    """Processor time between two looks, in seconds.

    Attributes:
        ours: Of the processes that are measured.
        all: Of everything on the machine, them included.
        there: That there was, on all cores.
    """

    ours: float
    all: float
    there: float

    @property
    def others(self) -> str:
        """How much of the machine went elsewhere: databases' servers, senders, other work."""
        return f"{(self.all - self.ours) / max(self.there, 1e-9):.0%} of the machine went elsewhere"


class Meter:
    """Counts from its making on."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = tuple(pids)
        self._before = self._look()

    def read(self) -> Used:
        """What was used since."""
        now = self._look()
        ours, everything, there = (b - a for a, b in zip(self._before, now, strict=True))
        return Used(ours, everything, there)

    def _look(self) -> tuple[float, float, float]:
        first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
        ticks = [int(field) for field in first.split()[1:9]]
        idle = sum(ticks[field] for field in _IDLE_FIELDS)
        ours = sum(map(processor_seconds, self._pids))
        return ours, (sum(ticks) - idle) / _TICK, sum(ticks) / _TICK


def processor_seconds(pid: int) -> float:
    """Processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def resident_mib(pid: int) -> float:
    """Memory a process holds, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)
