"""An agent answered the customer: match it to the draft, log the correction, notice a bypass."""

from collections.abc import Collection, Iterable, Iterator
from itertools import dropwhile, islice, takewhile

from sqlalchemy.orm import Session

from connectors.types import Channel, Message
from plugin.delivery import bypasses
from plugin.delivery.effects import look
from plugin.judgement import ANSWERED_ONLY, OPEN_TO_ANSWERS, is_bypass
from plugin.learning import corrections
from plugin.models import UNDELIVERED, DraftState, Outcome, Oversight
from plugin.outbox import ask_tags, reply_key
from plugin.runtime import Case
from plugin.store import drafts, effects, people
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.text.reply import reply_of
from plugin.text.tokens import canonical_words


def newer_public_message(
    conversation: Iterable[Message], draft: DraftRow, ours: Collection[str]
) -> Message | None:
    """The newest public message of people after the one a draft answers, if there is any."""
    later = [
        one
        for one in _later(conversation, draft, ours)
        if not one.is_by_machine or _is_sent_before(draft, one)
    ]
    return later[-1] if later else None


def newer_by_app(
    conversation: Iterable[Message], draft: DraftRow, ours: Collection[str]
) -> Message | None:
    """The newest that another app wrote to the customer after that message, if there is any.

    What a rule of the helpdesk's wrote says that a message came in, and answers nothing.
    """
    later = [
        one
        for one in _later(conversation, draft, ours)
        if one.is_by_machine and one.channel is Channel.API
    ]
    return later[-1] if later else None


def _later(
    conversation: Iterable[Message], draft: DraftRow, ours: Collection[str]
) -> Iterator[Message]:
    after = dropwhile(lambda one: one.id != draft.message_id, conversation)
    return (one for one in islice(after, 1, None) if one.public and one.id not in ours)


def catch_up(case: Case, ours: Collection[str]) -> None:
    """Take note of agents' replies whose own webhooks are late, before their drafts go stale."""
    for message in case.conversation:
        if message.public and message.author.role.is_staff and message.id not in ours:
            agent_replied(case, message)


def apps_were_faster(case: Case, message: Message, ours: Collection[str]) -> None:
    """Take note of what machines wrote to the customer before the message had its draft."""
    after = dropwhile(lambda one: one.id != message.id, case.conversation)
    for later in after:
        if later.public and later.is_by_machine and later.id not in ours:
            agent_replied(case, later)


def agent_replied(case: Case, message: Message) -> str:
    """Take note of a public message in the merchant's name. Returns what it meant, in a sentence.

    Only a draft for a message before it can be meant: a late event closes no newer draft.
    """
    before = _ids_before(case.conversation, message)
    meant = _meant(case, before)
    if meant is None:
        return "An agent's reply; there is no open draft on this ticket."
    if meant.draft.state in UNDELIVERED and _is_our_lost_reply(case, meant, message):
        return "Our own reply, found after all."
    if message.is_by_machine and not _is_sent_before(meant.draft, message):
        return _machine_wrote(case, meant, message)
    with case.runtime.database.write() as session:
        held = drafts.get(session, case.scope, meant.draft.id, lock=True)
        if held.draft.state not in OPEN_TO_ANSWERS:
            return "An agent's reply; the draft was settled meanwhile."
        return _settle(case, session, held, message)


def _is_sent_before(draft: DraftRow, message: Message) -> bool:
    """Whether it is a reply of ours whose receipt is lost: it says what was let go.

    Somebody took it for not sent and asked for it once more, or the database is an older one.
    """
    let_go = draft.final_text
    return let_go is not None and canonical_words(message.text) == canonical_words(let_go)


def _machine_wrote(case: Case, seen: Held, message: Message) -> str:
    """A rule or another app wrote to the customer: nobody has answered, so the draft stands.

    A rule's words are the merchant's own and say that a message came in. Another app's may be an
    answer, and on a ticket that is held they left without the approval it needs.
    """
    if message.channel is not Channel.API:
        return "The helpdesk wrote that by itself; the draft stands as it did."
    with case.runtime.database.write() as session:
        held = drafts.get(session, case.scope, seen.draft.id, lock=True)
        if not is_bypass(held, None):
            return "Another app wrote to the customer; the draft stands as it did."
        actor = f"helpdesk_user:{message.author.id}"
        if bypasses.record(case, session, held, message, actor=actor):
            drafts.change(session, case.scope, held.draft, bypassed=True)
            ask_tags(session, case.runtime.enqueue, case.scope, held.draft, at=case.runtime.now())
    return "Another app answered without the approval that was needed."


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


def _settle(case: Case, session: Session, held: Held, message: Message) -> str:
    scope, now, draft = case.scope, case.runtime.now(), held.draft
    author = people.by_helpdesk_user(session, scope, draft.account_id, message.author.id)
    actor = f"person:{author.id}" if author else f"helpdesk_user:{message.author.id}"
    bypass = is_bypass(held, author.id if author else None)
    if bypass:
        bypasses.record(case, session, held, message, actor=actor)
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
        bypassed=bypass or draft.bypassed,
    )
    ask_tags(session, case.runtime.enqueue, scope, draft, at=now)
    return f"An agent's own reply: the draft is {state.words}."
