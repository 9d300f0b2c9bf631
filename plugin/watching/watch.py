"""Passes on what is no message: a webhook is only a hint, and the helpdesk is asked again."""

from connectors.errors import NotFoundError
from connectors.types import EventKind
from plugin.models import InboxState
from plugin.privacy.follow import Became
from plugin.runtime import Runtime
from plugin.store.schema import InboxEvent
from plugin.store.scope import Scope
from plugin.watching import merges, our_tags, taken_back

_FOLLOWED = {
    EventKind.TAGS_CHANGED: our_tags.changed,
    EventKind.MESSAGE_MADE_PRIVATE: taken_back.made_private,
    EventKind.TICKET_MERGED: merges.merged,
}


def watch(runtime: Runtime, scope: Scope, event: InboxEvent) -> Became | None:
    """Follow it; None where it is about a message or a new ticket.

    Raises:
        ConnectorError: The helpdesk cannot be asked now; or something leaves on the ticket.
    """
    follow = _FOLLOWED.get(EventKind(event.kind))
    if follow is None:
        return None
    try:
        return follow(runtime, scope, event)
    except NotFoundError:
        return InboxState.IGNORED, "The helpdesk does not have this ticket any more."
