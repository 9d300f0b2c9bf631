"""Records as Gorgias's JSON has them.

https://developers.gorgias.com/reference: the ticket, ticket message, customer, user and tag
objects.
"""

from typing import Any

from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.people import Team
from connectors.sandbox.gorgias.records import Json, Message, Person, Ticket, stamp, stamped
from connectors.sandbox.gorgias.tag_book import Tag


def tag_json(tag: Tag, desk: Desk) -> Json:
    """A tag, as the list of tags has it."""
    return {
        "id": tag.id,
        "name": tag.name,
        "description": tag.description,
        "decoration": _decoration(tag),
        "uri": f"/api/tags/{tag.id}/",
        "usage": sum(tag.name in ticket.tags for ticket in desk.tickets()),
        "created_datetime": stamp(tag.created_at),
        "deleted_datetime": None,
    }


def _decoration(tag: Tag) -> Json | None:
    return None if tag.color is None else {"color": tag.color}


def person_json(person: Person) -> Json:
    """A sender, a receiver, an assignee."""
    first, _, last = person.name.partition(" ")
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "firstname": first,
        "lastname": last,
        "meta": dict(person.meta) or None,
    }


def user_json(user: Person) -> Json:
    """A seat."""
    return {
        **person_json(user),
        "active": True,
        "bio": None,
        "country": None,
        "created_datetime": stamp(user.created_at),
        "deactivated_datetime": None,
        "external_id": user.external_id,
        "language": user.language,
        "role": {"name": user.role},
        "timezone": user.timezone or "UTC",
        "updated_datetime": stamp(user.updated_at),
        "uri": f"/api/users/{user.id}/",
    }


def customer_json(customer: Person) -> Json:
    """A customer."""
    return {
        **person_json(customer),
        "channels": [
            {"id": customer.id * 10 + number, **channel}
            for number, channel in enumerate(customer.channels)
        ],
        "created_datetime": stamp(customer.created_at),
        "data": customer.data,
        "external_id": customer.external_id,
        "integrations": {},
        "language": customer.language,
        "note": customer.note,
        "timezone": customer.timezone,
        "updated_datetime": stamp(customer.updated_at),
        "uri": f"/api/customers/{customer.id}/",
    }


def message_json(message: Message) -> Json:
    """A message. Its sender's ``type`` is "unknown", always."""
    receiver = message.receiver
    return {
        "id": message.id,
        "uri": f"/api/tickets/{message.ticket_id}/messages/{message.id}/",
        "message_id": message.message_id,
        "ticket_id": message.ticket_id,
        "external_id": message.external_id,
        "public": message.public,
        "channel": message.channel,
        "via": message.via,
        "sender": {**person_json(message.sender), "type": "unknown"},
        "integration_id": message.integration_id,
        "intents": [],
        "sentiments": [],
        "rule_id": message.rule_id,
        "from_agent": message.from_agent,
        "receiver": None if receiver is None else person_json(receiver),
        "subject": message.subject,
        "body_text": message.body_text,
        "body_html": message.body_html,
        "text": message.stripped_text or message.body_text,
        "stripped_text": message.stripped_text,
        "stripped_html": message.stripped_html,
        "stripped_signature": message.stripped_signature,
        "headers": None if message.headers is None else dict(message.headers),
        "attachments": [dict(one) for one in message.attachments],
        "actions": None,
        "macros": [],
        "meta": None if message.meta is None else dict(message.meta),
        "mention_ids": list(message.mention_ids),
        "source": None if message.source is None else dict(message.source),
        "is_retriable": not message.is_note,
        "last_sending_error": message.last_sending_error and dict(message.last_sending_error),
        "created_datetime": stamped(message.created_at),
        "sent_datetime": stamped(message.sent_at),
        "opened_datetime": stamped(message.opened_at),
        "failed_datetime": stamped(message.failed_at),
        "deleted_datetime": None,
    }


def ticket_json(ticket: Ticket, desk: Desk) -> Json:
    """A ticket with everything said on it."""
    return {
        **_ticket(ticket, desk),
        "messages": [message_json(one) for one in ticket.messages],
        "satisfaction_survey": None,
    }


def listed_ticket_json(ticket: Ticket, desk: Desk) -> Json:
    """A ticket as lists have it: without what was said."""
    newest = ticket.messages[-1].body_text if ticket.messages else ""
    listed = {"messages_count": len(ticket.messages), "excerpt": newest[:200]}
    return {**_ticket(ticket, desk), **listed}


def team_json(team: Team, desk: Desk) -> Json:
    """A team with its members."""
    return {
        "id": team.id,
        "name": team.name,
        "description": None,
        "decoration": None,
        "members": [person_json(desk.people.user(one)) for one in team.members],
        "created_datetime": stamp(team.created_at),
        "uri": f"/api/teams/{team.id}/",
    }


def _ticket(ticket: Ticket, desk: Desk) -> Json:
    return {
        "id": ticket.id,
        "uri": f"/api/tickets/{ticket.id}/",
        "external_id": ticket.external_id,
        "language": ticket.language,
        "status": ticket.status,
        "priority": ticket.priority,
        "channel": ticket.channel,
        "via": ticket.via,
        "from_agent": ticket.from_agent,
        "customer": _customer_of(ticket, desk),
        "assignee_user": _assignee(ticket, desk),
        "assignee_team": _team_of(ticket, desk),
        "subject": ticket.subject,
        "meta": dict(ticket.meta),
        "tags": _tags(ticket, desk),
        "custom_fields": {str(one): {"id": one, "value": value} for one, value in _fields(ticket)},
        "spam": ticket.spam,
        "created_datetime": stamp(ticket.created_at),
        "opened_datetime": stamped(ticket.opened_at),
        "last_received_message_datetime": stamped(ticket.last_received_at),
        "last_message_datetime": stamped(ticket.last_message_at),
        "updated_datetime": stamp(ticket.updated_at),
        "closed_datetime": stamped(ticket.closed_at),
        "snooze_datetime": stamped(ticket.snooze_at),
        "trashed_datetime": stamped(ticket.trashed_at),
        "is_unread": False,
    }


def _fields(ticket: Ticket) -> list[tuple[int, Any]]:
    return sorted(ticket.custom_fields.items())


def _tags(ticket: Ticket, desk: Desk) -> list[Json]:
    known = {tag.name: tag for tag in desk.tags.all()}
    return [
        {"id": tag.id, "name": tag.name, "decoration": _decoration(tag)}
        for name in ticket.tags
        if (tag := known.get(name)) is not None
    ]


def _customer_of(ticket: Ticket, desk: Desk) -> Json | None:
    customer = desk.people.known(ticket.customer_id)
    return None if customer is None else customer_json(customer)


def _assignee(ticket: Ticket, desk: Desk) -> Json | None:
    chosen = ticket.assignee_user_id
    return None if chosen is None else person_json(desk.people.user(chosen))


def _team_of(ticket: Ticket, desk: Desk) -> Json | None:
    chosen = ticket.assignee_team_id
    if chosen is None:
        return None
    return {"id": chosen, "name": desk.people.team(chosen).name, "decoration": None}
