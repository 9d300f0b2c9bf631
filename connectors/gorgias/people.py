"""What an account's users are, and what its tags are called: read seldom, kept for a while.

A message names its sender, and not what they are; Gorgias' own AI Agent writes as a user of the
role ``bot``. An event names tags by their ids.
"""

from collections.abc import Callable, Mapping
from math import inf
from typing import TypeVar, cast

from connectors.clock import Clock
from connectors.errors import NotFoundError
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.reading import understood
from connectors.reading import Fields
from connectors.types import Person, PersonRole

T = TypeVar("T")

BOT = "bot"
_ADMIN = "admin"
_MOST_USERS = 2_000
_KEPT_SECONDS = 600.0
_MOST_KEPT = 1_000


def person(user: Fields) -> Person:
    """A user of the account's own."""
    role = PersonRole.ADMIN if role_of(user) == _ADMIN else PersonRole.AGENT
    return Person(
        id=user.number_id("id"),
        name=user.optional_text("name") or "",
        role=role,
        email=user.optional_text("email"),
    )


def role_of(user: Fields) -> str:
    """A role's name: admin, agent, bot and more; empty where it is not told."""
    role = user.optional_child("role")
    return ((role.optional_text("name") if role else None) or "").lower()


class Known:
    """What seldom changes in an account, for one thread.

    A person is kept by their id and role alone.
    """

    def __init__(self, client: GorgiasClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[object, tuple[float, object]] = {}

    def roles(self) -> Mapping[str, str]:
        """Roles by a user's id. Who came in the last minutes, or is gone, is not there."""
        return self._once("roles", lambda: _roles(self._client))

    def tag_name(self, tag_id: int) -> str | None:
        """A tag's name; None where it is there no more."""
        return self._once(tag_id, lambda: _tag_name(self._client, tag_id))

    def _once(self, key: object, read: Callable[[], T]) -> T:
        read_at, found = self._kept.get(key, (-inf, None))
        if self._clock.now() - read_at < _KEPT_SECONDS:
            return cast("T", found)
        fresh = read()
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (self._clock.now(), fresh)
        return fresh


def _roles(client: GorgiasClient) -> Mapping[str, str]:
    users = client.listed("users", {}, _MOST_USERS)
    return understood(lambda: {user.number_id("id"): role_of(user) for user in users})


def _tag_name(client: GorgiasClient, tag_id: int) -> str | None:
    try:
        return understood(client.get(f"tags/{tag_id}").text, "name")
    except NotFoundError:
        return None
