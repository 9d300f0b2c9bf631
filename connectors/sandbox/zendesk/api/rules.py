"""Triggers, views, macros and ticket fields: the same five calls for each.

https://developer.zendesk.com/api-reference/ticketing/business-rules/triggers/ and its neighbours.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.api.rule_input import (
    macro_fields,
    ticket_field_fields,
    trigger_fields,
    view_fields,
)
from connectors.sandbox.zendesk.business import Json, Shelf
from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.wiring import sandbox

Read = Callable[[Body, Mapping[str, object]], Json]

blueprint = Blueprint("zendesk_rules", __name__, url_prefix=PREFIX)


@blueprint.put("/triggers/update_many")
def switch_triggers() -> ResponseReturnValue:
    """Set the position or the ``active`` of several triggers; all of them or none."""
    given = json_body().objects("triggers")
    box = sandbox()
    with box.desk.lock:
        changes: dict[int, Json] = {}
        for one in given:
            number = one.number("id")
            if number is None:
                raise invalid("id", "cannot be blank")
            box.business.triggers.get(number)
            active, position = one.flag("active"), one.number("position")
            wanted = {"active": active, "position": position}
            changes[number] = {name: value for name, value in wanted.items() if value is not None}
        changed = [
            box.business.triggers.change(number, change) for number, change in changes.items()
        ]
    return {"triggers": changed}


def _ticket_field(body: Body, before: Mapping[str, object]) -> Json:
    others = (one for one in sandbox().business.fields.all() if one["id"] != before.get("id"))
    return ticket_field_fields(body, before, {str(one["tag"]) for one in others if one["tag"]})


def _five_calls(items: str, item: str, shelf: Callable[[], Shelf], read: Read) -> None:
    """Routes of one kind of thing."""

    def list_all() -> ResponseReturnValue:
        page = paged(shelf().all(), key=lambda one: int(one["id"]))
        return {items: list(page.items), **page.envelope}

    def create() -> ResponseReturnValue:
        with sandbox().desk.lock:
            made = shelf().add(read(json_body().need_object(item), {}))
        return {item: made}, HTTPStatus.CREATED

    def show(thing_id: int) -> ResponseReturnValue:
        return {item: shelf().get(thing_id)}

    def change(thing_id: int) -> ResponseReturnValue:
        with sandbox().desk.lock:
            fields = read(json_body().need_object(item), shelf().get(thing_id))
            return {item: shelf().change(thing_id, fields)}

    def remove(thing_id: int) -> ResponseReturnValue:
        shelf().remove(thing_id)
        return "", HTTPStatus.NO_CONTENT

    one, many = f"/{items}/<int:thing_id>", f"/{items}"
    for rule, method, view in (
        (many, "GET", list_all),
        (many, "POST", create),
        (one, "GET", show),
        (one, "PUT", change),
        (one, "DELETE", remove),
    ):
        blueprint.add_url_rule(rule, f"{items}_{view.__name__}", view, methods=[method])


_five_calls("triggers", "trigger", lambda: sandbox().business.triggers, trigger_fields)
_five_calls("views", "view", lambda: sandbox().business.views, view_fields)
_five_calls("macros", "macro", lambda: sandbox().business.macros, macro_fields)
_five_calls("ticket_fields", "ticket_field", lambda: sandbox().business.fields, _ticket_field)
