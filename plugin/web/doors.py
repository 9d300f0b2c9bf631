"""Who may open which route.

It stands beside the route, and holds before the route's own code runs::

    @pages.get("/people")
    @open_to(Role.ADMIN, otherwise="Only an admin sees the people.")
    def show() -> ResponseReturnValue:
        who = signed_in()

A route that says nothing opens for nobody, and the service does not start with one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, current_app, request

from plugin.models import Role

EVERYBODY = tuple(Role)
# An auditor looks at everything and changes nothing.
SIGNERS = (Role.AGENT, Role.LEAD, Role.ADMIN)
NO_VERDICT = "Your role may look, and give no verdict."

_NOT_YOURS = "Your role may not do this."
_DOOR = "bookbag_door"
View = TypeVar("View", bound=Callable[..., Any])


class Proof(Enum):
    """How a request proves whose it is."""

    COOKIE = "our own sign-in"
    SIDEBAR = "the sidebar's own session, sent as a bearer token"
    EITHER = "the sidebar's session where one is sent, else our own sign-in"


@dataclass(frozen=True, slots=True)
class Door:
    """Who may open a route.

    Attributes:
        roles: Whose; nobody's where strangers may.
        proof: How they prove who they are.
        otherwise: The sentence for whoever is known and may not.
        instead: For strangers: what proves the request, or why none is needed.
        in_own_words: The route itself asks who it is, to refuse in its own words.
    """

    roles: frozenset[Role] = frozenset()
    proof: Proof = Proof.COOKIE
    otherwise: str = _NOT_YOURS
    instead: str = ""
    in_own_words: bool = False


def open_to(
    *roles: Role,
    by: Proof = Proof.COOKIE,
    otherwise: str = _NOT_YOURS,
    in_own_words: bool = False,
) -> Callable[[View], View]:
    """Open a route to people of these roles, signed in, of whatever merchant.

    What the address names is looked up among their own merchant's: the route does that.
    """
    if not roles:
        raise TypeError("name the roles, or say open_to_strangers")
    return _marked(Door(frozenset(roles), by, otherwise, in_own_words=in_own_words))


def open_to_strangers(instead: str) -> Callable[[View], View]:
    """Open a route to whoever comes. `instead`: what proves the request, or why nothing must."""
    return _marked(Door(instead=instead))


def door_of(web: Flask, endpoint: str) -> Door | None:
    """What a route says of who may open it."""
    found = getattr(web.view_functions[endpoint], _DOOR, None)
    return found if isinstance(found, Door) else None


def door_here() -> Door:
    """The door of the route that answers this request.

    Raises:
        LookupError: It says nothing.
    """
    door = door_of(current_app, request.endpoint) if request.endpoint else None
    if door is None:
        raise LookupError(f"{request.url_rule} does not say who may open it")
    return door


def require_doors(web: Flask) -> None:
    """See to it that every route says who may open it.

    Raises:
        LookupError: Some do not; names them.
    """
    silent = sorted(
        {rule.rule for rule in web.url_map.iter_rules() if door_of(web, rule.endpoint) is None}
    )
    if silent:
        raise LookupError(f"routes that do not say who may open them: {', '.join(silent)}")


def _marked(door: Door) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _DOOR, door)
        return view

    return mark
