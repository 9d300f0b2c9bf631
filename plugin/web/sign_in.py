"""Sign-in by a single-use link, and who is signed in.

`bookbag user invite` prints the link, and the sidebar makes one for its way to the review page.
Opening it only shows a button, so that a mail scanner which follows links uses nothing up, and no
other site signs anybody in. Cookies and links are kept as digests.
"""

import secrets as random
from dataclasses import dataclass
from datetime import timedelta

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from plugin.errors import ForbiddenError, LinkOverError, UnauthenticatedError
from plugin.store import audit, people, unscoped
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope
from plugin.web.doors import (
    EVERYBODY,
    Door,
    Proof,
    door_here,
    door_of,
    open_to,
    open_to_strangers,
)
from plugin.web.state import runtime

pages = Blueprint("sign_in", __name__)

SESSION_COOKIE = "bookbag_session"
_SESSION_LASTS = timedelta(hours=12)
_TOKEN_BYTES = 32
_SCHEME = "Bearer "
_OVER = (
    "This sign-in link was used or is too old. Go by the sidebar beside the ticket, or ask your "
    "admin for a new one."
)
_OVER_THERE = "Your session in this sidebar is over. Reload the ticket to go on."
_SIGN_IN_FIRST = (
    "Sign in first: press “Open the review page” beside the ticket in your helpdesk, or open the "
    "link your admin gave you."
)
# Where a sign-in may lead to.
_PAGES = frozenset({"queue.show", "drafts.show", "policies.show"})


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose request this is."""

    scope: Scope
    person: PersonRow

    def may_open(self, endpoint: str) -> bool:
        """Whether their role opens a route, such as one that a menu would lead to."""
        door = door_of(current_app, endpoint)
        return door is not None and self.person.role in door.roles


def signed_in() -> SignedIn:
    """Who is signed in, by the proof that the route asks for, in a role that it is open to.

    Raises:
        UnauthenticatedError: Nobody.
        ForbiddenError: Their role may not.
    """
    door, found = door_here(), somebody()
    if found is None:
        raise UnauthenticatedError(_OVER_THERE if _by_bearer(door) else _SIGN_IN_FIRST)
    if door.roles and found.person.role not in door.roles:
        raise ForbiddenError(door.otherwise)
    return found


def somebody() -> SignedIn | None:
    """Who is signed in, where it may be nobody."""
    known = g.get("signed_in")
    if isinstance(known, SignedIn):
        return known
    token = _token(door_here())
    now = runtime().now()
    with runtime().database.read() as session:
        found = unscoped.web_session(session, people.digest(token), at=now) if token else None
        if found is None:
            return None
        signed = SignedIn(found.scope, people.person(session, found.scope, found.person_id))
    g.signed_in = signed
    return signed


def guard() -> None:
    """Before each request: only those come in whom the route's door is open to."""
    if request.endpoint is None:
        return
    door = door_here()
    if door.roles and not door.in_own_words:
        signed_in()


def _token(door: Door) -> str:
    if not _by_bearer(door):
        return request.cookies.get(SESSION_COOKIE, "")
    given = request.headers.get("Authorization", "")
    return given.removeprefix(_SCHEME) if given.startswith(_SCHEME) else ""


def _by_bearer(door: Door) -> bool:
    if door.proof is Proof.EITHER:
        return "Authorization" in request.headers
    return door.proof is Proof.SIDEBAR


@pages.get("/sign-in/<token>")
@open_to_strangers("the token in the address")
def offer(token: str) -> ResponseReturnValue:
    """Show whose link this is, and a button. Whoever is signed in already goes on at once."""
    with runtime().database.read() as session:
        found = unscoped.sign_in_link(session, people.digest(token), at=runtime().now())
        if found is None:
            raise _over(session, token)
        person = people.person(session, found.scope, found.person_id)
    here = somebody()
    if here is not None and here.person.id == person.id:
        return redirect(_wanted())
    return render_template("sign_in.html", person=person, lasts=_SESSION_LASTS)


@pages.post("/sign-in/<token>")
@open_to_strangers("the token in the address")
def use(token: str) -> ResponseReturnValue:
    """Use the link up and sign this browser in."""
    now = runtime().now()
    fresh = random.token_urlsafe(_TOKEN_BYTES)
    with runtime().database.write() as session:
        found = unscoped.sign_in_link(session, people.digest(token), at=now)
        if found is None or not people.use_sign_in_link(session, found.scope, found.id, at=now):
            raise _over(session, token)
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
    response = make_response(redirect(_wanted()))
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
@open_to(*EVERYBODY)
def leave() -> ResponseReturnValue:
    """Sign this browser out."""
    who = signed_in()
    token = request.cookies.get(SESSION_COOKIE, "")
    with runtime().database.write() as session:
        people.end_session(session, who.scope, people.digest(token), at=runtime().now())
    response = make_response(render_template("signed_out.html"))
    response.delete_cookie(SESSION_COOKIE)
    return response


def _over(session: Session, token: str) -> LinkOverError:
    used = unscoped.sign_in_link_was_used(session, people.digest(token))
    title = "This link was used already" if used else "This link is not good any more"
    return LinkOverError(title, _OVER)


def _wanted() -> str:
    """Where to go after the sign-in: a page of ours that was asked for, and no other address.

    The address is built anew from the page's name and what stands in it: a path that browsers read
    otherwise than we do, such as ``//host``, leads nowhere.
    """
    asked = request.args.get("next", "")
    try:
        page, named = current_app.url_map.bind("").match(asked, method="GET")
    except HTTPException:
        page, named = "", {}
    return url_for(page, **named) if page in _PAGES else url_for("queue.show")
