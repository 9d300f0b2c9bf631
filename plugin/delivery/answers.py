"""An agent answered the customer: match it to the draft, log the correction, notice a bypass."""

from collections.abc import Collection, Iterable
from itertools import takewhile

import structlog
from sqlalchemy.orm import Session

from connectors.types import Message
from plugin.delivery.effects import look
from plugin.judgement import ANSWERED_ONLY, OPEN_TO_ANSWERS, is_bypass
from plugin.learning import corrections
from plugin.models import UNDELIVERED, DraftState, Outcome, Oversight
from plugin.outbox import ask_tags, reply_key
from plugin.runtime import Case, Runtime
from plugin.store import audit, drafts, effects, people
from plugin.store.audit_decisions import held_by
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.text.reply import reply_of

log = structlog.get_logger(__name__)


def newer_public_message(
    conversation: Iterable[Message], draft: DraftRow, ours: Collection[str]
) -> Message | None:
    """The newest public message of others after the one a draft answers, if there is any."""
    newest: Message | None = None
    seen = False
    for message in conversation:
        if message.id == draft.message_id:
            seen = True
        elif seen and message.public and message.id not in ours:
            newest = message
    return newest


def catch_up(case: Case, ours: Collection[str]) -> None:
    """Take note of agents' replies whose own webhooks are late, before their drafts go stale."""
    for message in case.conversation:
        if message.public and message.author.role.is_staff and message.id not in ours:
            agent_replied(case, message)


def agent_replied(case: Case, message: Message) -> str:
    """Take note of a public reply that a person wrote. Returns what it meant, in a sentence.

    Only a draft for a message before it can be meant: a late event closes no newer draft.
    """
    before = _ids_before(case.conversation, message)
    meant = _meant(case, before)
    if meant is None:
        return "An agent's reply; there is no open draft on this ticket."
    if meant.draft.state in UNDELIVERED and _is_our_lost_reply(case, meant, message):
        return "Our own reply, found after all."
    with case.runtime.database.write() as session:
        held = drafts.get(session, case.scope, meant.draft.id, lock=True)
        if held.draft.state not in OPEN_TO_ANSWERS:
            return "An agent's reply; the draft was settled meanwhile."
        return _settle(case.runtime, session, case.scope, held, message)


def _meant(case: Case, before: Collection[str]) -> Held | None:
    """The newest open draft for one of the messages before the reply."""
    with case.runtime.database.read() as session:
        for draft in drafts.of_ticket(session, case.scope, case.account.id, case.ticket_id):
            if draft.state in OPEN_TO_ANSWERS and draft.message_id in before:
                return drafts.get(session, case.scope, draft.id)
    return None


def _is_our_lost_reply(case: Case, held: Held, message: Message) -> bool:
    """Whether a reply of which we did not know is this message; then it is delivered."""
    with case.runtime.database.read() as session:
        effect = effects.by_key(session, case.scope, reply_key(held.draft))
    receipt = look(case.helpdesk, effect) if effect else None
    if effect is None or receipt is None or receipt.external_id != message.id:
        return False
    now, sent = case.runtime.now(), str(effect.payload["text"])
    with case.runtime.database.write() as session:
        draft = drafts.get(session, case.scope, held.draft.id, lock=True).draft
        effects.found(session, case.scope, effect.id, receipt)
        drafts.move(session, case.scope, draft, DraftState.DELIVERED, actor="system", at=now)
        corrections.record(
            session,
            case.scope,
            draft,
            message_id=message.id,
            author="system",
            sent=sent,
            result=corrections.compare(draft, sent),
            at=now,
        )
        ask_tags(session, case.runtime.enqueue, case.scope, draft, at=now)
    return True


def _ids_before(conversation: Iterable[Message], message: Message) -> frozenset[str]:
    return frozenset(
        other.id for other in takewhile(lambda other: other.id != message.id, conversation)
    )


def _settle(runtime: Runtime, session: Session, scope: Scope, held: Held, message: Message) -> str:
    now, draft = runtime.now(), held.draft
    author = people.by_helpdesk_user(session, scope, draft.account_id, message.author.id)
    actor = f"person:{author.id}" if author else f"helpdesk_user:{message.author.id}"
    bypass = is_bypass(held, author.id if author else None)
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
        if outcome is not Outcome.DISCARDED and draft.state not in ANSWERED_ONLY:
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
        lacked = {"message": message.id, "rev": draft.rev, **held_by(held.decision)}
        audit.add(
            session, scope, at=now, actor=actor, event="bypass", draft_id=draft.id, detail=lacked
        )
        log.warning("bypass", draft=draft.id)
    ask_tags(session, runtime.enqueue, scope, draft, at=now)
    return f"An agent's own reply: the draft is {state.words}."
