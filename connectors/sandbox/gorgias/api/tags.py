"""The account's tags. https://developers.gorgias.com/reference/the-tag-object."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.reading import Fields, body, mapping, query, schema, text
from connectors.sandbox.gorgias.errors import ApiError
from connectors.sandbox.gorgias.shapes import tag_json
from connectors.sandbox.gorgias.tag_book import Tag
from connectors.sandbox.gorgias.wiring import caller, sandbox

blueprint = Blueprint("gorgias_tags", __name__, url_prefix=f"{PREFIX}tags")

_LONGEST = 256
_OTHERS = {"description": text(), "decoration": mapping()}
_NEW = schema({"name": text(most=_LONGEST, required=True), **_OTHERS})
_CHANGED = schema({"name": text(most=_LONGEST), **_OTHERS})
_LISTING: Listing[Tag] = Listing(
    {"created_datetime": lambda one: one.created_at},
    lambda one: one.id,
    lambda one: tag_json(one, sandbox().desk),
)


@blueprint.get("")
def list_tags() -> ResponseReturnValue:
    """All tags, or those whose name holds ``search``."""
    asked = query(search=fields.String(), **paging_fields(list(_LISTING.orders)))
    wanted = (asked.get("search") or "").lower()
    found = [one for one in sandbox().desk.tags.all() if wanted in one.name.lower()]
    return paged(found, _LISTING, asked)


@blueprint.get("/<int:tag_id>")
def show(tag_id: int) -> ResponseReturnValue:
    """One tag."""
    query()
    return tag_json(sandbox().desk.tags.get(tag_id), sandbox().desk)


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make a tag; 409 where there is one of that name. Unconfirmed."""
    given = body(_NEW, doing="create tag")
    desk = sandbox().desk
    with desk.lock:
        if desk.tags.named(given["name"]) is not None:
            raise _taken()
        tag = desk.tags.make(given["name"], desk.now(), **_chosen(given))
    return tag_json(tag, desk), HTTPStatus.CREATED


@blueprint.put("/<int:tag_id>")
def update(tag_id: int) -> ResponseReturnValue:
    """Change a tag, on every ticket that has it."""
    given = body(_CHANGED, doing="update tag")
    desk = sandbox().desk
    with desk.lock:
        before = desk.tags.get(tag_id)
        name = {"name": given["name"]} if given.get("name") else {}
        if desk.tags.named(name.get("name", before.name)) not in {None, before}:
            raise _taken()
        after = desk.tags.change(tag_id, {**_chosen(given), **name})
        _rename(before.name, (after.name,))
    return tag_json(after, sandbox().desk), HTTPStatus.ACCEPTED


@blueprint.delete("/<int:tag_id>")
def delete(tag_id: int) -> ResponseReturnValue:
    """Delete a tag, and take it off every ticket."""
    query()
    desk = sandbox().desk
    with desk.lock:
        _rename(desk.tags.remove(tag_id).name, ())
    return "", HTTPStatus.NO_CONTENT


def _taken() -> ApiError:
    return ApiError(HTTPStatus.CONFLICT, "A tag with this name already exists.")


def _chosen(given: Fields) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if "description" in given:
        chosen["description"] = given["description"]
    if "decoration" in given:
        chosen["color"] = (given["decoration"] or {}).get("color")
    return chosen


def _rename(name: str, instead: tuple[str, ...]) -> None:
    desk = sandbox().desk
    for ticket in desk.tickets():
        if name in ticket.tags and instead != (name,):
            at = ticket.tags.index(name)
            tags = (*ticket.tags[:at], *instead, *ticket.tags[at + 1 :])
            desk.update(ticket.id, {"tags": tags}, actor=caller().user)
