"""A reply left without the approval that its ticket's draft needed: kept, told, and shown.

It is found out once for each message, however often it is looked at: by a person past the save
hook, or by another app, for which there is no hook. Where the account wants it, the reply is made
an internal note afterwards; whoever was mailed has it all the same.
"""

import structlog
from sqlalchemy.orm import Session

from connectors.types import Message
from plugin.card import approvers_words, people_words, plain_note_html
from plugin.models import DraftState
from plugin.outbox import ask_hiding, ask_note
from plugin.policy.wording import listed
from plugin.runtime import Case, Runtime
from plugin.store import audit, bypasses, people, verdicts
from plugin.store.audit_decisions import held_by
from plugin.store.bypass_tables import BypassRow
from plugin.store.drafts import Held
from plugin.store.schema import EffectRow
from plugin.store.scope import Scope
from plugin.telling import ask as telling

log = structlog.get_logger(__name__)

_DRAFT_WAITS = "The draft stands as it did: approve it, or reject it."
_HIDDEN = (
    "Bookbag makes the reply an internal note, as this account wants it. "
    "An e-mail of it may have gone out already."
)
_NOT_HIDDEN = (
    "The reply that left without its approval could not be made an internal note. "
    "Make it one in the helpdesk, if it must not be seen."
)
_BECAME = {DraftState.REJECTED: "It was rejected.", DraftState.EXPIRED: "Its deadline had passed."}


def record(case: Case, session: Session, held: Held, message: Message, *, actor: str) -> bool:
    """Keep a bypass, and ask for all that follows. False where it is known.

    Args:
        case: The ticket.
        session: The transaction of what is done about it.
        held: The draft, as it stood when the reply left.
        message: What left.
        actor: Who wrote it, as in the audit.
    """
    scope, now, draft = case.scope, case.runtime.now(), held.draft
    by_app = message.is_by_machine
    row = BypassRow(
        account_id=case.account.id,
        ticket_id=case.ticket_id,
        draft_id=draft.id,
        rev=draft.rev,
        message_id=message.id,
        author=actor,
        by_app=by_app,
        created_at=now,
    )
    if not bypasses.add(session, scope, row):
        return False
    hidden = _is_hidden(case, held)
    detail = {"message": message.id, "rev": draft.rev, "app": by_app, **held_by(held.decision)}
    audit.add(session, scope, at=now, actor=actor, event="bypass", draft_id=draft.id, detail=detail)
    ask_note(
        session,
        case.runtime.enqueue,
        scope,
        account_id=case.account.id,
        ticket_id=case.ticket_id,
        html=plain_note_html(*_sentences(session, case, held, message, hidden=hidden)),
        key=f"bypass:{case.account.id}:{message.id}",
        at=now,
    )
    if hidden:
        ask_hiding(session, case.runtime.enqueue, scope, draft, message_id=message.id, at=now)
    telling.bypassed(case.runtime, session, scope, held, author=actor, at=now)
    log.warning("bypass", draft=draft.id, app=by_app)
    return True


def not_hidden(
    runtime: Runtime, session: Session, scope: Scope, effect: EffectRow, *, reason: str | None
) -> None:
    """The reply could not be made an internal note: the ticket says so, and the record."""
    now, message = runtime.now(), str(effect.payload["message"])
    detail = {"message": message, "reason": reason}
    audit.add(
        session,
        scope,
        at=now,
        actor="system",
        event="not_made_private",
        draft_id=effect.draft_id,
        detail=detail,
    )
    ask_note(
        session,
        runtime.enqueue,
        scope,
        account_id=effect.account_id,
        ticket_id=effect.ticket_id,
        html=plain_note_html(_NOT_HIDDEN),
        key=f"not_hidden:{effect.account_id}:{message}",
        at=now,
    )
    log.warning("bypass_not_made_private", effect=effect.id, reason=reason)


def _is_hidden(case: Case, held: Held) -> bool:
    """What was said in a conversation cannot be taken back."""
    can = case.helpdesk.capabilities.make_private and not held.insert_only
    return case.account.make_private_on_bypass and can


def _sentences(
    session: Session, case: Case, held: Held, message: Message, *, hidden: bool
) -> list[str]:
    """What the ticket's note says: who, which policies, what was lacking, and what now."""
    draft, decision = held.draft, held.decision
    who = message.author.name or "Somebody"
    person = people.by_helpdesk_user(session, case.scope, draft.account_id, message.author.id)
    if message.is_by_machine:
        who = f"An app ({who})"
    elif person is not None:
        who = person.name
    said = [f"{who} answered the customer without the approval that draft {draft.short_id} needed."]
    if decision is not None:
        fired = [f"{hit['id']}: {hit['reason']}" for hit in decision.policies]
        said.append(f"Held by {'; '.join(fired)}" if fired else "Held by the policies' default.")
    said.append(_lacking(session, case, held))
    if hidden:
        said.append(_HIDDEN)
    if message.is_by_machine and draft.state is DraftState.AWAITING_APPROVAL:
        said.append(_DRAFT_WAITS)
    return said


def _lacking(session: Session, case: Case, held: Held) -> str:
    """Which signatures there should have been, and which there were."""
    draft, decision = held.draft, held.decision
    needed = max(1, decision.approvals if decision else 1)
    roles = decision.approvers if decision else ()
    wanted = people_words(roles, needed) if needed > 1 else approvers_words(roles)
    signed = verdicts.signers(session, case.scope, draft.id, draft.rev)
    names = people.names(session, case.scope)
    had = listed([names.get(one, "somebody") for one in sorted(signed)]) if signed else "nobody"
    became = _BECAME.get(draft.state)
    sentence = f"It needed the approval of {wanted}; {had} had signed."
    return f"{sentence} {became}" if became else sentence
