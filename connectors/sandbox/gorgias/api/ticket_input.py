"""What a ticket may hold when the API makes or changes one.

https://developers.gorgias.com/reference/update-ticket
"""

from typing import Any

from marshmallow import fields, validate

from connectors.sandbox.gorgias.api.message_input import MESSAGE
from connectors.sandbox.gorgias.api.people_input import person, read_customer
from connectors.sandbox.gorgias.api.reading import (
    Fields,
    flag,
    mapping,
    moment,
    number,
    one_of,
    schema,
    text,
)
from connectors.sandbox.gorgias.errors import ApiError, bad_request
from connectors.sandbox.gorgias.records import CHANNELS, PRIORITIES, STATUSES, VIAS, Ticket
from connectors.sandbox.gorgias.wiring import sandbox

_LONGEST_SUBJECT, _LONGEST_ID, _LONGEST_TAG, _MOST_MESSAGES = 998, 255, 256, 500
_TAG = {
    "id": number(),
    "name": text(most=_LONGEST_TAG),
    "decoration": mapping(),
}
_ID = schema({"id": number(), "name": text(), "email": text()})
_MOMENTS = {
    f"{name}_datetime": f"{name}_at"
    for name in ("snooze", "closed", "trashed", "opened", "created", "updated")
}
TICKET = {
    "status": one_of(STATUSES),
    "priority": one_of(PRIORITIES),
    "subject": text(most=_LONGEST_SUBJECT),
    "channel": one_of(CHANNELS),
    "via": one_of(VIAS),
    "assignee_user": fields.Nested(_ID, allow_none=True),
    "assignee_team": fields.Nested(_ID, allow_none=True),
    "customer": fields.Nested(person(), allow_none=True),
    "tags": fields.List(fields.Nested(schema(_TAG)), allow_none=True),
    "custom_fields": fields.List(
        fields.Nested(schema({"id": number(required=True), "value": fields.Raw(allow_none=True)})),
        allow_none=True,
    ),
    "spam": flag(),
    "from_agent": flag(),
    "language": text(),
    "external_id": text(most=_LONGEST_ID),
    "meta": mapping(),
    **{name: moment() for name in (*_MOMENTS, "last_message_datetime")},
    "last_received_message_datetime": moment(),
}
CHANGED_TICKET = schema(TICKET)
NEW_TICKET = schema(
    {
        **TICKET,
        "via": one_of(VIAS, required=True),
        "messages": fields.List(
            fields.Nested(schema(MESSAGE)),
            required=True,
            validate=validate.Length(min=1, max=_MOST_MESSAGES),
        ),
    }
)
_PLAIN = ("status", "priority", "subject", "channel", "via", "spam", "language", "external_id")


def ticket_fields(given: Fields, known: Ticket | None, *, doing: str) -> dict[str, Any]:
    """What is set: only what was sent, but a list replaces the list there was.

    Raises:
        ApiError: 400.
    """
    found = {name: given[name] for name in _PLAIN if name in given}
    found |= {kept: given[name] for name, kept in _MOMENTS.items() if name in given}
    if found.get("closed_at") is not None:
        found.setdefault("status", "closed")
    if "meta" in given:
        found["meta"] = given["meta"] or {}
    if "assignee_user" in given:
        found["assignee_user_id"] = _assignee(given, "assignee_user", doing)
    if "assignee_team" in given:
        found["assignee_team_id"] = _assignee(given, "assignee_team", doing)
    if given.get("customer") is not None:
        named = given["customer"]
        found["customer_id"] = read_customer(named, field="customer", doing=doing).id
    if "tags" in given:
        found["tags"] = tag_names(given["tags"] or [])
    if "custom_fields" in given:
        values = {one["id"]: one["value"] for one in given["custom_fields"] or []}
        found["custom_fields"] = values
    if known is None:
        found.pop("created_at", None)
    return {name: value for name, value in found.items() if value is not None or name in _NULLABLE}


_NULLABLE = frozenset(
    "subject language external_id snooze_at closed_at trashed_at assignee_user_id "
    "assignee_team_id".split()
)


def tag_names(given: list[Fields]) -> tuple[str, ...]:
    """The tags that are named, by id or by name.

    Raises:
        ApiError: 400, an id is not known.
    """
    desk = sandbox().desk
    ids = [one["id"] for one in given if one.get("id") is not None]
    names = [one["name"] for one in given if one.get("id") is None and one.get("name")]
    return desk.tags.names(ids, names, desk.now())


def _assignee(given: Fields, field: str, doing: str) -> int | None:
    chosen: int | None = (given[field] or {}).get("id")
    if chosen is None:
        return None
    people = sandbox().desk.people
    try:
        return (people.user if field == "assignee_user" else people.team)(chosen).id
    except ApiError as refused:
        raise bad_request(f"Failed to {doing}", {field: ["Not found."]}) from refused
