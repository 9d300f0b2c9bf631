"""Who a request of the sidebar is from.

The sidebar stands in a frame of another site, where browsers keep third parties' cookies away. So
its session is no cookie: its token stands in the page and is sent as ``Authorization: Bearer`` by
the page's own script. No other site can make a browser send it, so these requests need no token
against forgery either. Our own sign-in cookie, where it is there, lets somebody look and no more.
"""

import secrets as random
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy.orm import Session

from plugin.errors import MissingError, UnauthenticatedError
from plugin.store import merchants, people, unscoped
from plugin.store.people_tables import PersonRow
from plugin.store.schema import Account
from plugin.store.scope import Scope
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

# A working day: the page is opened anew with each ticket.
LASTS = timedelta(hours=8)
_TOKEN_BYTES = 32
_SCHEME = "Bearer "
_OVER = "Your session in this sidebar is over. Reload the ticket to go on."


@dataclass(frozen=True, slots=True)
class Here:
    """Whose request this is, and through which helpdesk account."""

    who: SignedIn
    account: Account


def begin(session: Session, scope: Scope, person: PersonRow) -> str:
    """A session for somebody whom the helpdesk vouches for. Returns its token; we keep a digest."""
    token, now = random.token_urlsafe(_TOKEN_BYTES), runtime().now()
    people.add_session(
        session,
        scope,
        person.id,
        digest=people.digest(token),
        at=now,
        expires_at=now + LASTS,
    )
    return token


def acting(account_id: str) -> Here:
    """Who does something in the sidebar.

    Raises:
        UnauthenticatedError: No session, or it is over. A cookie does not count.
        MissingError: Another merchant's account.
    """
    given = request.headers.get("Authorization", "")
    token = given.removeprefix(_SCHEME) if given.startswith(_SCHEME) else ""
    with runtime().database.read() as session:
        found = (
            unscoped.web_session(session, people.digest(token), at=runtime().now())
            if token
            else None
        )
        if found is None:
            raise UnauthenticatedError(_OVER)
        person = people.person(session, found.scope, found.person_id)
        return Here(SignedIn(found.scope, person), account_of(session, found.scope, account_id))


def looking(account_id: str) -> Here:
    """Who looks: by the sidebar's session, or by our own sign-in."""
    if "Authorization" in request.headers:
        return acting(account_id)
    who = signed_in()
    with runtime().database.read() as session:
        return Here(who, account_of(session, who.scope, account_id))


def account_of(session: Session, scope: Scope, account_id: str) -> Account:
    """A Zendesk account of this merchant.

    Raises:
        MissingError: There is none of that id.
    """
    account = merchants.account(session, scope, account_id)
    if account.helpdesk != "zendesk":
        raise MissingError("There is no sidebar for this helpdesk.")
    return account
