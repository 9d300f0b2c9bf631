"""Webhooks come in: verify the raw bytes, store once, enqueue in the same transaction, answer.

No work is done here, and nothing in a body can make this fail: what cannot be read is stored and
shown as failed, what is not wanted is stored with the reason.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from connectors.errors import BadSignatureError, UnreadablePayloadError
from connectors.types import EventKind, HelpdeskEvent
from plugin.errors import MissingError, MovedError, UnauthenticatedError
from plugin.jobs import JobName
from plugin.models import InboxState
from plugin.outbox import ticket_key
from plugin.runtime import Runtime
from plugin.store import audit, erasures, inbox, merchants, unscoped
from plugin.store.schema import InboxEvent
from plugin.store.scope import Scope
from plugin.store.unscoped import WebhookAccount

log = structlog.get_logger(__name__)

_WANTED = frozenset(
    {
        EventKind.TICKET_CREATED,
        EventKind.MESSAGE_ADDED,
        EventKind.MESSAGE_REDACTED,
        EventKind.MESSAGE_MADE_PRIVATE,
        EventKind.TAGS_CHANGED,
        EventKind.TICKET_DELETED,
        EventKind.TICKET_MERGED,
        EventKind.USER_DELETED,
    }
)
_NOT_WANTED = {
    EventKind.STATUS_CHANGED: "A change of status needs no draft.",
    EventKind.MESSAGE_FAILED: "A message that could not be sent needs no draft.",
    EventKind.OTHER: "This kind of event needs no draft.",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """How a webhook was taken in. `new` is False where it was here already."""

    state: InboxState
    new: bool


def accept(
    runtime: Runtime, helpdesk: str, account_id: str, headers: Mapping[str, str], body: bytes
) -> Accepted:
    """Take one webhook request in.

    Raises:
        MissingError: No such account of that helpdesk.
        UnauthenticatedError: Unsigned, wrongly signed, stale or for another account. Nothing is
            stored.
    """
    account = _account(runtime, helpdesk, account_id)
    webhooks = runtime.webhooks(helpdesk)
    try:
        vendor_account = webhooks.verify(
            headers,
            body,
            secrets=account.secrets,
            vendor_account=account.vendor_account,
            now=runtime.now(),
        )
    except BadSignatureError as bad:
        log.warning("webhook_refused", account=account_id, why=str(bad))
        raise UnauthenticatedError(f"Not proven to come from this account: {bad}.") from bad
    if not account.vendor_account:
        _learn(runtime, account_id, account, vendor_account)
    try:
        row = _row(runtime, account_id, body, webhooks.parse(body))
    except UnreadablePayloadError as unreadable:
        row = _unreadable_row(runtime, account_id, body, str(unreadable))
    return Accepted(row.state, _store(runtime, account.scope, row))


def replay(runtime: Runtime, scope: Scope, event_id: str) -> None:
    """Take a failed or ignored webhook up again, as it was stored.

    Raises:
        MissingError: Not there.
        MovedError: It neither failed nor was ignored.
    """
    now = runtime.now()
    with runtime.database.write() as session:
        stored = inbox.get(session, scope, event_id)
        event = _read_again(runtime, session, scope, stored)
        if not inbox.reopen(session, scope, event_id, at=now):
            raise MovedError(f"This event is {stored.state}; only failed or ignored ones replay.")
        session.flush()
        if event is not None:
            stored.ticket_id, stored.message_id = event.ticket_id, event.message_id
            stored.kind, stored.vendor_type = event.kind.value, event.vendor_type
        audit.add(session, scope, at=now, actor="command", event="event_replayed")
        runtime.enqueue(
            session,
            JobName.HANDLE_EVENT,
            scope,
            event_id,
            key=f"{event_id}:replay:{now.timestamp()}",
            ticket=ticket_key(stored.account_id, stored.ticket_id or ""),
        )


def _read_again(
    runtime: Runtime, session: Session, scope: Scope, stored: InboxEvent
) -> HelpdeskEvent | None:
    """What a stored webhook says; None where what it is about is known, and it has no body.

    That was erased, or there never was one: an export told of it.

    Raises:
        MovedError: It cannot be read.
    """
    if stored.erased_at is not None or stored.vendor_type == inbox.FOUND:
        if not stored.ticket_id:
            raise MovedError("Its body was erased, and nobody had read it before.")
        return None
    account = merchants.account(session, scope, stored.account_id)
    try:
        return runtime.webhooks(account.helpdesk).parse(stored.body)
    except UnreadablePayloadError as unreadable:
        raise MovedError(f"It still cannot be read: {unreadable}") from unreadable


def _account(runtime: Runtime, helpdesk: str, account_id: str) -> WebhookAccount:
    with runtime.database.read() as session:
        account = unscoped.webhook_account(session, account_id)
    if account is None or account.helpdesk != helpdesk:
        raise MissingError("There is no such account.")
    return account


def _learn(runtime: Runtime, account_id: str, account: WebhookAccount, number: str) -> None:
    """Note which account of the vendor's it is: no call tells, its first genuine webhook does.

    Raises:
        UnauthenticatedError: It is connected already as another account of ours. Each message would
            have two drafts.
    """
    with runtime.database.write() as session:
        for other in merchants.accounts(session, account.scope):
            same = (other.helpdesk, other.vendor_account) == (account.helpdesk, number)
            if same and other.id != account_id:
                log.warning("account_connected_twice", account=account_id, other=other.id)
                raise UnauthenticatedError(f"This is account {other.id} here, under another name.")
        if merchants.learn_vendor_account(session, account.scope, account_id, number):
            detail = {"account": account_id, "vendor_account": number}
            now, event = runtime.now(), "vendor_account_learned"
            audit.add(session, account.scope, at=now, actor="system", event=event, detail=detail)


def _row(runtime: Runtime, account_id: str, body: bytes, event: HelpdeskEvent) -> InboxEvent:
    now = runtime.now()
    wanted = event.kind in _WANTED
    return InboxEvent(
        account_id=account_id,
        event_id=event.id,
        kind=event.kind.value,
        vendor_type=event.vendor_type,
        ticket_id=event.ticket_id,
        message_id=event.message_id,
        body=body,
        received_at=now,
        due_at=now,
        attempts=0,
        state=InboxState.ACCEPTED if wanted else InboxState.IGNORED,
        reason=None if wanted else _NOT_WANTED[event.kind],
        finished_at=None if wanted else now,
    )


def _unreadable_row(runtime: Runtime, account_id: str, body: bytes, why: str) -> InboxEvent:
    now = runtime.now()
    return InboxEvent(
        account_id=account_id,
        event_id=f"sha256:{hashlib.sha256(body).hexdigest()}",
        kind=EventKind.OTHER.value,
        vendor_type="unreadable",
        body=body,
        received_at=now,
        due_at=now,
        attempts=0,
        state=InboxState.FAILED,
        reason=why,
        finished_at=now,
    )


def _store(runtime: Runtime, scope: Scope, row: InboxEvent) -> bool:
    with runtime.database.write() as session:
        _without_erased(session, scope, row)
        new = inbox.accept(session, scope, row)
        if new and row.state is InboxState.ACCEPTED:
            runtime.enqueue(
                session,
                JobName.HANDLE_EVENT,
                scope,
                row.id,
                key=row.id,
                ticket=ticket_key(row.account_id, row.ticket_id or ""),
            )
    log.info("webhook_accepted", account=row.account_id, state=row.state, new=new, inbox=row.id)
    return new


def _without_erased(session: Session, scope: Scope, row: InboxEvent) -> None:
    """Each webhook of a ticket quotes its first message: of an erased ticket no body is kept.

    What it is about is read already, and the ticket is read again before anything is done.
    """
    if row.ticket_id and erasures.since(session, scope, row.account_id, row.ticket_id):
        row.body, row.erased_at = b"", row.received_at
