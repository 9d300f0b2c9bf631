"""What earlier drafts came to, kept in memory: for ``policy decide --stateful``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.types import Money
from plugin.models import MONEYLESS_ACTIONS, Decision, Draft, Facts, Oversight, Per
from plugin.policy.limits import Spent, key_of
from plugin.policy.model import Limit


@dataclass(frozen=True, slots=True)
class _Moved:
    type: str
    money: Money
    at: datetime | None


class History:
    """The money of every draft that was decided, in order; held ones count, blocked ones do not."""

    def __init__(self) -> None:
        self._moved: dict[tuple[Per, str], list[_Moved]] = defaultdict(list)

    def spent(self, at: datetime | None) -> Spent:
        """What counts against limits at a moment. A time that is not known is within any window."""

        def spent(limit: Limit, key: str) -> Sequence[Money]:
            since = None if at is None else at - timedelta(seconds=limit.window)
            return [
                moved.money
                for moved in self._moved.get((limit.per, key), ())
                if moved.type in limit.actions
                and (since is None or moved.at is None or moved.at > since)
            ]

        return spent

    def reserve(self, draft: Draft, facts: Facts, decision: Decision) -> None:
        """Let a decided draft's money count from now on."""
        if decision.oversight is Oversight.BLOCK:
            return
        for action in draft.actions:
            if action.money is None or action.type in MONEYLESS_ACTIONS:
                continue
            moved = _Moved(action.type, action.money, facts.at)
            for per in Per:
                key = key_of(per, action, facts)
                if key is not None:
                    self._moved[per, key].append(moved)
