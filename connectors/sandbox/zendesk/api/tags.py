"""The tags of a ticket.

Source: https://developer.zendesk.com/api-reference/ticketing/ticket-management/tags/
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.changes import Update
from connectors.sandbox.zendesk.errors import invalid, outdated
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.records import Ticket
from connectors.sandbox.zendesk.tags import TagEdit, clean_tags
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_tags", __name__, url_prefix=PREFIX + "tickets/<int:ticket_id>/tags")


@blueprint.get("")
def list_tags(ticket_id: int) -> ResponseReturnValue:
    """The tags as they stand."""
    return _answer(sandbox().desk.ticket(ticket_id))


@blueprint.post("")
def set_tags(ticket_id: int) -> ResponseReturnValue:
    """Replace all tags."""
    body = json_body()
    return _answer(_edit(ticket_id, TagEdit(replace=_tags(body)), body)), HTTPStatus.CREATED


@blueprint.put("")
def add_tags(ticket_id: int) -> ResponseReturnValue:
    """Add tags; the others stay."""
    body = json_body()
    return _answer(_edit(ticket_id, TagEdit(add=_tags(body)), body))


@blueprint.delete("")
def remove_tags(ticket_id: int) -> ResponseReturnValue:
    """Remove tags; the others stay."""
    body = json_body()
    return _answer(_edit(ticket_id, TagEdit(remove=_tags(body)), body))


def _tags(body: Body) -> tuple[str, ...]:
    tags = body.strings("tags")
    if tags is None:
        raise invalid("tags", "expected a list of strings")
    return clean_tags(tags)


def _edit(ticket_id: int, edit: TagEdit, body: Body) -> Ticket:
    expected = _expected_stamp(body)
    desk = sandbox().desk
    with desk.lock:
        ticket = desk.ticket(ticket_id)
        if expected not in (None, ticket.stamp):
            raise outdated()
        if edit.apply(ticket.tags) == ticket.tags:
            return ticket
        update = Update(caller().user, "api", tags=edit)
        return desk.update(ticket_id, update).after


def _expected_stamp(body: Body) -> str | None:
    """The stamp to compare, if asked for: here ``safe_update`` is the string "true"."""
    stamp = body.text("updated_stamp")
    if body.text("safe_update") != "true":
        return None
    if stamp is None:
        raise invalid("updated_stamp", "is needed with safe_update")
    return stamp


def _answer(ticket: Ticket) -> dict[str, object]:
    return {"tags": list(ticket.tags)}
