"""What happens when nobody signs: a reminder, then the next role is asked, then the draft expires.

Never an approval by timeout. The reminder comes once, when half of the time is over; where the
service was down until the deadline it is left out. Escalating asks louder and gives the same time
again; it lets nobody sign who could not before.
"""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from plugin.card import approvers_words, plain_note_html
from plugin.models import DraftState
from plugin.outbox import ask_note, ask_tags
from plugin.runtime import Runtime
from plugin.store import audit, drafts, urgency
from plugin.store.drafts import Held
from plugin.store.schema import DecisionRow
from plugin.store.scope import Scope
from plugin.telling import ask as telling
from plugin.telling.words import moment

log = structlog.get_logger(__name__)

_SYSTEM = "system"


def passed(runtime: Runtime, scope: Scope, draft_id: str) -> None:
    """Escalate or expire a draft whose deadline has passed; remind where half of it has."""
    now = runtime.now()
    with runtime.database.write() as session:
        held = drafts.get(session, scope, draft_id, lock=True)
        decision = held.decision
        if held.draft.state is not DraftState.AWAITING_APPROVAL or decision is None:
            return
        if decision.deadline_at is None:
            return
        if decision.deadline_at > now:
            if decision.remind_at is not None and decision.remind_at <= now:
                _remind(runtime, session, scope, held, decision, at=now)
            return
        decision.remind_at = None
        if decision.escalate_to is not None and decision.escalated_at is None:
            file = runtime.policy(session, scope).file
            given = file.time_given(decision.decided_at, decision.deadline_at)
            again = file.due(given, now)
            _escalate(runtime, session, scope, held, decision, at=now, again=again)
        else:
            _expire(runtime, session, scope, held, at=now)


def _remind(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    decision: DecisionRow,
    *,
    at: datetime,
) -> None:
    """Tell whoever was asked that half of the time is over, once for a revision."""
    decision.remind_at = None
    audit.add(
        session, scope, at=at, actor=_SYSTEM, event="reminded", draft_id=held.draft.id, detail={}
    )
    asked = telling.reminder(runtime, session, scope, held, at=at)
    file = runtime.policy(session, scope).file
    until = moment(decision.deadline_at or at, file)
    sentence = (
        f"Draft {held.draft.short_id} still waits for {approvers_words(decision.approvers)}, until "
        f"{until}. Without a signature nothing goes out."
    )
    _tell(runtime, session, scope, held, sentence, asked, key="reminder", at=at)
    log.info("draft_reminded", draft=held.draft.id)


def _escalate(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    decision: DecisionRow,
    *,
    at: datetime,
    again: datetime,
) -> None:
    """Ask the next role, and give it as long as the first had: until `again`."""
    decision.escalated_at, decision.deadline_at = at, again
    urgency.put_off(session, scope, held.draft, again)
    role = decision.escalate_to
    audit.add(
        session,
        scope,
        at=at,
        actor=_SYSTEM,
        event="escalated",
        draft_id=held.draft.id,
        detail={"role": role, "deadline": again.isoformat()},
    )
    whom = approvers_words([role] if role else [])
    asked = telling.escalated(runtime, session, scope, held, at=at)
    _tell(
        runtime,
        session,
        scope,
        held,
        f"Nobody signed draft {held.draft.short_id} in time. Now {whom} is asked; without a "
        "signature nothing goes out.",
        asked,
        key="escalated",
        at=at,
    )
    log.info("draft_escalated", draft=held.draft.id)


def _expire(runtime: Runtime, session: Session, scope: Scope, held: Held, *, at: datetime) -> None:
    drafts.move(session, scope, held.draft, DraftState.EXPIRED, actor=_SYSTEM, at=at)
    ask_tags(session, runtime.enqueue, scope, held.draft, at=at)
    telling.expired(runtime, session, scope, held, at=at)
    _tell(
        runtime,
        session,
        scope,
        held,
        _expired_words(held),
        key="expired",
        at=at,
    )
    log.info("draft_expired", draft=held.draft.id)


def _expired_words(held: Held) -> str:
    """Who may answer now, and how: others' replies would still lack their signature."""
    short_id = held.draft.short_id
    whom = approvers_words(held.decision.approvers if held.decision else ())
    return (
        f"Draft {short_id} expired: nobody signed it in time, and nothing went out. The customer "
        f"still waits. {whom.capitalize()} must answer: first the note /respond {short_id}, "
        "then the reply."
    )


def _tell(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    *sentences: str,
    key: str,
    at: datetime,
) -> None:
    ask_note(
        session,
        runtime.enqueue,
        scope,
        account_id=held.draft.account_id,
        ticket_id=held.draft.ticket_id,
        html=plain_note_html(*sentences),
        key=f"{key}:{held.draft.id}:{held.draft.rev}",
        at=at,
        draft_id=held.draft.id,
    )
