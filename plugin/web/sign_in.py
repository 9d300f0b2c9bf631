"""Sign-in by a single-use invitation, and who is signed in.

`bookbag user invite` prints the link. Opening it only shows a button, so that a mail scanner which
follows links uses nothing up. Cookies and links are kept as digests.
"""

import secrets as random
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.errors import MissingError, UnauthenticatedError
from plugin.store import audit, people, unscoped
from plugin.store.schema import PersonRow
from plugin.store.scope import Scope
from plugin.web.state import runtime

pages = Blueprint("sign_in", __name__)

SESSION_COOKIE = "bookbag_session"
_SESSION_LASTS = timedelta(hours=12)
_TOKEN_BYTES = 32
_USED_UP = "This sign-in link was used or is too old. Ask your admin for a new one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose request this is."""

    scope: Scope
    person: PersonRow


def signed_in() -> SignedIn:
    """Who is signed in.

    Raises:
        UnauthenticatedError: Nobody.
    """
    known = g.get("signed_in")
    if isinstance(known, SignedIn):
        return known
    token = request.cookies.get(SESSION_COOKIE, "")
    now = runtime().now()
    with runtime().database.read() as session:
        found = unscoped.web_session(session, people.digest(token), at=now) if token else None
        if found is None:
            raise UnauthenticatedError("Sign in first: open the link your admin gave you.")
        g.signed_in = SignedIn(found.scope, people.person(session, found.scope, found.person_id))
    signed: SignedIn = g.signed_in
    return signed


@pages.get("/sign-in/<token>")
def offer(token: str) -> ResponseReturnValue:
    """Show whose link this is, and a button."""
    with runtime().database.read() as session:
        found = unscoped.sign_in_link(session, people.digest(token), at=runtime().now())
        if found is None:
            raise MissingError(_USED_UP)
        person = people.person(session, found.scope, found.person_id)
    return render_template("sign_in.html", person=person, lasts=_SESSION_LASTS)


@pages.post("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    """Use the link up and sign this browser in."""
    now = runtime().now()
    fresh = random.token_urlsafe(_TOKEN_BYTES)
    with runtime().database.write() as session:
        found = unscoped.sign_in_link(session, people.digest(token), at=now)
        if found is None or not people.use_sign_in_link(session, found.scope, found.id, at=now):
            raise MissingError(_USED_UP)
        people.add_session(
            session,
            found.scope,
            found.person_id,
            digest=people.digest(fresh),
            at=now,
            expires_at=now + _SESSION_LASTS,
        )
        audit.add(
            session, found.scope, at=now, actor=f"person:{found.person_id}", event="signed_in"
        )
    response = make_response(redirect(url_for("queue.show")))
    response.set_cookie(
        SESSION_COOKIE,
        fresh,
        max_age=_SESSION_LASTS,
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.public_url.startswith("https://"),
    )
    return response


@pages.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Sign this browser out."""
    who = signed_in()
    token = request.cookies.get(SESSION_COOKIE, "")
    with runtime().database.write() as session:
        people.end_session(session, who.scope, people.digest(token), at=runtime().now())
    response = make_response(render_template("signed_out.html"))
    response.delete_cookie(SESSION_COOKIE)
    return response
