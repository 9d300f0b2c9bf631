"""Delivers an approved draft: the one door through which a reply of ours goes out."""

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.errors import AuthError, ConnectorError
from connectors.types import Message, Receipt
from plugin import binding
from plugin.card import plain_note_html
from plugin.delivery import answers
from plugin.delivery.effects import Settled, attempt, claim, next_wait, settle
from plugin.delivery.unsent import ORDER_CHANGED, OVERTAKEN, unsent_note
from plugin.errors import MovedError
from plugin.judgement import Renewal, judge_again, renew
from plugin.learning import corrections
from plugin.models import DraftState, EffectState, Oversight, VerdictKind
from plugin.outbox import ask_delivery, ask_note, ask_tags, plan_reply, reply_key
from plugin.runtime import Case, Runtime
from plugin.store import drafts, effects, merchants, people, verdicts
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow, EffectRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

_SYSTEM = "system"
_APP_WROTE = "Another app wrote to the customer. Read it before this goes out."
_SHORTEST_WAIT = timedelta(seconds=1)


def deliver(runtime: Runtime, scope: Scope, draft_id: str) -> None:
    """Send an approved draft's reply, if it is still approved, due and the newest word."""
    with runtime.database.read() as session:
        held = drafts.get(session, scope, draft_id)
    if held.draft.state not in (DraftState.APPROVED, DraftState.DELIVERING) or held.insert_only:
        return
    if held.draft.state is DraftState.APPROVED:
        wait = _due(held.draft, runtime.now()) - runtime.now()
        if wait > timedelta(0):
            _later(runtime, scope, held.draft, wait)
            return
    try:
        effect = _ready(runtime, scope, held)
    except ConnectorError as error:
        _not_begun(runtime, scope, held.draft, error)
        return
    claimed = claim(runtime, scope, effect) if effect else None
    if effect is not None and claimed is not None:
        settled = attempt(runtime, scope, effect, claimed)
        _finish(runtime, scope, draft_id, effect, token=claimed.token, settled=settled)


def _due(draft: DraftRow, now: datetime) -> datetime:
    """When it may go out: the time to undo is over, and no agent is sending it themself."""
    return max(draft.due_at or now, drafts.in_composer_until(draft, now) or now)


def _ready(runtime: Runtime, scope: Scope, held: Held) -> EffectRow | None:
    """The reply's effect, ready to be attempted; None where it must not go out (any more).

    An effect in doubt is not judged again: it may have gone out already.
    """
    draft = held.draft
    key = reply_key(draft)
    with runtime.database.read() as session:
        effect = effects.by_key(session, scope, key)
        account = merchants.account(session, scope, draft.account_id)
        ours = effects.ours_on_ticket(session, scope, draft.account_id, draft.ticket_id)
    if effect is not None and effect.state is not EffectState.PLANNED:
        return effect
    helpdesk = runtime.helpdesk(account)
    conversation = helpdesk.conversation(draft.ticket_id)
    case = Case(runtime, scope, account, helpdesk, draft.ticket_id, conversation)
    if _is_out_of_date(case, held, effect, ours):
        return None
    seen = _orders(runtime, scope, held)
    if draft.state is DraftState.APPROVED:
        if not _start(case, held, seen):
            return None
    elif effect is not None and binding.orders_changed(held, seen):
        _called_off(case, draft.id, effect, ORDER_CHANGED)
        return None
    with runtime.database.read() as session:
        return effects.by_key(session, scope, key)


def _is_out_of_date(
    case: Case, held: Held, effect: EffectRow | None, ours: Collection[str]
) -> bool:
    """Whether the ticket is not what the reply was let go for; then that is followed."""
    draft, conversation = held.draft, case.conversation
    if any(one.id == draft.message_id and not one.public for one in conversation):
        _not_asked_any_more(case, draft.id, effect)
        return True
    newer = answers.newer_public_message(conversation, draft, ours)
    if newer is not None:
        _overtaken(case, draft.id, newer, effect)
        return True
    app = answers.newer_by_app(conversation, draft, ours)
    if app is None or not _is_unseen(held, app):
        return False
    _app_was_faster(case, held, effect)
    return True


