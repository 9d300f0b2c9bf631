"""Reads JSON request bodies; what has the wrong type is refused with 422."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from connectors.sandbox.zendesk.errors import bad_request, invalid


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object. A field that is absent or null reads as None."""

    fields: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """A string."""
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value
        raise invalid(name, "expected a string")

    def need_text(self, name: str) -> str:
        """A string that must be there and not be blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise invalid(name, "cannot be blank")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str | None:
        """One of some words."""
        value = self.text(name)
        if value is None or value in allowed:
            return value
        raise invalid(name, f"expected one of {', '.join(allowed)}")

    def flag(self, name: str) -> bool | None:
        """A JSON boolean; the string "true" is not one."""
        value = self.fields.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise invalid(name, "expected true or false")

    def number(self, name: str) -> int | None:
        """An id: an integer, or a string of digits."""
        value = self.fields.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise invalid(name, "expected an integer")

    def strings(self, name: str) -> tuple[str, ...] | None:
        """A list of strings."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise invalid(name, "expected a list of strings")

    def object(self, name: str) -> "Body | None":
        """An object inside this one."""
        value = self.fields.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return Body(value)
        raise invalid(name, "expected an object")

    def objects(self, name: str) -> "tuple[Body, ...]":
        """A list of objects; none where it is absent or null."""
        value = self.fields.get(name)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            return tuple(Body(each) for each in value)
        raise invalid(name, "expected a list of objects")

    def need_object(self, name: str) -> "Body":
        """An object that must be there."""
        inner = self.object(name)
        if inner is None:
            raise invalid(name, "expected an object")
        return inner


def json_body() -> Body:
    """The request's body.

    Raises:
        ApiError: 400, it is not a JSON object, or not sent as JSON.
    """
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise bad_request("expected a JSON object sent as application/json")
    return Body(value)
