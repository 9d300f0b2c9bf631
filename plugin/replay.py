"""What a policy file would have decided about stored drafts, beside what was decided and done.

Nothing is written, no helpdesk is asked, and no drafter runs: the drafts are what they were.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.types import ActionRequest
from plugin import facts
from plugin.judgement import judge_new
from plugin.models import Decision, Draft, Oversight
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation
from plugin.replayed import Change, Hits, Replay, rank
from plugin.store import replayed as rows
from plugin.store.engine import Database
from plugin.store.scope import Scope

_PAGE = 500


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
    after, done = start, 0
    changes: Counter[tuple[Oversight | None, Oversight | None]] = Counter()
    hits: Counter[str] = Counter()
    while done < wanted:
        with database.read() as session:
            page = rows.page(session, scope, after=after, limit=min(_PAGE, wanted - done))
            actions = rows.actions(session, scope, [one.id for one in page])
        if not page:
            break
        for one in page:
            decision = _decided(policies, one, tuple(actions.get(one.id, ())))
            would = decision.oversight if decision else None
            if would is not one.was:
                changes[one.was, would] += 1
            hits.update(hit.id for hit in (decision.policies if decision else ()))
        after, done = page[-1].place, done + len(page)
        if on_progress:
            on_progress(done, wanted)
    return Replay(
        since=since,
        drafts=done,
        left_out=total - wanted,
        changes=tuple(
            Change(was, would, drafts)
            for (was, would), drafts in sorted(
                changes.items(), key=lambda each: (-rank(each[0][1]), -rank(each[0][0]))
            )
        ),
        currency=policies.currency,
        hits=tuple(Hits(name, hits[name], 0) for name in _names(policies)),
    )


def _start(session: Session, scope: Scope, *, since: datetime, most: int | None) -> rows.Place:
    """Before the first draft."""
    found = None if most is None else rows.place_of(session, scope, newest=most, since=since)
    return found or (since, "")


def _decided(
    policies: PolicyFile, one: rows.Stored, actions: tuple[ActionRequest, ...]
) -> Decision | None:
    draft = Draft(one.text, one.intent, one.confidence, one.language, actions)
    return judge_new(Situation(policies, draft, facts.from_record(one.facts)))


def _names(policies: PolicyFile) -> list[str]:
    """Of all that may match, in file order."""
    return [
        *(policy.id for policy in policies.policies),
        *(limit.id for limit in policies.limits),
    ]
