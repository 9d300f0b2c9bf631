"""Cursor and offset paging.

https://developer.zendesk.com/api-reference/introduction/pagination/
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

from connectors.sandbox.zendesk.errors import bad_request

T = TypeVar("T")
_LARGEST = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the items, and what stands beside them in the answer."""

    items: Sequence[T]
    envelope: dict[str, object]


def paged(
    items: Sequence[T], *, key: Callable[[T], int], descending: bool = False, cursor: bool = False
) -> Page[T]:
    """The page that the request asks for.

    Args:
        items: All of them, by rising `key`.
        key: A number that no two items share.
        descending: Last first.
        cursor: This endpoint pages by cursor even when ``page[...]`` is absent.

    Raises:
        ApiError: 400, the paging parameters are wrong.
    """
    ordered = list(reversed(items)) if descending else list(items)
    if cursor or any(name.startswith("page[") for name in request.args):
        return _by_cursor(ordered, key=key, descending=descending)
    return _by_offset(ordered)


def _by_cursor(ordered: list[T], *, key: Callable[[T], int], descending: bool) -> Page[T]:
    size = _count("page[size]", _LARGEST)
    sign = -1 if descending else 1
    after, before = request.args.get("page[after]"), request.args.get("page[before]")
    if after is not None:
        start = _decode(after) * sign
        rest = [item for item in ordered if key(item) * sign > start]
        shown, more = rest[:size], len(rest) > size
    elif before is not None:
        end = _decode(before) * sign
        rest = [item for item in ordered if key(item) * sign < end]
        shown, more = rest[-size:], len(rest) > size
    else:
        shown, more = ordered[:size], len(ordered) > size
    first = _encode(key(shown[0])) if shown else None
    last = _encode(key(shown[-1])) if shown else None
    has_next = bool(shown) and shown[-1] is not ordered[-1]
    has_previous = bool(shown) and shown[0] is not ordered[0]
    return Page(
        shown,
        {
            "meta": {"has_more": more, "after_cursor": last, "before_cursor": first},
            "links": {
                "prev": _link({"page[before]": first}) if has_previous else None,
                "next": _link({"page[after]": last}) if has_next else None,
            },
        },
    )


def _by_offset(ordered: list[T]) -> Page[T]:
    size, number = _count("per_page", _LARGEST), _count("page", 1, most=None)
    start = (number - 1) * size
    has_next = start + size < len(ordered)
    return Page(
        ordered[start : start + size],
        {
            "count": len(ordered),
            "next_page": _link({"page": str(number + 1)}) if has_next else None,
            "previous_page": _link({"page": str(number - 1)}) if number > 1 else None,
        },
    )


def _link(change: dict[str, str | None]) -> str:
    cursors = {"page[after]", "page[before]", *change}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in cursors]
    return f"{request.base_url}?{urlencode([*kept, *change.items()])}"


def _count(name: str, default: int, *, most: int | None = _LARGEST) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise bad_request(f"{name}: expected a number above 0")
    if most is not None and int(text) > most:
        raise bad_request(f"{name}: at most {most}")
    return int(text)


def _encode(number: int) -> str:
    return base64.urlsafe_b64encode(f"o:{number}".encode()).decode()


def _decode(cursor: str) -> int:
    try:
        mark, _, number = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if mark == "o":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise bad_request("page[after] or page[before] is not a cursor of ours")
