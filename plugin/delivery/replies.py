"""Delivers an approved draft: the one door through which a reply of ours goes out."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from connectors.types import Message, Receipt
from plugin.card import plain_note_html
from plugin.delivery import answers
from plugin.delivery.effects import CLAIM_LEASE, Settled, attempt, back_off, claim
from plugin.jobs import JobName
from plugin.learning import corrections
from plugin.models import DraftState, EffectState, VerdictKind
from plugin.outbox import ask_note, ask_tags, plan_reply, ticket_key
from plugin.runtime import Case, Runtime
from plugin.store import drafts, effects, merchants, people, verdicts
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow, EffectRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

_SYSTEM = "system"
_READ_AGAIN = timedelta(minutes=1)
_UNSENT_WORDS = {
    DraftState.DELIVERY_FAILED: "The helpdesk refused the approved reply ({error}); it was not "
    "sent. Answer yourself, or approve again on the review page.",
    DraftState.DELIVERY_UNKNOWN: "It is not known whether the approved reply went out ({error}). "
    "Look at this ticket's conversation and say on the review page.",
}


def deliver(runtime: Runtime, scope: Scope, draft_id: str) -> None:
    """Send an approved draft's reply, if it is still approved, due and the newest word."""
    with runtime.database.read() as session:
        held = drafts.get(session, scope, draft_id)
    if held.draft.state is DraftState.APPROVED and not _started(runtime, scope, held):
        return
    if held.draft.state is not DraftState.DELIVERING:
        return
    with runtime.database.read() as session:
        effect = effects.by_key(session, scope, f"reply:{draft_id}:{held.draft.round}")
    if effect is None:
        raise RuntimeError("a delivering draft has no planned reply")
    token = claim(runtime, scope, effect)
    if token is not None:
        settled = attempt(runtime, scope, effect)
        _finish(runtime, scope, held, effect, token=token, settled=settled)


def _started(runtime: Runtime, scope: Scope, held: Held) -> bool:
    """Start, or try again in a minute where the helpdesk cannot be read: nothing left yet."""
    try:
        return _start(runtime, scope, held)
    except ConnectorError as error:
        log.warning("delivery_not_started", draft=held.draft.id, reason=error.reason)
    with runtime.database.write() as session:
        due = runtime.now() + _READ_AGAIN
        drafts.change(session, scope, held.draft, due_at=due)
        _enqueue(runtime, session, scope, held.draft, wait=_READ_AGAIN)
    return False


def _start(runtime: Runtime, scope: Scope, held: Held) -> bool:
    """Move to delivering. False where it is not yet due, or no longer wanted."""
    draft = held.draft
    wait = (draft.due_at or runtime.now()) - runtime.now()
    if wait > timedelta(0):
        _later(runtime, scope, draft, wait)
        return False
    with runtime.database.read() as session:
        account = merchants.account(session, scope, draft.account_id)
        author_id = _author(session, scope, draft)
    helpdesk = runtime.helpdesk(account)
    conversation = helpdesk.conversation(draft.ticket_id)
    newer = answers.newer_public_message(conversation, draft)
    if newer is not None:
        case = Case(runtime, scope, account, helpdesk, draft.ticket_id, conversation)
        _overtaken(case, draft, newer)
        return False
    now = runtime.now()
    with runtime.database.write() as session:
        drafts.move(
            session,
            scope,
            draft,
            DraftState.DELIVERING,
            actor=_SYSTEM,
            at=now,
            due_at=now + CLAIM_LEASE,
        )
        plan_reply(session, scope, account, draft, author_id=author_id, at=now)
    return True


