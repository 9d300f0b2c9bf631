"""Cursor paging: ``?limit=&cursor=&order_by=``. A cursor is opaque and lives shortly.

https://developers.gorgias.com/changelog/deprecation-offset-based-pagination
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import request
from marshmallow import fields, validate
from marshmallow.fields import Field

from connectors.sandbox.gorgias.api.reading import one_of, query
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.records import Json
from connectors.sandbox.gorgias.wiring import sandbox

T = TypeVar("T")
_USUAL, _MOST = 30, 100


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """How a list is ordered and shown.

    Attributes:
        orders: The moment of an item by what ``order_by`` calls it; the first is usual.
        number: An item's id, which parts those of one moment.
        shape: An item as JSON.
    """

    orders: Mapping[str, Callable[[T], datetime]]
    number: Callable[[T], int]
    shape: Callable[[T], Json]


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a page begins: after an item, or, backwards, before it."""

    order: str
    back: bool
    at: tuple[float, int]


def paging_fields(orders: Sequence[str]) -> "dict[str, Field[Any]]":
    """What every list may be asked."""
    known = tuple(f"{name}{way}" for name in orders for way in ("", ":asc", ":desc"))
    return {
        "limit": fields.Integer(validate=validate.Range(1, _MOST)),
        "cursor": fields.String(),
        "order_by": one_of(known),
    }


def paged(items: Sequence[T], listing: Listing[T], asked: Mapping[str, Any] | None = None) -> Json:
    """The page that the request asks for.

    Args:
        items: All that fit, in any order.
        listing: Their order and their shape.
        asked: The query, where it was read for other filters already.

    Raises:
        ApiError: 400, the paging parameters are wrong or the cursor is too old.
    """
    given = query(**paging_fields(list(listing.orders))) if asked is None else asked
    order = str(given.get("order_by") or f"{next(iter(listing.orders))}:desc")
    name, _, way = order.partition(":")
    descending = way != "asc"
    size = int(given.get("limit") or _USUAL)

    def key(item: T) -> tuple[float, int]:
        return listing.orders[name](item).timestamp(), listing.number(item)

    ordered = sorted(items, key=key, reverse=descending)
    cursor = _decode(given["cursor"], order) if given.get("cursor") else None
    start, end = _window([key(item) for item in ordered], cursor, size, descending=descending)
    shown = ordered[start:end]
    more, less = end < len(ordered), start > 0
    return {
        "object": "list",
        "uri": request.full_path.rstrip("?"),
        "data": [listing.shape(item) for item in shown],
        "meta": {
            "prev_cursor": _encode(order, key(shown[0]), back=True) if shown and less else None,
            "next_cursor": _encode(order, key(shown[-1]), back=False) if shown and more else None,
        },
    }


def _window(
    keys: list[tuple[float, int]], cursor: _Cursor | None, size: int, *, descending: bool
) -> tuple[int, int]:
    if cursor is None:
        return 0, min(size, len(keys))
    at = cursor.at
    before = sum(key > at if descending else key < at for key in keys)
    if cursor.back:
        return max(before - size, 0), before
    start = before + (at in keys)
    return start, min(start + size, len(keys))


def _encode(order: str, at: tuple[float, int], *, back: bool) -> str:
    until = sandbox().desk.now().timestamp() + sandbox().config.cursor_seconds
    return base64.urlsafe_b64encode(json.dumps([order, back, at, until]).encode()).decode()


def _decode(cursor: str, order: str) -> _Cursor:
    try:
        kept, back, (moment, number), until = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError, TypeError):
        raise bad_request("Invalid cursor") from None
    if kept != order or until <= sandbox().desk.now().timestamp():
        raise bad_request("Invalid cursor")
    return _Cursor(kept, bool(back), (float(moment), int(number)))
