"""Which changes of a page no webhook has told of, as events for the inbox."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.types import EventKind, TicketChange
from plugin.models import InboxState
from plugin.store.inbox import FOUND
from plugin.store.reconciling import Known
from plugin.store.schema import InboxEvent


def missing(
    changes: Sequence[TicketChange], known: Known, account_id: str, *, at: datetime
) -> Iterator[InboxEvent]:
    """Events for what is not known, each with an id that is the same whenever it is found again.

    It is due since it happened, not since it was found: so it is driven on before what is younger.
    """
    for change in changes:
        if not _is_known(change, known):
            yield InboxEvent(
                account_id=account_id,
                event_id=f"export:{change.id}",
                kind=change.kind.value,
                vendor_type=FOUND,
                ticket_id=change.ticket_id,
                message_id=change.message_id,
                body=b"",
                received_at=at,
                due_at=min(change.at, at),
                attempts=0,
                state=InboxState.ACCEPTED,
            )


def _is_known(change: TicketChange, known: Known) -> bool:
    """Whether it was told, is our own, or is nothing to us."""
    if change.kind is EventKind.MESSAGE_ADDED:
        return (
            change.message_id in known.messages
            # A command in a note is about a draft that waits; other notes are nothing to us.
            or (not change.public and change.ticket_id not in known.open)
            or (change.opens and _was_opened(change, known))
        )
    if change.kind is EventKind.TICKET_DELETED:
        seen = known.seen.get(change.ticket_id, ())
        told = any(one.kind == change.kind and one.received_at >= change.at for one in seen)
        return told or not (seen or change.ticket_id in known.drafted)
    return True


def _was_opened(change: TicketChange, known: Known) -> bool:
    """Whether the webhook of the new ticket came: it names no message, and stands for the first.

    Not where nothing came of it: it may have been handled before the message could be read.
    """
    return any(
        one.kind == EventKind.TICKET_CREATED and one.state is not InboxState.IGNORED
        for one in known.seen.get(change.ticket_id, ())
    )
