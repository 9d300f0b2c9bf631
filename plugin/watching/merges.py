"""A ticket was closed and merged into another: what was drafted on it is not sent."""

from connectors.errors import ConflictError, NotFoundError
from plugin.card import plain_note_html
from plugin.errors import MovedError
from plugin.models import InboxState
from plugin.outbox import ask_note
from plugin.privacy.erase import require_still
from plugin.privacy.follow import Became
from plugin.runtime import Runtime
from plugin.store import drafts, effects, merchants
from plugin.store.schema import Account, InboxEvent
from plugin.store.scope import Scope
from plugin.watching.setting_aside import set_aside

_CLOSED = "closed"
_MERGED = "merged"


def merged(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became:
    """Set aside what waits on the ticket, and say so on the other.

    The other ticket keeps its own draft: its customer's message is the same as before. What the
    customer asked on this one is told there in an internal note only, so no draft answers it.

    Raises:
        ConflictError: Something leaves on the ticket at this moment.
    """
    ticket = (event.account_id, event.ticket_id or "")
    with runtime.database.read() as session:
        account = merchants.account(session, scope, event.account_id)
    helpdesk = runtime.helpdesk(account)
    if helpdesk.ticket(ticket[1]).status != _CLOSED:
        return InboxState.IGNORED, "The ticket is open, so it was not merged away."
    with runtime.database.write() as session:
        drafts.lock_ticket(session, *ticket)
        try:
            require_still(session, scope, ticket)
        except MovedError as busy:
            raise ConflictError("something leaves on the ticket at this moment") from busy
        aside = [
            draft.short_id
            for draft in drafts.of_ticket(session, scope, *ticket)
            if set_aside(runtime, session, scope, draft, because=_MERGED)
        ]
        # A closed ticket takes nothing any more.
        for effect_id in effects.planned_on_ticket(session, scope, *ticket):
            effect = effects.get(session, scope, effect_id)
            if effect is not None:
                effects.call_off(session, scope, effect, error=_MERGED)
    if not aside:
        return InboxState.IGNORED, "Nothing waits on the ticket that was merged."
    _tell_the_other(runtime, scope, account, event, aside[0])
    return InboxState.DONE, "The ticket was merged into another; its draft is set aside."


def _tell_the_other(
    runtime: Runtime, scope: Scope, account: Account, event: InboxEvent, short_id: str
) -> None:
    """An internal note on the ticket that goes on, where the webhook names it."""
    gone = event.ticket_id or ""
    told = None if event.erased_at else runtime.webhooks(account.helpdesk).parse(event.body)
    into = told.merged_into if told else None
    if into is None or into == gone:
        return
    try:
        if runtime.helpdesk(account).ticket(into).status == _CLOSED:
            return
    except NotFoundError:
        return
    sentences = (
        f"Ticket {gone} was merged into this one. Its draft {short_id} is set aside and not sent.",
        "What the customer asked there is answered by no draft: see to it when you answer here.",
    )
    with runtime.database.write() as session:
        ask_note(
            session,
            runtime.enqueue,
            scope,
            account_id=account.id,
            ticket_id=into,
            html=plain_note_html(*sentences),
            key=f"merged:{account.id}:{gone}",
            at=runtime.now(),
        )
