"""Who plays the agent in this browser: a cookie, chosen by a form."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Protocol, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

_COOKIE = "sandbox_agent"


class Seated(Protocol):
    """Somebody with a seat."""

    @property
    def id(self) -> int:
        """Their number."""

    @property
    def email(self) -> str | None:
        """Their address."""


T = TypeVar("T", bound=Seated)


def chosen(seats: Sequence[T]) -> T:
    """Who is signed in to this browser's workspace; the first seat until somebody is chosen."""
    wanted = request.cookies.get(_COOKIE, "")
    return next((one for one in seats if str(one.id) == wanted), seats[0])


def choose(seats: Sequence[Seated]) -> ResponseReturnValue:
    """The form: ``agent`` (an e-mail) is signed in; then back to the ticket or the list."""
    ticket_id = request.form.get("ticket", type=int)
    page = url_for("workspace.show_list", view=request.form.get("view") or None)
    if ticket_id is not None:
        page = url_for("workspace.show_ticket", ticket_id=ticket_id)
    back = redirect(page, HTTPStatus.SEE_OTHER)
    wanted = request.form.get("agent", "").lower()
    for one in seats:
        if (one.email or "").lower() == wanted:
            back.set_cookie(_COOKIE, str(one.id), httponly=True, samesite="Lax")
    return back
