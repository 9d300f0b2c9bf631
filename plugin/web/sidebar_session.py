"""Who a request of the sidebar is from.

The sidebar stands in a frame of another site, where browsers keep third parties' cookies away. So
its session is no cookie: its token stands in the page and is sent as ``Authorization: Bearer`` by
the page's own script. No other site can make a browser send it, so these requests need no token
against forgery either. Our own sign-in cookie, where it is there, lets somebody look and no more.
"""

import secrets as random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from plugin.errors import MissingError
from plugin.store import credentials, merchants
from plugin.store.people_tables import PersonRow
from plugin.store.schema import Account
from plugin.store.scope import Scope
from plugin.web.sign_in import SignedIn, signed_in
from plugin.web.state import runtime

# A working day: the page is opened anew with each ticket.
LASTS = timedelta(hours=8)
SIDEBAR = "sidebar"
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Here:
    """Whose request this is, and through which helpdesk account."""

    who: SignedIn
    account: Account


def begin(session: Session, scope: Scope, person: PersonRow) -> str:
    """A session for somebody whom the helpdesk vouches for. Returns its token; we keep a digest."""
    token, now = random.token_urlsafe(_TOKEN_BYTES), runtime().now()
    credentials.add_session(
        session,
        scope,
        person.id,
        digest=credentials.digest(token),
        at=now,
        expires_at=now + LASTS,
        surface=SIDEBAR,
    )
    return token


def through(account_id: str) -> Here:
    """Whose request this is, through an account of their merchant's.

    Raises:
        UnauthenticatedError: Nobody's, by what the route wants for a proof.
        MissingError: Another merchant's account.
    """
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
