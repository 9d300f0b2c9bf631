"""Signing in, by e-mail and password or by a link that works once, and signing out.

`bookbag user invite` and the people's page make such links, and the sidebar one for its way to the
review page. Opening it only shows a button, so that a mail scanner which follows links uses nothing
up, and no other site signs anybody in. An invitation also lets its person choose a password.
"""

from http import HTTPStatus

import structlog
from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugin.errors import InvalidInputError, LinkOverError
from plugin.staff import passwords
from plugin.store import credentials, people, unscoped
from plugin.store.unscoped import Credential
from plugin.web.doors import EVERYBODY, open_to, open_to_strangers
from plugin.web.letting_in import let_in
from plugin.web.limits import remember_browser
from plugin.web.password_form import read_new
from plugin.web.sign_in import (
    LASTS,
    begin,
    forget,
    remember,
    signed_in,
    somebody,
    wanted_page,
)
from plugin.web.state import runtime

log = structlog.get_logger(__name__)

pages = Blueprint("sign_in", __name__)

_OVER = (
    "This sign-in link was used or is too old. Go by the sidebar beside the ticket, or ask your "
    "admin for a new one."
)
_WRONG = (
    "That e-mail and password do not belong together. Look for a slip, or ask your admin for a new "
    "invitation: it also sets a new password."
)


@pages.get("/sign-in")
@open_to_strangers("only asks for e-mail and password")
def ask() -> ResponseReturnValue:
    """The form. Whoever is signed in already goes on at once."""
    return redirect(wanted_page(request.args.get("next"))) if somebody() is not None else _form()


@pages.post("/sign-in")
@open_to_strangers("an e-mail and its password")
def enter() -> ResponseReturnValue:
    """Sign in with e-mail and password."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    found = passwords.whose(runtime(), email, password)
    if not found:
        log.warning("sign_in_refused", email=credentials.digest(email.strip().casefold())[:12])
        return _form(email=email, problem=_WRONG), HTTPStatus.UNAUTHORIZED
    response = let_in(found, by="password", asked=request.args.get("next"))
    remember_browser(response, email)
    return response


@pages.get("/sign-in/<token>")
@open_to_strangers("the token in the address")
def offer(token: str) -> ResponseReturnValue:
    """Show whose link this is, and a button. Whoever is signed in already goes on at once."""
    with runtime().database.read() as session:
        found = _link(session, token)
    here = somebody()
    if here is not None and here.person.id == found.person_id and not _sets_password(found):
        return redirect(wanted_page(request.args.get("next")))
    return _offer(found)


@pages.post("/sign-in/<token>")
@open_to_strangers("the token in the address")
def use(token: str) -> ResponseReturnValue:
    """Use the link up and sign this browser in; with a new password where one was chosen."""
    try:
        with runtime().database.write() as session:
            found = _link(session, token)
            if not credentials.use_link(session, found.scope, found.id, at=runtime().now()):
                raise _over(session, token)
            if _sets_password(found) and request.form.get("password"):
                _choose(session, found)
            fresh = begin(session, found.scope, found.person_id, by="link")
    except InvalidInputError as wrong:
        return _offer(found, wrong), wrong.http_status
    return remember(make_response(redirect(wanted_page(request.args.get("next")))), fresh)


@pages.post("/sign-out")
@open_to(*EVERYBODY)
def leave() -> ResponseReturnValue:
    """Sign this browser out."""
    who = signed_in()
    with runtime().database.write() as session:
        credentials.end_sessions(
            session, who.scope, who.person.id, at=runtime().now(), only=who.session_id
        )
    return forget(make_response(render_template("signed_out.html")))


def _form(email: str = "", problem: str | None = None) -> str:
    return render_template(
        "sign_in.html", email=email, problem=problem, provider=runtime().settings.provider
    )


def _offer(found: Credential, wrong: InvalidInputError | None = None) -> str:
    with runtime().database.read() as session:
        person = people.person(session, found.scope, found.person_id)
        has_password = credentials.password_of(session, found.scope, person.id) is not None
    return render_template(
        "sign_in_link.html",
        person=person,
        lasts=LASTS,
        invites=_sets_password(found),
        has_password=has_password,
        wrong=wrong,
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
    )


def _choose(session: Session, found: Credential) -> None:
    """A first password, or a new one in place of one that is lost: other sessions end."""
    person = people.person(session, found.scope, found.person_id)
    passwords.choose(runtime(), session, person, read_new())
    credentials.end_sessions(session, found.scope, person.id, at=runtime().now())


def _link(session: Session, token: str) -> Credential:
    """Whom a link is for.

    Raises:
        LinkOverError: It was used, is too old, or its person is deactivated.
    """
    found = unscoped.sign_in_link(session, credentials.digest(token), at=runtime().now())
    if found is None:
        raise _over(session, token)
    if people.person(session, found.scope, found.person_id).deactivated_at is not None:
        raise _over(session, token)
    return found


def _sets_password(found: Credential) -> bool:
    return found.purpose == credentials.INVITATION


def _over(session: Session, token: str) -> LinkOverError:
    used = unscoped.sign_in_link_was_used(session, credentials.digest(token))
    title = "This link was used already" if used else "This link is not good any more"
    return LinkOverError(title, _OVER)
