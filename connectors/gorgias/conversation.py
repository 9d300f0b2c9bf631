"""What was said on a ticket, who did what to it, and which of it was ours."""

from collections.abc import Callable

from connectors.gorgias import audit_log, mapping
from connectors.gorgias.audit_log import Event
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.people import Known
from connectors.gorgias.reading import number, understood
from connectors.gorgias.writing import effect_mark
from connectors.reading import Fields
from connectors.types import Message, Origin, Receipt, TagEdit

MOST_MESSAGES = 5_000
# What we wrote is looked for soon after; who changed a tag is asked right after they did.
_LATELY = 1_000
_NEWEST = "created_datetime:desc"


def read(client: GorgiasClient, known: Known, ticket_id: str) -> tuple[Message, ...]:
    """All messages and notes, oldest first.

    Raises:
        NotFoundError: There is no such ticket.
    """
    query = {**_of(ticket_id), "order_by": "created_datetime:asc"}
    found = list(client.listed("messages", query, MOST_MESSAGES))
    if not found:
        # The list of a ticket that is not there is empty.
        client.get(f"tickets/{number(ticket_id, 'ticket')}")
    there = [one for one in found if not one.has("deleted_datetime")]
    by_staff = any(understood(one.flag, "from_agent") for one in there)
    roles = known.roles() if by_staff else {}
    messages = [understood(mapping.message, one, roles) for one in there]
    return tuple(sorted(messages, key=lambda one: (one.created_at, int(one.id))))


def newest_first(client: GorgiasClient, ticket_id: str) -> list[Fields]:
    """The latest page of messages as they came."""
    return client.page("messages", {**_of(ticket_id), "order_by": _NEWEST})[0]


def find_effect(client: GorgiasClient, ticket_id: str, effect_id: str) -> Receipt | None:
    """The receipt of a message of ours that carries an effect."""
    mark = effect_mark(effect_id)
    query = {**_of(ticket_id), "order_by": _NEWEST}
    for one in client.listed("messages", query, _LATELY):
        if one.raw().get("external_id") == mark:
            return understood(mapping.receipt, one)
    return None


def message(client: GorgiasClient, ticket_id: str, message_id: str) -> Fields:
    """One message as it came."""
    ticket = number(ticket_id, "ticket")
    return client.get(f"tickets/{ticket}/messages/{number(message_id, 'message')}")


def origin(client: GorgiasClient, known: Known, ticket_id: str, message_id: str) -> Origin:
    """Who made a message: the message says it, and the audit log must not say another."""
    one = message(client, ticket_id, message_id)
    told = events(client, "TicketMessage", message_id) or events(client, "Ticket", ticket_id)
    actor = audit_log.actor(told, message_id)
    return understood(mapping.origin, one, known.roles(), actor=actor)


def events(client: GorgiasClient, kind: str, object_id: str) -> list[Event]:
    """The latest events of a thing, newest first."""
    thing = str(number(object_id, kind.lower()))
    query = {"object_type": kind, "object_id": thing, "order_by": _NEWEST}
    found = client.listed("events", query, _LATELY)
    return understood(lambda: [audit_log.event(one) for one in found])


def tag_edits(
    client: GorgiasClient, known: Known, ticket_id: str, *, me: Callable[[], str]
) -> tuple[TagEdit, ...]:
    """The latest updates of a ticket's tags, newest first. `me` is whom we write as."""
    found = events(client, "Ticket", ticket_id)
    wanted = audit_log.named_tags(found)
    if not wanted:
        return ()
    names = {tag: name for tag in wanted if (name := known.tag_name(tag)) is not None}
    return audit_log.tag_edits(found, names=names, me=me(), roles=known.roles())


def _of(ticket_id: str) -> dict[str, str]:
    return {"ticket_id": str(number(ticket_id, "ticket"))}
