"""Who looks at a draft: said so that two people do not read the same one.

A claim is a courtesy. It binds nobody and gives no right: whoever may sign still may, and is told
who looks at it. It ends by itself, with a verdict, or when the draft moves.
"""

import math
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from plugin.errors import MovedError
from plugin.models import UNDELIVERED, DraftState
from plugin.runtime import Runtime
from plugin.signing import require_agent
from plugin.store import audit, drafts, people
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

# Long enough to look an order up and ask a colleague; short enough that whoever went home keeps
# nobody waiting.
LASTS = timedelta(minutes=30)
_LEFT_TO_PEOPLE = {
    DraftState.BLOCKED,
    DraftState.NO_DRAFT,
    DraftState.REJECTED,
    DraftState.EXPIRED,
}


def claimed_until(draft: DraftRow, now: datetime) -> datetime | None:
    """Until when somebody looks at the draft; None where nobody does (any more)."""
    if draft.claimed_by is None or draft.claimed_at is None:
        return None
    until = draft.claimed_at + LASTS
    return until if until > now else None


def may_be_claimed(draft: DraftRow) -> bool:
    """Whether it wants a person at all."""
    return draft.state.is_awaiting or draft.state in UNDELIVERED | _LEFT_TO_PEOPLE


def claim(runtime: Runtime, scope: Scope, draft_id: str, person: PersonRow) -> None:
    """Say that this person looks at it. Saying it again begins the time anew.

    Raises:
        MissingError: No such draft of this merchant.
        ForbiddenError: They give no verdicts.
        MovedError: Somebody else was first, and who; or it wants nobody any more.
    """
    now = runtime.now()
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        require_agent(person)
        if not may_be_claimed(held.draft):
            raise MovedError(f"This draft is {held.draft.state.words}; it waits for nobody.")
        if is_anothers(held.draft, person, now):
            raise MovedError(words(session, scope, held.draft, now))
        mine = {"claimed_by": person.id, "claimed_at": now}
        drafts.change(session, scope, held.draft, **mine)
        _record(session, scope, held, person, "claimed", at=now)
    log.info("draft_claimed", draft=draft_id)


def release(runtime: Runtime, scope: Scope, draft_id: str, person: PersonRow) -> None:
    """Say that they look at it no longer. What is not theirs stays as it is.

    Raises:
        MissingError: No such draft of this merchant.
    """
    now = runtime.now()
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        if claimed_until(held.draft, now) is None or held.draft.claimed_by != person.id:
            return
        end(session, scope, held.draft)
        _record(session, scope, held, person, "unclaimed", at=now)
    log.info("draft_unclaimed", draft=draft_id)


def end(session: Session, scope: Scope, draft: DraftRow) -> None:
    """Nobody looks at it any more: there is a verdict, or they say so."""
    if draft.claimed_by is not None:
        drafts.change(session, scope, draft, claimed_by=None, claimed_at=None)


def is_anothers(draft: DraftRow, person: PersonRow, now: datetime) -> bool:
    """Whether somebody else looks at it."""
    return claimed_until(draft, now) is not None and draft.claimed_by != person.id


def words(session: Session, scope: Scope, draft: DraftRow, now: datetime) -> str:
    """Who looks at it, and for how long at most."""
    name = people.names(session, scope).get(draft.claimed_by or "", "Somebody")
    until = claimed_until(draft, now)
    minutes = math.ceil((until - now) / timedelta(minutes=1)) if until else 0
    return f"{name} looks at this draft already, for up to {minutes} min more."


def _record(
    session: Session, scope: Scope, held: Held, person: PersonRow, event: str, *, at: datetime
) -> None:
    actor, rev = f"person:{person.id}", {"rev": held.draft.rev}
    audit.add(session, scope, at=at, actor=actor, event=event, draft_id=held.draft.id, detail=rev)
