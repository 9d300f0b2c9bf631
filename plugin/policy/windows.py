"""What counts against limits as time goes by: money comes in, is given back, and gets too old.

For going through many drafts in the order of time. Each step costs what changes at that moment, not
what ever counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from connectors.types import Money
from plugin.models import Per
from plugin.policy.limits import Spent
from plugin.policy.model import Limit


@dataclass(frozen=True, slots=True)
class Reserved:
    """An action's money as it counts against limits.

    Attributes:
        keys: Whose sums it adds to.
        at: When it was reserved.
        turns: When it stopped counting, counted again ..., in order of time, from counting on.
    """

    type: str
    money: Money
    keys: Mapping[Per, str | None]
    at: datetime
    turns: Sequence[datetime] = ()


@dataclass(slots=True, eq=False)
class _Entry:
    reserved: Reserved
    counts: bool = True
    sums: list["_Sum"] = field(default_factory=list)


class _Sum:
    """What one limit's actions came to for one key within its window, by currency."""

    def __init__(self) -> None:
        self._minor: defaultdict[str, int] = defaultdict(int)
        self._entries: defaultdict[str, int] = defaultdict(int)
        self.by_age: list[tuple[datetime, int, _Entry]] = []

    def add(self, entry: _Entry, sign: int) -> None:
        """Let its money count, or no more."""
        money = entry.reserved.money
        self._minor[money.currency] += sign * money.minor()
        self._entries[money.currency] += sign

    def moneys(self) -> Sequence[Money]:
        """One sum a currency, as long as anything in it counts."""
        return [
            Money.from_minor(minor, currency)
            for currency, minor in self._minor.items()
            if self._entries[currency]
        ]

    def forget(self, since: datetime) -> None:
        """What was reserved then or earlier counts no more."""
        while self.by_age and self.by_age[0][0] <= since:
            _, _, entry = heappop(self.by_age)
            entry.sums.remove(self)
            if entry.counts:
                self.add(entry, -1)


class Windows:
    """What counts against some limits. Moments are asked for in order."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._limits = tuple(limits)
        self._sums: defaultdict[tuple[str, str], _Sum] = defaultdict(_Sum)
        self._turns: list[tuple[datetime, int, _Entry]] = []
        self._number = count()

    def add(self, reserved: Reserved) -> None:
        """Let it count from now on."""
        entry = _Entry(reserved)
        for limit in self._limits:
            key = reserved.keys.get(limit.per)
            if key is not None and reserved.type in limit.actions:
                found = self._sums[limit.id, key]
                heappush(found.by_age, (reserved.at, next(self._number), entry))
                found.add(entry, +1)
                entry.sums.append(found)
        if entry.sums:
            for turn in reserved.turns:
                heappush(self._turns, (turn, next(self._number), entry))

    def spent(self, at: datetime) -> Spent:
        """What counts at a moment."""
        while self._turns and self._turns[0][0] <= at:
            _, _, entry = heappop(self._turns)
            entry.counts = not entry.counts
            for each in entry.sums:
                each.add(entry, +1 if entry.counts else -1)

        def spent(limit: Limit, key: str) -> Sequence[Money]:
            found = self._sums.get((limit.id, key))
            if found is None:
                return ()
            found.forget(at - timedelta(seconds=limit.window))
            return found.moneys()

        return spent
