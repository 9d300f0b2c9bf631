"""Ids as Gorgias has them, numbers, the same in every run."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

Kind = Literal[
    "user", "customer", "ticket", "message", "tag", "integration", "event", "team", "setup"
]
# Far apart, so that an id of the wrong kind never passes for the right one.
_FIRST: dict[Kind, int] = {
    "user": 510_001,
    "customer": 93_000_001,
    "ticket": 86_500_001,
    "message": 208_800_001,
    "tag": 710_001,
    "integration": 66_501,
    "event": 7_400_000_001,
    "team": 3_101,
    "setup": 1_900_001,
}


class Ids:
    """Counts. Not thread safe: used under the desk's lock."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._counters: defaultdict[Kind, Iterator[int]] = defaultdict(itertools.count)

    def next(self, kind: Kind) -> int:
        """The next id of a kind."""
        return _FIRST[kind] + self._offset + next(self._counters[kind])
