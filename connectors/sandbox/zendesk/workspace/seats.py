"""Who plays the agent in this browser: a cookie, chosen by a form."""

from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.records import User
from connectors.sandbox.zendesk.wiring import sandbox

_COOKIE = "sandbox_agent"


def staff() -> list[User]:
    """Everybody with a seat."""
    return [user for user in sandbox().desk.users() if user.is_staff]


def chosen_agent() -> User:
    """Who is signed in to this browser's workspace; the first seat until somebody is chosen."""
    seats = staff()
    wanted = request.cookies.get(_COOKIE, "")
    return next((user for user in seats if str(user.id) == wanted), seats[0])


def choose_agent() -> ResponseReturnValue:
    """The form: ``agent`` (an e-mail) is signed in; then back to the ticket or the list."""
    ticket_id = request.form.get("ticket", type=int)
    page = url_for("workspace.show_list", view=request.form.get("view") or None)
    if ticket_id is not None:
        page = url_for("workspace.show_ticket", ticket_id=ticket_id)
    back = redirect(page, HTTPStatus.SEE_OTHER)
    try:
        agent = sandbox().desk.staff(request.form.get("agent", ""))
    except ApiError:
        return back
    back.set_cookie(_COOKIE, str(agent.id), httponly=True, samesite="Lax")
    return back
