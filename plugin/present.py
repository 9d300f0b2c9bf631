"""Stores a draft with its decision and puts it before the agents: all in one transaction.

The draft, its actions, its first state, older drafts going stale, and the wish for a note with
tags stand or fall together. The note itself is written by `delivery.effects`.
"""

import secrets as random
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.errors import ConflictError
from connectors.types import Message
from plugin import facts, headroom
from plugin.card import card_of, note_html
from plugin.facts import Gathered
from plugin.judgement import STATE_FOR, decision_row, draft_note_key, judge_new
from plugin.models import AWAITING, BECOMES_STALE, Decision, Draft, DraftState, Facts
from plugin.novelty import topics_of
from plugin.outbox import ask_delivery, ask_note
from plugin.policy import reading
from plugin.policy.limits import keys_of
from plugin.policy.situation import Situation
from plugin.provenance import completed
from plugin.runtime import Case, PolicyInForce
from plugin.store import customers, drafts, erasures, verdicts
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.telling import ask as telling
from plugin.text import short_id

_SYSTEM = "system"
_SHORT_ID_BITS = 25
_SHORT_ID_TRIES = 32
_NAMELESS = "a file without a name"


def present(
    case: Case,
    gathered: Gathered,
    situation: Situation,
    *,
    decision: Decision | None,
    in_force: PolicyInForce,
) -> DraftState | None:
    """Store and show a draft. Returns its state; None where the message has one already.

    `decision` is None where there is no text, and nothing that forbids one. Where limits look at
    what came before, it is made anew here: with their sums locked, and this draft's added.
    """
    draft, known = situation.draft, situation.facts
    now = case.runtime.now()
    read = reading.to_record(situation.reading)
    with case.runtime.database.write() as session:
        drafts.lock_ticket(session, case.account.id, case.ticket_id)
        older = drafts.of_ticket(session, case.scope, case.account.id, case.ticket_id)
        _require_newest_view(case, older)
        _require_not_erased(session, case, gathered.message)
        row = _draft_row(case, gathered, draft, known)
        row.reading = read
        row.short_id = row.open_short_id = _free_short_id(session, case.scope)
        if not drafts.add(session, case.scope, row):
            return None
        for stale in older:
            if stale.state in BECOMES_STALE:
                _tell_signers(case, session, stale, at=now)
                drafts.move(session, case.scope, stale, DraftState.STALE, actor=_SYSTEM, at=now)
        keys = keys_of(in_force.file, draft, known)
        if decision is not None and keys:
            spent = headroom.locked(session, case.scope, keys, at=now)
            decision = judge_new(situation, spent)
        if decision is not None:
            headroom.hold(session, case.scope, row.id, draft, known, at=now)
            decided = decision_row(row, row.rev, decision, in_force=in_force, at=now)
            drafts.add_decision(session, case.scope, decided)
        actions = completed(draft.actions, known)
        drafts.add_actions(session, case.scope, row.id, row.rev, actions)
        _note_requester(session, case, gathered)
        session.flush()
        return _first_state(case, session, row, decision, at=now)


def _first_state(
    case: Case, session: Session, row: DraftRow, decision: Decision | None, *, at: datetime
) -> DraftState:
    state = STATE_FOR[decision.oversight] if decision else DraftState.NO_DRAFT
    automatic = state is DraftState.APPROVED
    due = at if automatic else None
    text = row.text if automatic else None
    drafts.move(session, case.scope, row, state, actor=_SYSTEM, at=at, due_at=due, final_text=text)
    held = drafts.get(session, case.scope, row.id)
    asked = telling.awaiting(case.runtime, session, case.scope, held, at=at)
    ask_note(
        session,
        case.runtime.enqueue,
        case.scope,
        account_id=case.account.id,
        ticket_id=case.ticket_id,
        html=note_html(card_of(held, public_url=case.runtime.settings.public_url), asked=asked),
        key=draft_note_key(row.id, row.rev),
        at=at,
        draft_id=row.id,
    )
    if automatic:
        ask_delivery(session, case.runtime.enqueue, case.scope, row, due=at, at=at)
    return state


def _tell_signers(case: Case, session: Session, stale: DraftRow, *, at: datetime) -> None:
    """Whoever signed what the customer's new message sets aside hears that it does not go out."""
    if stale.state not in AWAITING | {DraftState.APPROVED}:
        return
    signed = verdicts.signers(session, case.scope, stale.id, stale.rev)
    if not signed:
        return
    held = drafts.get(session, case.scope, stale.id)
    why = "the customer wrote again."
    telling.voided(case.runtime, session, case.scope, held, signed, why=why, at=at)


def _require_newest_view(case: Case, older: Sequence[DraftRow]) -> None:
    """Another worker has drafted for a message that we have not even seen: read again.

    Raises:
        ConflictError: To be tried again.
    """
    seen = {message.id for message in case.conversation} | case.erased
    if any(row.message_id not in seen for row in older):
        raise ConflictError("the ticket moved on while its draft was made")


def _require_not_erased(session: Session, case: Case, message: Message) -> None:
    """The ticket was erased since it was read: what came before must not be stored again.

    Raises:
        ConflictError: To be tried again, and then ignored.
    """
    at = erasures.since(session, case.scope, case.account.id, case.ticket_id)
    if at is not None and message.created_at <= at:
        raise ConflictError("the ticket was erased while its draft was made")


def _note_requester(session: Session, case: Case, gathered: Gathered) -> None:
    """Whose ticket it is, where somebody else wrote on it: `since_erased` notes who wrote."""
    asked, wrote = gathered.ticket.requester, gathered.message.author
    if asked.id != wrote.id and not asked.role.is_staff:
        found = {(asked.id, customers.folded(asked.email))}
        on_ticket = (case.account.id, case.ticket_id)
        customers.note(session, case.scope, *on_ticket, found, at=case.runtime.now())


def _draft_row(case: Case, gathered: Gathered, draft: Draft, known: Facts) -> DraftRow:
    now = case.runtime.now()
    return DraftRow(
        account_id=case.account.id,
        ticket_id=case.ticket_id,
        message_id=gathered.message.id,
        rev=1,
        round=1,
        state=DraftState.DRAFTING,
        text=draft.text,
        intent=draft.intent,
        language=draft.language,
        confidence=draft.confidence,
        drafter=draft.drafter,
        note=" ".join(part for part in (draft.note, *gathered.warnings) if part) or None,
        sources=[
            {"kind": source.kind, "id": source.id, "title": source.title}
            for source in draft.sources
        ],
        facts=facts.to_record(known),
        subject=gathered.ticket.subject,
        customer_name=gathered.message.author.name,
        message_text=gathered.words,
        topics=topics_of(known, draft),
        attachments=[name.strip() or _NAMELESS for name in gathered.message.attachments],
        bypassed=False,
        created_at=now,
        state_at=now,
    )


def _free_short_id(session: Session, scope: Scope) -> str:
    """Five characters that no open draft of the merchant has, and that are no word."""
    drawn = [short_id.encode(random.randbits(_SHORT_ID_BITS)) for _ in range(_SHORT_ID_TRIES)]
    wanted = [candidate for candidate in drawn if any(map(str.isdigit, candidate))]
    taken = drafts.taken_short_ids(session, scope, wanted)
    return next(candidate for candidate in wanted if candidate not in taken)
