"""Tickets. https://developers.gorgias.com/reference/the-ticket-object."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.message_input import new_message
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.people_input import read_customer
from connectors.sandbox.gorgias.api.reading import Fields, body, one_of, query
from connectors.sandbox.gorgias.api.shelves import VIEWS, shelf
from connectors.sandbox.gorgias.api.ticket_input import CHANGED_TICKET, NEW_TICKET, ticket_fields
from connectors.sandbox.gorgias.api.view_items import tickets_of
from connectors.sandbox.gorgias.records import Message, Person, Ticket
from connectors.sandbox.gorgias.shapes import listed_ticket_json, ticket_json
from connectors.sandbox.gorgias.wiring import caller, sandbox

blueprint = Blueprint("gorgias_tickets", __name__, url_prefix=f"{PREFIX}tickets")

_CREATING, _MOST_IDS = "create ticket", 100
LISTING: Listing[Ticket] = Listing(
    {
        "created_datetime": lambda one: one.created_at,
        "updated_datetime": lambda one: one.updated_at,
    },
    lambda one: one.id,
    lambda one: listed_ticket_json(one, sandbox().desk),
)


@blueprint.get("")
def list_tickets() -> ResponseReturnValue:
    """Tickets, those in the trash included unless ``trashed=false``; the newest first."""
    asked = query(
        customer_id=fields.Integer(),
        external_id=fields.String(),
        view_id=fields.Integer(),
        ticket_ids=fields.List(fields.Integer(), validate=validate.Length(1, _MOST_IDS)),
        trashed=fields.Boolean(),
        **paging_fields(list(LISTING.orders)),
    )
    tickets = sandbox().desk.tickets()
    if "view_id" in asked:
        filters = shelf(VIEWS).get(asked["view_id"])["filters"]
        tickets = tuple(tickets_of(filters, user_id=caller().user.id))
    found = [one for one in tickets if _fits(one, asked)]
    return paged(found, LISTING, asked)


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Open a ticket with its messages."""
    desk = sandbox().desk
    given = body(NEW_TICKET, doing=_CREATING)
    messages = [new_message(one, doing=_CREATING) for one in given["messages"]]
    chosen = ticket_fields(given, None, doing=_CREATING)
    chosen.setdefault("channel", messages[0].channel)
    chosen.setdefault("subject", messages[0].subject)
    with desk.lock:
        opened = desk.open(
            messages[0],
            customer=_customer(given, messages[0]),
            actor=caller().user,
            fields=chosen,
        )
        for message in messages[1:]:
            desk.say(opened.after.id, message, actor=caller().user)
    return ticket_json(desk.ticket(opened.after.id), desk), HTTPStatus.CREATED


@blueprint.get("/<int:ticket_id>")
def show(ticket_id: int) -> ResponseReturnValue:
    """One ticket with everything said on it."""
    query(relationships=one_of(("custom_fields",)))
    return ticket_json(sandbox().desk.ticket(ticket_id), sandbox().desk)


@blueprint.put("/<int:ticket_id>")
def update(ticket_id: int) -> ResponseReturnValue:
    """Set what is sent. ``tags`` replaces all tags."""
    query()
    desk = sandbox().desk
    with desk.lock:
        known = desk.ticket(ticket_id)
        given = body(CHANGED_TICKET, doing="update ticket")
        chosen = ticket_fields(given, known, doing="update ticket")
        after = desk.update(ticket_id, chosen, actor=caller().user).after
    return ticket_json(after, desk), HTTPStatus.ACCEPTED


@blueprint.delete("/<int:ticket_id>")
def delete(ticket_id: int) -> ResponseReturnValue:
    """Delete a ticket, for good."""
    query()
    sandbox().desk.remove(ticket_id, actor=caller().user)
    return "", HTTPStatus.NO_CONTENT


def _fits(ticket: Ticket, asked: Fields) -> bool:
    return (
        asked.get("customer_id") in {None, ticket.customer_id}
        and asked.get("external_id") in {None, ticket.external_id}
        and ("ticket_ids" not in asked or ticket.id in asked["ticket_ids"])
        and (asked.get("trashed", True) or ticket.trashed_at is None)
    )


def _customer(given: Fields, first: Message) -> Person:
    named = given.get("customer")
    if named is not None:
        return read_customer(named, field="customer", doing=_CREATING)
    if not first.from_agent:
        return first.sender
    return first.receiver or read_customer({}, field="customer", doing=_CREATING)
