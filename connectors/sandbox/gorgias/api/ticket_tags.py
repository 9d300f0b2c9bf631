"""The tags of a ticket: POST adds, PUT replaces, DELETE takes away. All answer with nothing.

``{"ids": [..], "names": [..]}``; names are case-sensitive.
https://developers.gorgias.com/reference/create-ticket-tags
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.reading import body, query, schema
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.shapes import ticket_json
from connectors.sandbox.gorgias.wiring import caller, sandbox

blueprint = Blueprint(
    "gorgias_ticket_tags", __name__, url_prefix=f"{PREFIX}tickets/<int:ticket_id>/tags"
)
_TAGS = schema(
    {
        "ids": fields.List(fields.Integer(strict=True), allow_none=True),
        "names": fields.List(fields.String(), allow_none=True),
    }
)


@blueprint.get("")
def list_tags(ticket_id: int) -> ResponseReturnValue:
    """The ticket's tags."""
    query()
    desk = sandbox().desk
    return {"data": ticket_json(desk.ticket(ticket_id), desk)["tags"], "object": "list"}


@blueprint.post("")
def add(ticket_id: int) -> ResponseReturnValue:
    """Put tags on, beside those there are."""
    with sandbox().desk.lock:
        known, named = _asked(ticket_id, "add tags to ticket")
        _set(ticket_id, tuple(dict.fromkeys((*known, *named))))
    return "", HTTPStatus.CREATED


@blueprint.put("")
def replace(ticket_id: int) -> ResponseReturnValue:
    """Put tags on, in place of those there are."""
    with sandbox().desk.lock:
        _, named = _asked(ticket_id, "update ticket tags")
        _set(ticket_id, named)
    return "", HTTPStatus.ACCEPTED


@blueprint.delete("")
def take_away(ticket_id: int) -> ResponseReturnValue:
    """Take tags off; those it has not are no error."""
    with sandbox().desk.lock:
        known, named = _asked(ticket_id, "delete ticket tags")
        _set(ticket_id, tuple(one for one in known if one not in named))
    return "", HTTPStatus.NO_CONTENT


def _asked(ticket_id: int, doing: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    query()
    desk = sandbox().desk
    known = desk.ticket(ticket_id).tags
    given = body(_TAGS, doing=doing)
    if given.get("ids") is None and given.get("names") is None:
        raise bad_request(f"Failed to {doing}", {"_schema": ["Either ids or names are needed."]})
    return known, desk.tags.names(given.get("ids") or (), given.get("names") or (), desk.now())


def _set(ticket_id: int, tags: tuple[str, ...]) -> None:
    desk = sandbox().desk
    if tags != desk.ticket(ticket_id).tags:
        desk.update(ticket_id, {"tags": tags}, actor=caller().user)
