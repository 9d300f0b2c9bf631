"""Who is signed in: the one place that says whose a request is.

A session is a random token, kept as a digest in a row that can be ended at any time. A browser
sends it as a cookie, the sidebar as a bearer token (`sidebar_session`). It ends after its time, and
in a browser also where its person has done nothing for long: what an open page asks by itself, for
news, does not count.
"""

import secrets as random
from dataclasses import dataclass
from datetime import timedelta

import structlog
from flask import Response, current_app, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from plugin.errors import ForbiddenError, UnauthenticatedError
from plugin.store import audit, credentials, people, unscoped
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope
from plugin.web.doors import Door, Proof, door_here, door_of
from plugin.web.state import runtime

log = structlog.get_logger(__name__)

SESSION_COOKIE = "bookbag_session"
LASTS = timedelta(hours=12)
IDLE = timedelta(hours=2)
BROWSER = "browser"
_SEEN_EACH = timedelta(minutes=1)
_TOKEN_BYTES = 32
_SCHEME = "Bearer "
_OVER_THERE = "Your session in this sidebar is over. Reload the ticket to go on."
_SIGN_IN_FIRST = (
    "Sign in first: press “Open the review page” beside the ticket in your helpdesk, or open the "
    "link your admin gave you."
)
# Where a sign-in may lead to.
_PAGES = frozenset(
    {"queue.show", "drafts.show", "policies.show", "people.show", "you.show", "connect.show"}
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose request this is, and by which session."""

    scope: Scope
    person: PersonRow
    session_id: str

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
    bearer = _by_bearer(door_here())
    token = _bearer_token() if bearer else request.cookies.get(cookie_name(), "")
    now = runtime().now()
    with runtime().database.read() as session:
        found = unscoped.web_session(session, credentials.digest(token), at=now) if token else None
        if found is None or not (bearer or now - found.last_seen_at < IDLE):
            return None
        person = people.person(session, found.scope, found.person_id)
    if person.deactivated_at is not None:
        return None
    if now - found.last_seen_at >= _SEEN_EACH and (bearer or _is_act()):
        with runtime().database.write() as session:
            credentials.see_session(session, found.scope, found.id, at=now)
    g.signed_in = SignedIn(found.scope, person, found.id)
    return SignedIn(found.scope, person, found.id)


def guard() -> None:
    """Before each request: only those come in whom the route's door is open to."""
    if request.endpoint is None:
        return
    door = door_here()
    if door.roles and not door.in_own_words:
        signed_in()


def begin(session: Session, scope: Scope, person_id: str, *, by: str) -> str:
    """Begin a browser's session, in the caller's transaction. Returns its token, for `remember`.

    Args:
        session: The transaction.
        scope: Whose.
        person_id: Whom to sign in.
        by: What proved it, for the audit: ``link``, ``password`` or ``provider``.
    """
    fresh, now = random.token_urlsafe(_TOKEN_BYTES), runtime().now()
    credentials.add_session(
        session,
        scope,
        person_id,
        digest=credentials.digest(fresh),
        at=now,
        expires_at=now + LASTS,
        surface=BROWSER,
    )
    actor, detail = f"person:{person_id}", {"by": by}
    audit.add(session, scope, at=now, actor=actor, event="signed_in", detail=detail)
    return fresh


def remember(response: Response, token: str) -> Response:
    """Give a session's token to the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.is_https,
    )
    return response


def forget(response: Response) -> Response:
    """Take it back."""
    secure = runtime().settings.is_https
    response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax")
    return response


def cookie_name() -> str:
    """By https one that no neighbour under the same domain can set: the browser sees to it."""
    return f"__Host-{SESSION_COOKIE}" if runtime().settings.is_https else SESSION_COOKIE


def wanted_page(asked: str | None) -> str:
    """Where to go after the sign-in: a page of ours that was asked for, and no other address.

    The address is built anew from the page's name and what stands in it: a path that browsers read
    otherwise than we do, such as ``//host``, leads nowhere.
    """
    try:
        page, named = current_app.url_map.bind("").match(asked or "", method="GET")
    except HTTPException:
        page, named = "", {}
    return url_for(page, **named) if page in _PAGES else url_for("queue.show")


def _is_act() -> bool:
    """A person does something, in place of a page that asks for news by itself."""
    return request.method != "GET" or request.headers.get("Sec-Fetch-Dest") != "empty"


def _bearer_token() -> str:
    given = request.headers.get("Authorization", "")
    return given.removeprefix(_SCHEME) if given.startswith(_SCHEME) else ""


def _by_bearer(door: Door) -> bool:
    if door.proof is Proof.EITHER:
        return "Authorization" in request.headers
    return door.proof is Proof.SIDEBAR
