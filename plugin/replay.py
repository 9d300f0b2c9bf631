"""What a policy file would have decided about stored drafts, beside what was decided and done.

Nothing is written, no helpdesk is asked, and no drafter runs: the drafts are what they were. They
are read a page at a time, and of what was read only counts are kept.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from plugin import hindsight
from plugin.models import DraftState, Facts, Oversight
from plugin.policy.limits import counts
from plugin.policy.model import PolicyFile
from plugin.policy.windows import Windows
from plugin.replay_tally import Tally
from plugin.replayed import Replay
from plugin.store import replayed as rows
from plugin.store.engine import Database
from plugin.store.scope import Scope

_PAGE = 500
_COUNTS_NOTHING = (None, Oversight.BLOCK)


@dataclass(frozen=True, slots=True)
class _Past:
    """One stored draft with what belongs to it."""

    stored: rows.Stored
    actions: Sequence[rows.StoredAction]
    events: Sequence[rows.Event]


def replay(
    database: Database,
    scope: Scope,
    policies: PolicyFile,
    *,
    since: datetime,
    on_progress: Callable[[int, int], None] | None = None,
    most: int | None = None,
) -> Replay:
    """Hold a merchant's stored drafts against a policy file, in the order in which they came.

    Limits count what came before `since` as it was decided, and of the drafts that are replayed
    those that the file would not have blocked; both until they were given back in fact.

    Args:
        database: Where they are.
        scope: Whose.
        policies: The file that is tried.
        since: Drafts that came then or later.
        on_progress: Told after each page: drafts done, and how many there are.
        most: Only the newest so many.
    """
    with database.read() as session:
        total = rows.count(session, scope, since=since)
        start = _start(session, scope, since=since, most=most)
    wanted = total if most is None else min(total, most)
    windows, tally, done = Windows(policies.limits), Tally(policies), 0
    _count_earlier(database, scope, windows, policies, upto=start)
    for page in _pages(database, scope, policies, after=start, most=wanted):
        with database.read() as session:
            answers = rows.answers(session, scope, [past.stored.id for past in page])
        for past in page:
            situation = hindsight.situation_of(policies, past.stored, past.actions)
            judged = hindsight.judge(situation, past.stored, windows.spent(past.stored.decided_at))
            tally.add(past.stored, situation, judged)
            tally.add_people(past.stored, judged, answers, past.events)
            if judged.strictest not in _COUNTS_NOTHING:
                _reserve(windows, policies, past, situation.facts)
        done += len(page)
        if on_progress:
            on_progress(done, wanted)
    with database.read() as session:
        return tally.result(session, scope, since=since, left_out=total - wanted)


def _start(session: Session, scope: Scope, *, since: datetime, most: int | None) -> rows.Place:
    """Before the first draft."""
    found = None if most is None else rows.place_before(session, scope, newest=most, since=since)
    return found or (since, "")


def _count_earlier(
    database: Database, scope: Scope, windows: Windows, policies: PolicyFile, *, upto: rows.Place
) -> None:
    """Let count against limits what was decided before the first draft, as it was decided."""
    longest = max((limit.window for limit in policies.limits), default=0)
    begin = (upto[0] - timedelta(seconds=longest), "")
    if not longest:
        return
    for page in _pages(database, scope, policies, after=begin, upto=upto, with_actions=True):
        for past in page:
            if past.stored.was not in _COUNTS_NOTHING:
                situation = hindsight.situation_of(policies, past.stored, past.actions)
                _reserve(windows, policies, past, situation.facts)


def _reserve(windows: Windows, policies: PolicyFile, past: _Past, known: Facts) -> None:
    limits, stored = policies.limits, past.stored
    for each in hindsight.reserved(limits, stored, known, past.actions, past.events):
        windows.add(each)


def _pages(
    database: Database,
    scope: Scope,
    policies: PolicyFile,
    *,
    after: rows.Place,
    upto: rows.Place | None = None,
    most: int = sys.maxsize,
    with_actions: bool = False,
) -> Iterator[Sequence[_Past]]:
    """Drafts in order of time. No transaction stays open while one is judged."""
    while most > 0:
        with database.read() as session:
            page = rows.page(
                session,
                scope,
                after=after,
                upto=upto,
                limit=min(_PAGE, most),
                with_actions=with_actions,
            )
            actions = rows.actions(session, scope, [one.id for one in page])
            eventful = [one.id for one in page if _is_eventful(policies, one, actions)]
            events = rows.events(session, scope, eventful)
        if not page:
            return
        yield [_Past(one, actions.get(one.id, ()), events.get(one.id, ())) for one in page]
        after, most = page[-1].place, most - len(page)


def _is_eventful(
    policies: PolicyFile, stored: rows.Stored, actions: Mapping[str, Sequence[rows.StoredAction]]
) -> bool:
    """Whether it matters how a draft moved: to a limit, or to how long people take."""
    return stored.state is DraftState.SENT_BY_AGENT or any(
        counts(limit, each.action)
        for limit in policies.limits
        for each in actions.get(stored.id, ())
    )
