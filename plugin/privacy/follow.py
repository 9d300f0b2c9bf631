"""What is deleted or redacted in the helpdesk goes here, too.

The webhook is only a hint: the helpdesk is asked again, and what it still has stays. Only the
webhook's type and what it is about are used, since little more of these is documented.
"""

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.orm import Session

from connectors.errors import ConflictError
from connectors.types import EventKind, Message
from plugin.errors import MovedError
from plugin.models import InboxState
from plugin.privacy.erase import SYSTEM, erase, require_still, withdraw
from plugin.privacy.finding import Subject, find
from plugin.privacy.wiping import wipe_drafts
from plugin.runtime import Runtime
from plugin.store import audit, corrections, customers, drafts, effects, erasures, merchants
from plugin.store.customers import Named, OnTicket, folded
from plugin.store.privacy import digest
from plugin.store.schema import DraftRow, InboxEvent
from plugin.store.scope import Scope
from plugin.text.reply import reply_of

log = structlog.get_logger(__name__)

Became = tuple[InboxState, str]


def follow(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became | None:
    """Erase here what is gone there; None where a webhook tells of nothing that is.

    Raises:
        ConnectorError: The helpdesk cannot be asked now; or something leaves on the ticket.
    """
    try:
        if event.kind == EventKind.TICKET_DELETED:
            return _ticket_deleted(runtime, scope, event)
        if event.kind == EventKind.USER_DELETED:
            return _user_deleted(runtime, scope, event)
        if event.kind == EventKind.MESSAGE_REDACTED:
            return _message_redacted(runtime, scope, event)
    except MovedError as busy:
        raise ConflictError("something leaves on the ticket at this moment") from busy
    return None


def since_erased(
    runtime: Runtime,
    scope: Scope,
    ticket: OnTicket,
    conversation: Sequence[Message],
) -> tuple[tuple[Message, ...], frozenset[str]]:
    """Note who is on a ticket, and leave out what was erased: nothing older comes back.

    Returns:
        The conversation since the ticket was erased, and the ids of what came before.
    """
    with runtime.database.read() as session:
        at = erasures.since(session, scope, *ticket)
        known = customers.known(session, scope, *ticket)
    gone = frozenset(one.id for one in conversation if at is not None and one.created_at <= at)
    left = tuple(one for one in conversation if one.id not in gone)
    found = {named(one) for one in left if not one.author.role.is_staff} - known
    if found:
        with runtime.database.write() as session:
            customers.note(session, scope, *ticket, found, at=runtime.now())
    return left, gone


def named(message: Message) -> Named:
    """Who wrote a message, as customers are noted."""
    return message.author.id, folded(message.author.email)


def _ticket_deleted(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became:
    ticket = (event.account_id, event.ticket_id or "")
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
    if runtime.helpdesk(account).has_ticket(ticket[1]):
        return InboxState.IGNORED, "The helpdesk still has this ticket."
    erase(runtime, scope, [ticket], why="ticket_deleted", asked_by=SYSTEM, webhooks=[event.id])
    return InboxState.DONE, "The ticket was deleted; its texts are erased here, too."


def _user_deleted(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became:
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
    if event.erased_at is not None:
        return InboxState.IGNORED, "It was followed before."
    user_id = runtime.webhooks(account.helpdesk).parse(event.body).user_id or ""
    if not user_id or runtime.helpdesk(account).has_user(user_id):
        return InboxState.IGNORED, "The helpdesk still has this user."
    subject = Subject(helpdesk_user=(account.id, user_id))
    found = find(runtime, scope, subject)
    with runtime.database.write() as session:
        whose = digest(session, scope, subject.word)
    erase(
        runtime,
        scope,
        found.tickets,
        why="user_deleted",
        asked_by=SYSTEM,
        digest=whose,
        webhooks={*found.webhooks, event.id},
    )
    return InboxState.DONE, "The user was deleted; their texts are erased here, too."


def _message_redacted(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became:
    """Erase what was made of a message that reads otherwise now, and every webhook of its ticket.

    Each webhook of a ticket quotes its first message. A draft that still waits was made of words
    that shall be gone, so it is withdrawn.
    """
    ticket = (event.account_id, event.ticket_id or "")
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
    now_reads = {
        message.id: reply_of(message.text, message.html)
        for message in runtime.helpdesk(account).conversation(ticket[1])
    }
    now = runtime.now()
    with runtime.database.write() as session:
        drafts.lock_ticket(session, *ticket)
        require_still(session, scope, ticket)
        on_ticket = drafts.of_ticket(session, scope, *ticket)
        touched = [
            draft
            for draft in on_ticket
            if _is_made_of(draft, event.message_id, now_reads)
            or _became(session, scope, draft.id, event.message_id, now_reads)
        ]
        for draft in touched:
            withdraw(runtime, session, scope, draft, because="redacted")
        session.flush()
        wipe_drafts(session, scope, [draft.id for draft in touched], at=now, actor=SYSTEM)
        erasures.blank_bodies(session, scope, ticket, at=now)
        detail = {"ticket": ticket[1], "message": event.message_id, "drafts": len(touched)}
        audit.add(session, scope, at=now, actor=SYSTEM, event="redaction_followed", detail=detail)
    runtime.database.forget_past()
    return InboxState.DONE, f"A message was redacted; {len(touched)} drafts lost their texts."


def _is_made_of(draft: DraftRow, message_id: str | None, now_reads: Mapping[str, str]) -> bool:
    """Whether a draft answers words of which some are not to be read any more."""
    if draft.erased_at is not None:
        return False
    rest = draft.facts.get("message") or draft.message_text
    for words in sorted(now_reads.values(), key=len, reverse=True):
        rest = rest.replace(words, "") if words else rest
    return draft.message_id == message_id or bool(rest.strip())


def _became(
    session: Session,
    scope: Scope,
    draft_id: str,
    message_id: str | None,
    now_reads: Mapping[str, str],
) -> bool:
    """Whether what was sent in a draft's place is the message, or reads otherwise now."""
    of_draft = effects.of_draft(session, scope, draft_id)
    if message_id is not None and any(one.receipt_id == message_id for one in of_draft):
        return True
    sent = corrections.of_draft(session, scope, draft_id)
    if sent is None or sent.erased_at is not None:
        return False
    return message_id == sent.message_id or now_reads.get(sent.message_id) != sent.final_text
