"""Views, macros, widgets and rules: what they may hold, and the calls that all four have.

https://developers.gorgias.com/reference: the view, macro, widget and rule objects
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from marshmallow.fields import Field

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.reading import (
    body,
    mapping,
    moment,
    number,
    one_of,
    query,
    schema,
    text,
)
from connectors.sandbox.gorgias.api.widget_input import Template
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.filters import check
from connectors.sandbox.gorgias.records import Json, stamped
from connectors.sandbox.gorgias.shelf import Shelf
from connectors.sandbox.gorgias.wiring import sandbox

_MOST_SHARED = 100
_RULE_EVENTS = frozenset(
    "ticket-created ticket-updated ticket-message-created ticket-assigned ticket-self-unsnoozed "
    "satisfaction-survey-responded".split()
)
_WIDGETS = tuple(
    "bigcommerce custom customer_external_data http klaviyo magento2 recharge shopify smile "
    "standalone stripe woocommerce yotpo".split()
)
_IDS = fields.List(fields.Integer(strict=True), validate=validate.Length(max=_MOST_SHARED))
_ACTION = {
    "name": text(required=True),
    "title": text(),
    "type": text(),
    "description": text(),
    "arguments": mapping(),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing.

    Attributes:
        area: Where the API has it.
        one: What one is called.
        known: What it may hold.
        required: What a new one must hold.
        usual: What a new one holds where nothing is said.
        replaced: A PUT is a full replacement; else only what is sent changes.
    """

    area: str
    one: str
    known: "Mapping[str, Field[Any]]"
    required: tuple[str, ...]
    usual: Mapping[str, Any] = field(default_factory=dict)
    replaced: bool = False


VIEWS = Kind(
    "views",
    "view",
    {
        "name": fields.String(),
        "type": one_of(("ticket-list",)),
        "visibility": one_of(("public", "shared", "private")),
        "decoration": mapping(),
        "fields": fields.List(fields.String()),
        "filters": fields.String(),
        "order_by": fields.String(),
        "order_dir": one_of(("asc", "desc")),
        "search": text(),
        "shared_with_teams": _IDS,
        "shared_with_users": _IDS,
    },
    (),
    {
        "name": "",
        "type": "ticket-list",
        "visibility": "public",
        "category": "user",
        "filters": "",
        "order_by": "updated_datetime",
        "order_dir": "desc",
        "search": None,
    },
)
MACROS = Kind(
    "macros",
    "macro",
    {
        "name": fields.String(validate=validate.Length(min=1)),
        "actions": fields.List(fields.Nested(schema(_ACTION))),
        "external_id": text(),
        "intent": text(),
        "language": text(),
    },
    ("name",),
    {"actions": [], "external_id": None, "intent": None, "language": None},
)
WIDGETS = Kind(
    "widgets",
    "widget",
    {
        "type": one_of(_WIDGETS),
        "template": fields.Nested(Template),
        "context": one_of(("ticket", "customer", "user")),
        "order": fields.Integer(strict=True, validate=validate.Range(min=0)),
        "integration_id": number(),
        "app_id": text(),
        "deactivated_datetime": moment(),
    },
    ("type", "template"),
    {
        "context": "ticket",
        "order": 0,
        "integration_id": None,
        "app_id": None,
        "deactivated_datetime": None,
    },
    replaced=True,
)
RULES = Kind(
    "rules",
    "rule",
    {
        "name": fields.String(validate=validate.Length(min=1)),
        "code": fields.String(validate=validate.Length(min=1)),
        "code_ast": mapping(),
        "description": text(),
        "event_types": fields.String(),
        "priority": fields.Integer(strict=True),
        "deactivated_datetime": moment(),
    },
    ("name", "code"),
    {
        "description": None,
        "event_types": "ticket-created",
        "priority": 0,
        "deactivated_datetime": None,
        "code_ast": {"type": "Program", "body": []},
    },
)
KINDS = (VIEWS, MACROS, WIDGETS, RULES)


def shelf(kind: Kind) -> Shelf:
    """Where the things of a kind are."""
    return sandbox().shelves[kind.area]


def shelf_routes(kind: Kind) -> Blueprint:
    """List, show, make, change and delete things of one kind."""
    prefix = f"{PREFIX}{kind.area}"
    blueprint = Blueprint(f"gorgias_{kind.area}", __name__, url_prefix=prefix)
    known = schema(kind.known)

    @blueprint.get("")
    def list_all() -> ResponseReturnValue:
        """All of them."""
        asked = query(search=text(), integration_id=fields.Integer(), **paging_fields(_ORDERS))
        found = [one for one in shelf(kind).all() if _fits(one, asked)]
        listing: Listing[Json] = Listing(_moments(kind), lambda one: int(one["id"]), dict)
        return paged(found, listing, asked)

    @blueprint.get("/<int:number_>")
    def show(number_: int) -> ResponseReturnValue:
        """One of them."""
        query()
        return shelf(kind).get(number_)

    @blueprint.post("")
    def create() -> ResponseReturnValue:
        """Make one."""
        query()
        doing = f"create {kind.one}"
        given = _read(kind, body(known, doing=doing), doing)
        made = shelf(kind).add({**kind.usual, **given})
        return made, HTTPStatus.CREATED

    @blueprint.put("/<int:number_>")
    def update(number_: int) -> ResponseReturnValue:
        """Change one."""
        query()
        doing = f"update {kind.one}"
        with sandbox().desk.lock:
            before = shelf(kind).get(number_)
            base = kind.usual if kind.replaced else before
            given = _read(kind, {**base, **body(known, doing=doing)}, doing)
            after = shelf(kind).set(number_, given)
        return after, HTTPStatus.ACCEPTED

    @blueprint.delete("/<int:number_>")
    def delete(number_: int) -> ResponseReturnValue:
        """Delete one."""
        query()
        shelf(kind).remove(number_)
        return "", HTTPStatus.NO_CONTENT

    return blueprint


_ORDERS = ("created_datetime", "updated_datetime")


def _moments(kind: Kind) -> Mapping[str, Any]:
    return dict.fromkeys(_ORDERS, shelf(kind).made_at)


def _fits(thing: Json, asked: Mapping[str, Any]) -> bool:
    words = (asked.get("search") or "").lower()
    wanted = asked.get("integration_id")
    return words in str(thing.get("name", "")).lower() and (
        wanted is None or thing.get("integration_id") == wanted
    )


def _read(kind: Kind, given: Mapping[str, Any], doing: str) -> Json:
    missing = [name for name in kind.required if given.get(name) is None]
    if missing:
        told = {name: ["Missing data for required field."] for name in missing}
        raise bad_request(f"Failed to {doing}", told)
    found = {name: given[name] for name in (*kind.known, *kind.usual) if name in given}
    if "deactivated_datetime" in found and not isinstance(found["deactivated_datetime"], str):
        found["deactivated_datetime"] = stamped(found["deactivated_datetime"])
    if "filters" in found:
        check(found["filters"])
    wrong = set(str(found.get("event_types") or "").split(",")) - _RULE_EVENTS - {""}
    if wrong:
        told = {"event_types": [f"Not a valid event: {', '.join(sorted(wrong))}."]}
        raise bad_request(f"Failed to {doing}", told)
    return found