def _orders(runtime: Runtime, scope: Scope, held: Held) -> binding.Look:
    """The draft's orders as they are now.

    Raises:
        OrderUnreadError: They cannot be read, and it must not leave before they are.
    """
    seen = binding.look(runtime, scope, held)
    if seen.unread is None:
        return seen
    with runtime.database.read() as session:
        if binding.must_wait(runtime, session, scope, held, seen):
            raise binding.OrderUnreadError(
                "the shop could not be read", retry_after=seen.unread.retry_after
            )
    return seen


def _start(case: Case, seen: Held, orders: binding.Look) -> bool:
    """Move to delivering and plan the reply, by what is stored now.

    False where anything changed since the ticket was read: a job of its own follows that. Where
    that is what the reply's signatures were given on, they are void now.
    """
    runtime, scope = case.runtime, case.scope
    now = runtime.now()
    with runtime.database.write() as session:
        held = drafts.get(session, scope, seen.draft.id, lock=True)
        draft = held.draft
        same = (draft.state, draft.rev, draft.state_at, draft.due_at) == (
            seen.draft.state,
            seen.draft.rev,
            seen.draft.state_at,
            seen.draft.due_at,
        )
        if drafts.in_composer_until(draft, now) is not None:
            return False
        if not same:
            return False
        if binding.void_if_changed(runtime, session, scope, held, orders):
            return False
        author_id = _author(session, scope, draft)
        due = now + timedelta(seconds=runtime.pace.claim_lease)
        drafts.move(session, scope, draft, DraftState.DELIVERING, actor=_SYSTEM, at=now, due_at=due)
        plan_reply(session, scope, case.account, draft, author_id=author_id, at=now)
    return True


def _not_begun(runtime: Runtime, scope: Scope, seen: DraftRow, error: ConnectorError) -> None:
    """The ticket could not be read, so nothing was sent: come back, in the end ask a person.

    A wrong credential is waited for, since an admin may mend it.
    """
    log.warning("delivery_not_started", draft=seen.id, reason=error.reason)
    hopeless = error.permanent and not isinstance(error, AuthError)
    patience = timedelta(seconds=runtime.pace.reply_patience)
    if hopeless or runtime.now() - seen.state_at > patience:
        _give_up(runtime, scope, seen, error)
    else:
        wait = max(error.retry_after or 0, runtime.pace.read_again)
        _later(runtime, scope, seen, timedelta(seconds=wait))


def _give_up(runtime: Runtime, scope: Scope, seen: DraftRow, error: ConnectorError) -> None:
    with runtime.database.write() as session:
        draft = drafts.get(session, scope, seen.id, lock=True).draft
        if (draft.state, draft.rev, draft.state_at) != (seen.state, seen.rev, seen.state_at):
            return
        planned = effects.by_key(session, scope, reply_key(draft))
        if planned and not effects.call_off(session, scope, planned, error=error.reason):
            return
        if draft.state is DraftState.APPROVED:
            at = runtime.now()
            drafts.move(session, scope, draft, DraftState.DELIVERING, actor=_SYSTEM, at=at)
        failed = Settled(EffectState.FAILED, error=error.reason)
        _ask_a_person(runtime, session, scope, draft, failed)


def _finish(
    runtime: Runtime,
    scope: Scope,
    draft_id: str,
    effect: EffectRow,
    *,
    token: str,
    settled: Settled,
) -> None:
    """Record the receipt, the draft's new state and the correction together."""
    now = runtime.now()
    with runtime.database.write() as session:
        draft = drafts.get(session, scope, draft_id, lock=True).draft
        if not settle(runtime, session, scope, effect, token=token, settled=settled):
            log.warning("claim_lost", effect=effect.id)
            return
        if settled.is_open:
            _again(runtime, session, scope, draft, wait=next_wait(runtime, effect, settled))
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
        html=plain_note_html(unsent_note(state, settled.error)),
        key=f"{state}:{draft.id}:{draft.round}",
        at=now,
        draft_id=draft.id,
    )


