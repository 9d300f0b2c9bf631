"""What a text would have held in the last weeks: a replay in a few figures, for the preview.

Bounded, since somebody waits for it: only the newest drafts are replayed, and only for so long; the
page says so.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from plugin.models import Oversight
from plugin.policy.load import load
from plugin.policy.wording import money
from plugin.replay import replay
from plugin.replayed import Change, Replay, Sums
from plugin.runtime import Runtime
from plugin.store.scope import Scope

SPAN = timedelta(days=30)
MOST_DRAFTS = 2_000
LONGEST_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a text would have held.

    Attributes:
        found: The replay's figures.
        moves: Each change of oversight: a sentence for each.
        newly_held: The money of the drafts that are held more; None for no money.
        no_longer_held: The money of those that are held less.
        regretted: Drafts that would have gone out by themselves, and that a person changed or
            rejected.
    """

    found: Replay
    moves: tuple[str, ...]
    newly_held: str | None
    no_longer_held: str | None
    regretted: int


class _TooLongError(Exception):
    """The replay is given up: somebody waits for the page."""


def look_back(runtime: Runtime, scope: Scope, source: str) -> Look | None:
    """Try a checked text on the newest drafts of the last weeks; None where that takes too long."""
    until = time.monotonic() + LONGEST_SECONDS

    def go_on(_done: int, _of: int) -> None:
        if time.monotonic() > until:
            raise _TooLongError

    try:
        found = replay(
            runtime.database,
            scope,
            load(source),
            since=runtime.now() - SPAN,
            on_progress=go_on,
            most=MOST_DRAFTS,
        )
    except _TooLongError:
        return None
    return Look(
        found,
        tuple(map(_move, found.changes)),
        _sum(found.newly_held, found.currency),
        _sum(found.no_longer_held, found.currency),
        found.corrected_in_all + found.rejected_in_all,
    )


def _move(change: Change) -> str:
    """A sentence: 3 drafts that were offered for review would need an approval."""
    one = change.drafts == 1
    drafts = f"{change.drafts} {'draft' if one else 'drafts'}"
    return f"{drafts} that {_WAS[change.was][0 if one else 1]} would {_WOULD[change.would]}."


def _sum(sums: Sums, currency: str | None) -> str | None:
    parts = [
        *([money(sums.worth, currency)] if currency and sums.worth else []),
        *(money(amount, code) for code, amount in sums.without_rate.items() if amount),
        *([f"{sums.unknown} unknown {_amounts(sums.unknown)}"] if sums.unknown else []),
    ]
    return " + ".join(parts) or None


def _amounts(count: int) -> str:
    return "amount" if count == 1 else "amounts"


# Of one draft, and of several.
_WAS = {
    None: ("got no text", "got no text"),
    Oversight.AUTO: ("went out without a person", "went out without a person"),
    Oversight.REVIEW: ("was offered for review", "were offered for review"),
    Oversight.APPROVAL: ("needed an approval", "needed an approval"),
    Oversight.BLOCK: ("went to people", "went to people"),
}
_WOULD = {
    None: "get no text",
    Oversight.AUTO: "go out without a person",
    Oversight.REVIEW: "be offered for review",
    Oversight.APPROVAL: "need an approval",
    Oversight.BLOCK: "go to people",
}
