"""The filters of views, as far as anybody has spelled them.

``eq(ticket.status, 'open') && containsAny(ticket.tags.name, ['x'])``: some calls, all of which must
hold. That tags are filtered so is unconfirmed. https://developers.gorgias.com/reference/create-view
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.gorgias.errors import invalid
from connectors.sandbox.gorgias.records import Json

_CALL = re.compile(r"\s*(\w+)\(\s*ticket\.([\w.]+)\s*(?:,\s*(.+?))?\s*\)\s*", re.DOTALL)
_Test = Callable[[list[Any], Any], bool]
_TESTS: Mapping[str, _Test] = {
    "eq": lambda found, wanted: str(wanted) in map(str, found),
    "neq": lambda found, wanted: str(wanted) not in map(str, found),
    "isEmpty": lambda found, _: not found,
    "isNotEmpty": lambda found, _: bool(found),
    "containsAny": lambda found, wanted: any(one in found for one in wanted),
    "notContainsAny": lambda found, wanted: not any(one in found for one in wanted),
    "containsAll": lambda found, wanted: all(one in found for one in wanted),
}
_OF_LISTS = frozenset({"containsAny", "notContainsAny", "containsAll"})


def check(filters: str) -> None:
    """Refuse what is no filter.

    Raises:
        ApiError: 400.
    """
    fits(filters, {}, user_id=0)


def fits(filters: str, ticket: Json, *, user_id: int) -> bool:
    """Whether a view holds a ticket. One without filters holds all.

    Raises:
        ApiError: 400, it is no filter.
    """
    written = filters.replace("{{current_user.id}}", str(user_id)).strip()
    # All parts are read, so that a wrong one is refused whatever the others say.
    held = [_holds(part, ticket) for part in written.split("&&")] if written else []
    return all(held)


def _holds(part: str, ticket: Json) -> bool:
    found = _CALL.fullmatch(part)
    test = None if found is None else _TESTS.get(found[1])
    if found is None or test is None:
        raise invalid("filters", f"Not a valid filter: {part.strip()}")
    try:
        wanted = None if found[3] is None else ast.literal_eval(found[3])
    except (ValueError, SyntaxError):
        raise invalid("filters", f"Not a valid value: {found[3]}") from None
    if found[1] in _OF_LISTS and not isinstance(wanted, list):
        raise invalid("filters", f"Not a list: {found[3]}")
    return test(_values(ticket, found[2].split(".")), wanted)


def _values(thing: Any, path: list[str]) -> list[Any]:
    """What stands there: of a list, what stands in each of it."""
    if thing is None:
        return []
    if isinstance(thing, list):
        return [value for one in thing for value in _values(one, path)]
    if not path:
        return [thing]
    return _values(thing.get(path[0]), path[1:]) if isinstance(thing, Mapping) else []
