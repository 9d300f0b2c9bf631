"""The tickets of a view, which pages by the addresses in ``meta``, and the order of rules."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from connectors.sandbox.gorgias import filters
from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.reading import body, one_of, query, schema
from connectors.sandbox.gorgias.api.shelves import RULES, VIEWS, shelf
from connectors.sandbox.gorgias.records import Ticket
from connectors.sandbox.gorgias.shapes import listed_ticket_json
from connectors.sandbox.gorgias.wiring import caller, sandbox

blueprint = Blueprint("gorgias_view_items", __name__, url_prefix=PREFIX)

_USUAL, _MOST = 30, 100
_PRIORITY = schema({"id": fields.Integer(required=True), "priority": fields.Integer(required=True)})
_PRIORITIES = schema({"priorities": fields.List(fields.Nested(_PRIORITY), required=True)})


@blueprint.get("views/<int:view_id>/items")
def list_items(view_id: int) -> ResponseReturnValue:
    """The tickets that a view holds, but those in the trash; the one changed last first."""
    asked = query(
        limit=fields.Integer(validate=validate.Range(1, _MOST)),
        cursor=fields.Integer(),
        ignored_item=fields.Integer(),
        direction=one_of(("prev", "next")),
    )
    found = tickets_of(shelf(VIEWS).get(view_id)["filters"], user_id=caller().user.id)
    start, size = asked.get("cursor") or 0, asked.get("limit") or _USUAL
    shown = [one for one in found[start : start + size] if one.id != asked.get("ignored_item")]
    more = start + size < len(found)
    desk = sandbox().desk
    return {
        "object": "list",
        "data": [listed_ticket_json(one, desk) for one in shown],
        "meta": {
            "next_items": _address(start + size, size, "next") if more else None,
            "prev_items": _address(max(start - size, 0), size, "prev") if start else None,
        },
    }


@blueprint.post("rules/priorities")
def order_rules() -> ResponseReturnValue:
    """Give rules another priority."""
    given = body(_PRIORITIES, doing="update rules priorities")
    with sandbox().desk.lock:
        for one in given["priorities"]:
            known = shelf(RULES).get(one["id"])
            shelf(RULES).set(one["id"], {**known, "priority": one["priority"]})
    return "", HTTPStatus.NO_CONTENT


def tickets_of(written: str, *, user_id: int) -> list[Ticket]:
    """The tickets that fit a filter.

    Raises:
        ApiError: 400, it is no filter.
    """
    desk = sandbox().desk
    found = [
        one
        for one in desk.tickets()
        if one.trashed_at is None
        and filters.fits(written, listed_ticket_json(one, desk), user_id=user_id)
    ]
    return sorted(found, key=lambda one: (one.updated_at, one.id), reverse=True)


def _address(cursor: int, size: int, direction: str) -> str:
    return f"{request.path}?cursor={cursor}&limit={size}&direction={direction}"
