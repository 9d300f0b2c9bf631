"""People inside other objects: ``{"id"}``, or ``{"email"}``; what else is sent updates them.

https://github.com/gorgias/gorgias-api-docs, "Querying the API": send only the id, any other nested
field updates that object.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from connectors.sandbox.gorgias.api.reading import Fields, mapping, number, schema, text
from connectors.sandbox.gorgias.errors import ApiError, bad_request
from connectors.sandbox.gorgias.records import Person
from connectors.sandbox.gorgias.wiring import sandbox

_LONGEST_EMAIL = 320
_CHANNEL = {"type": text(required=True), "address": text(required=True)}
_CHANGES = ("name", "external_id", "language", "timezone", "note", "meta")


def person() -> Schema:
    """A sender, a receiver, a customer."""
    return schema(
        {
            "id": number(),
            "email": text(most=_LONGEST_EMAIL),
            **{name: text() for name in ("name", "external_id", "language", "timezone", "note")},
            "channels": fields.List(fields.Nested(schema(_CHANNEL)), allow_none=True),
            "meta": mapping(),
        }
    )


def read_sender(given: Fields, *, from_agent: bool, doing: str) -> Person:
    """Who says something: a seat or a customer. A customer who is new is made.

    Raises:
        ApiError: 400.
    """
    if from_agent:
        return _updated(_seat(given, doing=doing), given)
    return read_customer(given, field="sender", doing=doing)


def read_receiver(given: Fields | None, *, doing: str) -> Person | None:
    """Whom a message is for, if it names anybody.

    Raises:
        ApiError: 400.
    """
    return None if given is None else read_customer(given, field="receiver", doing=doing)


def read_customer(given: Fields, *, field: str, doing: str) -> Person:
    """A customer by id or address.

    Raises:
        ApiError: 400.
    """
    people = sandbox().desk.people
    try:
        if given.get("id") is not None:
            known = people.customer(given["id"])
        elif given.get("email"):
            known = people.welcome(given.get("name") or given["email"], given["email"])
        else:
            raise _wrong(field, "An id or an email is needed.", doing)
    except ApiError as refused:
        if refused.data is not None:
            raise
        raise _wrong(field, "Customer not found.", doing) from refused
    return _updated(known, given)


def _seat(given: Fields, *, doing: str) -> Person:
    people = sandbox().desk.people
    for seat in people.seats():
        same_email = (given.get("email") or "").lower() == (seat.email or "").lower()
        if given.get("id") == seat.id or (given.get("id") is None and same_email):
            return seat
    raise _wrong("sender", "User not found.", doing)


def _updated(known: Person, given: Mapping[str, Any]) -> Person:
    changes = {name: given[name] for name in _CHANGES if given.get(name) is not None}
    if all(getattr(known, name) == value for name, value in changes.items()):
        return known
    return sandbox().desk.people.change(known.id, changes)


def _wrong(field: str, why: str, doing: str) -> ApiError:
    return bad_request(f"Failed to {doing}", {field: [why]})