def _overtaken(case: Case, draft_id: str, newer: Message, effect: EffectRow | None) -> None:
    """Somebody wrote after the message this draft answers: it must not go out any more."""
    now = case.runtime.now()
    with case.runtime.database.write() as session:
        draft = drafts.get(session, case.scope, draft_id, lock=True).draft
        if draft.state is DraftState.DELIVERING and effect is not None:
            if not effects.call_off(session, case.scope, effect, error=OVERTAKEN):
                return
            why = {"error": OVERTAKEN}
            failed = DraftState.DELIVERY_FAILED
            drafts.move(session, case.scope, draft, failed, actor=_SYSTEM, at=now, detail=why)
        if not newer.author.role.is_staff:
            drafts.move(session, case.scope, draft, DraftState.STALE, actor=_SYSTEM, at=now)
            ask_tags(session, case.runtime.enqueue, case.scope, draft, at=now)
    if newer.author.role.is_staff:
        answers.agent_replied(case, newer)


def _not_asked_any_more(case: Case, draft_id: str, effect: EffectRow | None) -> None:
    """The customer's message was made an internal note, and nobody has told us of it yet."""
    if effect is not None:
        _called_off(case, draft_id, effect, OVERTAKEN)
        return
    now, why = case.runtime.now(), {"set_aside": "made_private"}
    with case.runtime.database.write() as session:
        draft = drafts.get(session, case.scope, draft_id, lock=True).draft
        if draft.state is DraftState.APPROVED:
            stale = DraftState.STALE
            drafts.move(session, case.scope, draft, stale, actor=_SYSTEM, at=now, detail=why)
            ask_tags(session, case.runtime.enqueue, case.scope, draft, at=now)


def _is_unseen(held: Held, app: Message) -> bool:
    """Whether nobody can have read what an app wrote before they let this reply go."""
    approved_at = held.draft.state_at.replace(microsecond=0)
    return held.oversight is Oversight.AUTO or app.created_at >= approved_at


def _app_was_faster(case: Case, seen: Held, effect: EffectRow | None) -> None:
    """Another app wrote to the customer, perhaps the same answer: a person looks again."""
    runtime, scope = case.runtime, case.scope
    if effect is not None:
        _called_off(case, seen.draft.id, effect, OVERTAKEN)
        return
    with runtime.database.write() as session:
        held = drafts.get(session, scope, seen.draft.id, lock=True)
        draft, in_force = held.draft, runtime.policy(session, scope)
        if (draft.state, draft.rev) != (DraftState.APPROVED, seen.draft.rev):
            return
        again = judge_again(session, scope, in_force.file, held, text=draft.final_text)
        words = (_APP_WROTE,)
        renewal = Renewal("app_wrote", again, in_force, words=words, text=draft.final_text)
        renew(runtime, session, scope, held, renewal)


def _called_off(case: Case, draft_id: str, effect: EffectRow, error: str) -> None:
    """A reply that was planned and has not left must not leave any more: a person is asked."""
    with case.runtime.database.write() as session:
        draft = drafts.get(session, case.scope, draft_id, lock=True).draft
        if draft.state is not DraftState.DELIVERING:
            return
        if effects.call_off(session, case.scope, effect, error=error):
            failed = Settled(EffectState.FAILED, error=error)
            _ask_a_person(case.runtime, session, case.scope, draft, failed)


def _later(runtime: Runtime, scope: Scope, draft: DraftRow, wait: timedelta) -> None:
    """Come back. Where the draft moved meanwhile, whatever moved it asked for what follows."""
    with runtime.database.write() as session:
        try:
            _again(runtime, session, scope, draft, wait=wait)
        except MovedError:
            log.info("draft_moved_meanwhile", draft=draft.id)


def _again(
    runtime: Runtime, session: Session, scope: Scope, draft: DraftRow, *, wait: timedelta
) -> None:
    """Timers of the job engine have whole seconds: one less would run before its time."""
    now = runtime.now()
    due = now + max(wait, _SHORTEST_WAIT)
    drafts.change(session, scope, draft, due_at=due)
    ask_delivery(session, runtime.enqueue, scope, draft, due=due, at=now)


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