def _finish(
    runtime: Runtime,
    scope: Scope,
    held: Held,
    effect: EffectRow,
    *,
    token: str,
    settled: Settled,
) -> None:
    """Record the receipt, the draft's new state and the correction together."""
    now, draft = runtime.now(), held.draft
    with runtime.database.write() as session:
        due = now + back_off(effect.attempts)
        kept = effects.settle(
            session,
            scope,
            effect.id,
            token,
            settled.state,
            receipt=settled.receipt,
            error=settled.error,
            due_at=due if settled.state is EffectState.PLANNED else None,
        )
        if not kept:
            log.warning("claim_lost", effect=effect.id)
            return
        if settled.state is EffectState.PLANNED:
            drafts.change(session, scope, draft, due_at=due)
            _enqueue(runtime, session, scope, draft, wait=due - now)
        elif settled.state is EffectState.DONE and settled.receipt is not None:
            drafts.move(session, scope, draft, DraftState.DELIVERED, actor=_SYSTEM, at=now)
            sent = str(effect.payload["text"])
            _record(session, scope, draft, sent=sent, receipt=settled.receipt, at=now)
        else:
            _ask_a_person(runtime, session, scope, draft, settled)
    log.info("reply_settled", draft=draft.id, state=draft.state, effect=effect.id)


def _record(
    session: Session, scope: Scope, draft: DraftRow, *, sent: str, receipt: Receipt, at: datetime
) -> None:
    corrections.record(
        session,
        scope,
        draft,
        message_id=receipt.external_id,
        author=_signed_by(session, scope, draft),
        sent=sent,
        result=corrections.compare(draft, sent),
        at=at,
    )


def _ask_a_person(
    runtime: Runtime, session: Session, scope: Scope, draft: DraftRow, settled: Settled
) -> None:
    failed = settled.state is EffectState.FAILED
    state = DraftState.DELIVERY_FAILED if failed else DraftState.DELIVERY_UNKNOWN
    now = runtime.now()
    drafts.move(
        session, scope, draft, state, actor=_SYSTEM, at=now, detail={"error": settled.error}
    )
    ask_note(
        session,
        runtime.enqueue,
        scope,
        account_id=draft.account_id,
        ticket_id=draft.ticket_id,
        html=plain_note_html(_UNSENT_WORDS[state].format(error=settled.error)),
        key=f"{state}:{draft.id}:{draft.round}",
        at=now,
        draft_id=draft.id,
    )


def _overtaken(case: Case, draft: DraftRow, newer: Message) -> None:
    """Somebody wrote after the message this draft answers: it must not go out any more."""
    if newer.author.role.is_staff:
        answers.agent_replied(case, newer)
        return
    now = case.runtime.now()
    with case.runtime.database.write() as session:
        drafts.move(session, case.scope, draft, DraftState.STALE, actor=_SYSTEM, at=now)
        ask_tags(session, case.runtime.enqueue, case.scope, draft, at=now)


def _later(runtime: Runtime, scope: Scope, draft: DraftRow, wait: timedelta) -> None:
    with runtime.database.write() as session:
        _enqueue(runtime, session, scope, draft, wait=wait)


def _enqueue(
    runtime: Runtime, session: Session, scope: Scope, draft: DraftRow, *, wait: timedelta
) -> None:
    runtime.enqueue(
        session,
        JobName.DELIVER,
        scope,
        draft.id,
        key=f"{draft.id}:{runtime.now().timestamp()}",
        ticket=ticket_key(draft.account_id, draft.ticket_id),
        delay=max(1.0, wait.total_seconds()),
    )


def _author(session: Session, scope: Scope, draft: DraftRow) -> str | None:
    """The approving agent's helpdesk id, where they have one in this account."""
    for verdict in reversed(verdicts.of_draft(session, scope, draft.id)):
        if verdict.counts and verdict.kind in (VerdictKind.APPROVE, VerdictKind.EDIT):
            person = people.person(session, scope, verdict.person_id)
            return person.helpdesk_user if person.account_id == draft.account_id else None
    return None


def _signed_by(session: Session, scope: Scope, draft: DraftRow) -> str:
    signers = verdicts.signers(session, scope, draft.id, draft.rev)
    return ",".join(sorted(f"person:{signer}" for signer in signers)) or _SYSTEM
