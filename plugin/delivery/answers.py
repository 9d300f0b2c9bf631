"""An agent answered the customer: match it to the draft, log the correction, notice a bypass."""

from collections.abc import Iterable
from itertools import takewhile

import structlog
from sqlalchemy.orm import Session

from connectors.types import Message
from plugin.learning import corrections
from plugin.models import DraftState, Outcome, Oversight
from plugin.outbox import ask_tags
from plugin.runtime import Case, Runtime
from plugin.store import audit, drafts, people
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.text.reply import reply_of

log = structlog.get_logger(__name__)

_NEEDS_A_SIGNATURE = frozenset(
    {DraftState.AWAITING_APPROVAL, DraftState.EXPIRED, DraftState.REJECTED}
)
_ANSWERED_ONLY = frozenset(
    {
        DraftState.BLOCKED,
        DraftState.NO_DRAFT,
        DraftState.DELIVERY_FAILED,
        DraftState.DELIVERY_UNKNOWN,
    }
)
_OPEN_TO_ANSWERS = _ANSWERED_ONLY | {
    DraftState.AWAITING_REVIEW,
    DraftState.AWAITING_APPROVAL,
    DraftState.APPROVED,
    DraftState.REJECTED,
    DraftState.EXPIRED,
}


def newer_public_message(conversation: Iterable[Message], draft: DraftRow) -> Message | None:
    """The newest public message after the one a draft answers, if there is any."""
    newest: Message | None = None
    seen = False
    for message in conversation:
        if message.id == draft.message_id:
            seen = True
        elif seen and message.public:
            newest = message
    return newest


def agent_replied(case: Case, message: Message) -> str:
    """Take note of a public reply that a person wrote. Returns what it meant, in a sentence.

    Only a draft for a message before it can be meant: a late event closes no newer draft.
    """
    before = _ids_before(case.conversation, message)
    with case.runtime.database.write() as session:
        open_drafts = [
            draft
            for draft in drafts.of_ticket(session, case.scope, case.account.id, case.ticket_id)
            if draft.state in _OPEN_TO_ANSWERS and draft.message_id in before
        ]
        if not open_drafts:
            return "An agent's reply; there is no open draft on this ticket."
        held = drafts.get(session, case.scope, open_drafts[0].id)
        return _settle(case.runtime, session, case.scope, held, message)


def _ids_before(conversation: Iterable[Message], message: Message) -> frozenset[str]:
    return frozenset(
        other.id for other in takewhile(lambda other: other.id != message.id, conversation)
    )


def _settle(runtime: Runtime, session: Session, scope: Scope, held: Held, message: Message) -> str:
    now, draft = runtime.now(), held.draft
    author = people.by_helpdesk_user(session, scope, draft.account_id, message.author.id)
    actor = f"person:{author.id}" if author else f"helpdesk_user:{message.author.id}"
    bypass = _is_bypass(held, author.id if author else None)
    state = DraftState.ANSWERED
    outcome: Outcome | None = None
    if draft.text is not None and held.oversight is not Oversight.BLOCK:
        sent = reply_of(message.text, message.html)
        result = corrections.compare(draft, sent)
        outcome = result.outcome
        corrections.record(
            session,
            scope,
            draft,
            message_id=message.id,
            author=actor,
            sent=sent,
            result=result,
            at=now,
        )
        if outcome is not Outcome.DISCARDED and draft.state not in _ANSWERED_ONLY:
            state = DraftState.SENT_BY_AGENT
    drafts.move(
        session,
        scope,
        draft,
        state,
        actor=actor,
        at=now,
        detail={"message": message.id, "outcome": outcome},
        bypassed=bypass,
    )
    if bypass:
        audit.add(session, scope, at=now, actor=actor, event="bypass", draft_id=draft.id)
        log.warning("bypass", draft=draft.id)
    ask_tags(session, runtime.enqueue, scope, draft, at=now)
    return f"An agent's own reply: the draft is {state.words}."


def _is_bypass(held: Held, author_id: str | None) -> bool:
    """A reply that needed a signature and left without one, by somebody not opened for it."""
    if held.oversight is not Oversight.APPROVAL or held.draft.state not in _NEEDS_A_SIGNATURE:
        return False
    return author_id is None or held.draft.opened_for != author_id
