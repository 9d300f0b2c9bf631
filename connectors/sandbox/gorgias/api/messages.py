"""Messages: of a ticket, and of all of them.

https://developers.gorgias.com/reference/the-ticketmessage-object
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.message_input import (
    CHANGED_MESSAGE,
    NEW_MESSAGE,
    changed_message,
    new_message,
)
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.reading import body, one_of, query
from connectors.sandbox.gorgias.records import Message
from connectors.sandbox.gorgias.shapes import message_json
from connectors.sandbox.gorgias.wiring import caller, sandbox

blueprint = Blueprint("gorgias_messages", __name__)

_OF_TICKET = f"{PREFIX}tickets/<int:ticket_id>/messages"
_ONE = f"{_OF_TICKET}/<int:message_id>"
_DOING = "create ticket message"
_ACTIONS = ("force", "retry", "cancel")


LISTING: Listing[Message] = Listing(
    {"created_datetime": lambda one: one.created_at or sandbox().desk.now()},
    lambda one: one.id,
    message_json,
)


@blueprint.get(f"{PREFIX}messages")
def list_messages() -> ResponseReturnValue:
    """All messages, or those of one ticket, notes included; the newest first."""
    asked = query(ticket_id=fields.Integer(), **paging_fields(list(LISTING.orders)))
    wanted = asked.get("ticket_id")
    found = [
        message
        for ticket in sandbox().desk.tickets()
        if wanted in {None, ticket.id}
        for message in ticket.messages
    ]
    return paged(found, LISTING, asked)


@blueprint.get(_OF_TICKET)
def list_of_ticket(ticket_id: int) -> ResponseReturnValue:
    """The deprecated list of one ticket: all of them, the oldest first."""
    query()
    messages = sandbox().desk.ticket(ticket_id).messages
    nothing = {"prev_cursor": None, "next_cursor": None}
    return {"data": [message_json(one) for one in messages], "object": "list", "meta": nothing}


@blueprint.get(_ONE)
def show(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """One message."""
    query()
    return message_json(sandbox().desk.message(ticket_id, message_id))


@blueprint.post(_OF_TICKET)
def create(ticket_id: int) -> ResponseReturnValue:
    """Write a note, send to the customer, or import what was sent before."""
    query(action=one_of(_ACTIONS))
    desk = sandbox().desk
    ticket = desk.ticket(ticket_id)
    new = new_message(body(NEW_MESSAGE, doing=_DOING), doing=_DOING)
    change = desk.say(ticket.id, new, actor=caller().user)
    made = change.after.messages[-1]
    return message_json(made), HTTPStatus.CREATED


@blueprint.put(_ONE)
def update(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """Change a message in place. No trigger tells of it."""
    action = query(action=one_of(_ACTIONS)).get("action")
    desk = sandbox().desk
    with desk.lock:
        known = desk.message(ticket_id, message_id)
        given = body(CHANGED_MESSAGE, doing="update ticket message")
        fields_ = changed_message(given, known, action=action)
        change = desk.edit(ticket_id, message_id, fields_, actor=caller().user)
    message = change.message or known
    return message_json(message), HTTPStatus.ACCEPTED


@blueprint.delete(_ONE)
def delete(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """Delete a message, for good."""
    query()
    sandbox().desk.drop(ticket_id, message_id, actor=caller().user)
    return "", HTTPStatus.NO_CONTENT
