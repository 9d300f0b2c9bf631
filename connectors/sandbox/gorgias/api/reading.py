"""Reads bodies and queries. What is not known, missing or of the wrong type is a 400.

https://developers.gorgias.com/reference/errors
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from marshmallow.fields import Field

from connectors.sandbox.gorgias.errors import ApiError, bad_request

Fields = Mapping[str, Any]


def schema(known: Mapping[str, "Field[Any]"]) -> Schema:
    """What an object may hold."""
    return Schema.from_dict(dict(known))(unknown=RAISE)


def text(*, most: int | None = None, required: bool = False) -> "Field[Any]":
    """A string, or null where it is not required."""
    length = None if most is None else validate.Length(max=most)
    return fields.String(required=required, allow_none=not required, validate=length)


def one_of(words: tuple[str, ...], *, required: bool = False) -> "Field[Any]":
    """One of some words."""
    return fields.String(required=required, validate=validate.OneOf(words))


def flag(*, required: bool = False) -> "Field[Any]":
    """A JSON boolean; the string "true" is not one."""
    return fields.Boolean(truthy={True}, falsy={False}, required=required)


def number(*, required: bool = False) -> "Field[Any]":
    """An id, or null where it is not required."""
    return fields.Integer(strict=True, required=required, allow_none=not required)


def moment() -> "Field[Any]":
    """An ISO time, or null; without a zone it is UTC."""
    return fields.AwareDateTime(format="iso", default_timezone=UTC, allow_none=True)


def mapping() -> "Field[Any]":
    """Any JSON object, or null."""
    return fields.Dict(keys=fields.String(), allow_none=True)


def body(known: Schema, *, doing: str) -> Fields:
    """The request's body.

    Args:
        known: What it may hold.
        doing: What it is for, as in "create ticket".

    Raises:
        ApiError: 400.
    """
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise bad_request(f"Failed to {doing}", {"_schema": ["Invalid input type."]})
    try:
        loaded: Fields = known.load(value)
    except ValidationError as wrong:
        raise refused(wrong, doing=doing) from wrong
    return loaded


def query(**known: "Field[Any]") -> Fields:
    """The request's query; ``name[]=a&name[]=b`` reads as a list.

    Raises:
        ApiError: 400.
    """
    given: dict[str, object] = {}
    for name in request.args:
        values = request.args.getlist(name)
        plain = name if name in known else name.removesuffix("[]")
        is_list = isinstance(known.get(plain), fields.List)
        given[plain] = values if is_list or plain != name else values[-1]
    try:
        loaded: Fields = schema(known).load(given)
    except ValidationError as wrong:
        raise bad_request("Invalid query parameters", _data(wrong)) from wrong
    return loaded


def refused(wrong: ValidationError, *, doing: str) -> ApiError:
    """400 for fields that are wrong."""
    return bad_request(f"Failed to {doing}", _data(wrong))


def _data(wrong: ValidationError) -> dict[str, object]:
    return {str(name): told for name, told in wrong.messages_dict.items()}
