"""Each kind of thing as Zendesk's API reads and writes it.

Source: https://developer.zendesk.com/api-reference/ticketing/business-rules/ (views, macros,
triggers), .../tickets/ticket_fields/ and .../webhooks/webhooks-api/webhooks/.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.administration import Kind, Shape, Thing
from connectors.mark import is_marked
from connectors.reading import WrongShapeError
from connectors.zendesk.reading import Fields


@dataclass(frozen=True, slots=True)
class Area:
    """Where a kind of thing lives in the API.

    Attributes:
        path: Its list, below ``/api/v2/``.
        items: What the list is called in an answer.
        item: What one is called.
        read: One as we set it.
        written: Such a shape as the API takes it.
    """

    path: str
    items: str
    item: str
    read: Callable[[Mapping[str, object]], Shape]
    written: Callable[[Shape], dict[str, object]]


def _kept(*keys: str) -> Callable[[Mapping[str, object]], Shape]:
    return lambda value: {key: value.get(key) for key in keys}


def _view(value: Mapping[str, object]) -> Shape:
    """A view is read in another form than it is written in."""
    shown = value.get("execution")
    execution = shown if isinstance(shown, Mapping) else {}
    columns = execution.get("columns")
    return {
        **_kept("title", "description", "active", "conditions")(value),
        "columns": [
            column.get("id") if isinstance(column, Mapping) else column
            for column in (columns if isinstance(columns, list) else [])
        ],
        "sort_by": execution.get("sort_by"),
        "sort_order": execution.get("sort_order"),
    }


def _written_view(shape: Shape) -> dict[str, object]:
    conditions = shape.get("conditions")
    sides = conditions if isinstance(conditions, Mapping) else {}
    return {
        **{key: shape.get(key) for key in ("title", "description", "active")},
        **{side: sides.get(side) or [] for side in ("all", "any")},
        "output": {key: shape.get(key) for key in ("columns", "sort_by", "sort_order")},
    }


def _webhook(value: Mapping[str, object]) -> Shape:
    subscriptions = value.get("subscriptions")
    kept = _kept("name", "description", "status", "endpoint", "http_method", "request_format")
    named = [str(one) for one in subscriptions] if isinstance(subscriptions, list) else []
    return {**kept(value), "subscriptions": sorted(named)}


def _as_it_is(shape: Shape) -> dict[str, object]:
    return {key: value for key, value in shape.items() if value is not None}


AREAS: Mapping[Kind, Area] = {
    Kind.WEBHOOK: Area("webhooks", "webhooks", "webhook", _webhook, _as_it_is),
    Kind.VIEW: Area("views", "views", "view", _view, _written_view),
    Kind.MACRO: Area(
        "macros",
        "macros",
        "macro",
        _kept("title", "description", "active", "actions"),
        _as_it_is,
    ),
    Kind.FIELD: Area(
        "ticket_fields",
        "ticket_fields",
        "ticket_field",
        _kept(
            *("title", "type", "tag", "agent_description", "active"),
            *("required", "visible_in_portal", "editable_in_portal"),
        ),
        _as_it_is,
    ),
    Kind.RULE: Area(
        "triggers",
        "triggers",
        "trigger",
        _kept("title", "description", "active", "conditions", "actions", "category_id"),
        _as_it_is,
    ),
}


def read_thing(kind: Kind, fields: Fields) -> Thing:
    """One of a list, or the answer to a write."""
    value = fields.raw()
    shape = AREAS[kind].read(value)
    name = shape.get("name") if kind is Kind.WEBHOOK else shape.get("title")
    description = shape.get("agent_description" if kind is Kind.FIELD else "description")
    active = shape.get("status") == "active" if kind is Kind.WEBHOOK else shape.get("active")
    return Thing(
        kind,
        thing_id(fields),
        str(name or ""),
        shape,
        marked=is_marked(description),
        active=active is not False,
    )


def thing_id(fields: Fields) -> str:
    """A number, or the text that webhooks have."""
    value = fields.raw().get("id")
    if isinstance(value, str) and value.isalnum() and value.isascii():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise WrongShapeError("id: expected a number or a short text")
