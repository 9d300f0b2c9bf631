"""Where the time of one thread's work goes."""

import cProfile
import pstats
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Profile:
    """What `profiled` found. A profiler slows calls down: its shares are rough."""

    def __init__(self) -> None:
        self._profiler = cProfile.Profile()

    def shares(self, *parts: tuple[str, str, str]) -> str:
        """How much of the whole each part took, the largest first.

        Args:
            parts: The end of a function's file, its name, and what to call it. No part may be
                called by another one.
        """
        stats: Any = pstats.Stats(self._profiler)
        found = []
        for file, function, words in parts:
            seconds = sum(
                entry[3]
                for (path, _, name), entry in stats.stats.items()
                if path.endswith(file) and name == function
            )
            found.append((seconds / max(stats.total_tt, 1e-9), words))
        found.sort(reverse=True)
        other = max(0.0, 1 - sum(share for share, _ in found))
        shown = ", ".join(f"{words} {share:.0%}" for share, words in found)
        return f"{shown}, the rest {other:.0%}"

    def _run(self) -> Iterator["Profile"]:
        self._profiler.enable()
        try:
            yield self
        finally:
            self._profiler.disable()


@contextmanager
def profiled() -> Iterator[Profile]:
    """Profile this thread."""
    yield from Profile()._run()  # noqa: SLF001 (its own)
