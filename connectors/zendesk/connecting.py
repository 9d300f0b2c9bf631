"""Connecting a Zendesk account: its address, the consent page, a first look with real calls.

The account's number is not among what is looked at: no call of the API tells it
(https://support.zendesk.com/hc/en-us/community/posts/4411267444890). Every webhook does.
"""

from http import HTTPStatus
from urllib.parse import urlencode

import requests

from connectors.addresses import account_address
from connectors.base import AccountAccess
from connectors.connecting import Client, Identity
from connectors.errors import AuthError, NotFoundError, RejectedError
from connectors.grants import Tokens
from connectors.http import OutboundSession, outbound_session
from connectors.reading import WrongShapeError
from connectors.zendesk.oauth import TokenCache, authentication
from connectors.zendesk.oauth_grant import client_fields, door
from connectors.zendesk.oauth_tokens import SCOPE
from connectors.zendesk.reading import Fields

_LOOK_SECONDS = 20.0
_DOMAIN = ".zendesk.com"
_EXPECTED = "expected the account's subdomain, such as larkspur of https://larkspur.zendesk.com"
_CODE_REFUSED = (
    "Zendesk does not accept the code of this consent: too old, used before, or for another client"
)
# No ticket has this number. What comes before it is looked for is whether one may write at all.
_NO_TICKET = "tickets/0.json"
_NO_ADMIN = "It is not an admin. Give its seat the role admin, or use an admin's"
_NO_TICKETS = "It may not read tickets. Give the OAuth client the scope “read”"
_NO_WRITES = "It may not change tickets. Give the OAuth client the scope “write”"


class ZendeskConnecting:
    """How Zendesk accounts are connected. Serves any thread."""

    def __init__(self, *, allow_private: bool) -> None:
        """Args: `allow_private`: also accounts elsewhere than at Zendesk, such as a sandbox."""
        self._allow_private = allow_private

    def address(self, given: str) -> str:
        """``https://SUBDOMAIN.zendesk.com`` from a subdomain, a host or any address in it.

        Raises:
            ValueError: It is none.
        """
        return account_address(
            given, _DOMAIN, expected=_EXPECTED, allow_private=self._allow_private
        )

    def consent_page(self, url: str, client: Client, *, back: str, state: str, proof: str) -> str:
        """https://support.zendesk.com/hc/en-us/articles/4408845965210."""
        asked = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": back,
            "scope": SCOPE,
            "state": state,
            "code_challenge": proof,
            "code_challenge_method": "S256",
        }
        return f"{url}/oauth/authorizations/new?{urlencode(asked)}"

    def exchange(self, url: str, client: Client, *, back: str, code: str, verifier: str) -> Tokens:
        """The tokens for what a person agreed to."""
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "scope": SCOPE,
            "code_verifier": verifier,
            **client_fields(client.id, client.secret),
        }
        return door(url, allow_private=self._allow_private).ask(grant, lost=_CODE_REFUSED)

    def look(self, access: AccountAccess) -> Identity:
        """Whom a credential acts as, and what it lacks.

        A token that was asked for with a bad scope is issued all the same and its calls are refused
        with 403, so each kind of call is made once. Nothing is changed.
        """
        session = self._session(access)
        try:
            with session.budget.within(_LOOK_SECONDS):
                user = self._me(session, access.url)
                lacks = [] if user.optional_text("role") == "admin" else [_NO_ADMIN]
                lacks += self._refused(session, access.url)
            name, email = user.optional_text("name"), user.optional_text("email")
            return Identity(user.number_id("id"), name or "", email or "", tuple(lacks))
        except WrongShapeError as bad:
            raise RejectedError(f"Zendesk's answer is not understood: {bad}") from None
        finally:
            session.close()

    def _session(self, access: AccountAccess) -> OutboundSession:
        secrets = [value for name, value in access.credentials.items() if _is_secret(name)]
        session = outbound_session(allow_private=self._allow_private, secrets=secrets)
        tokens = outbound_session(
            allow_private=self._allow_private, secrets=secrets, budget=session.budget
        )
        session.secrets = tokens.secrets
        # Tokens of their own: what is looked at is the credential and nothing kept from before.
        session.auth = authentication(
            access.url,
            access.credentials,
            session=tokens,
            tokens=TokenCache(),
            grant=access.grant,
            allow_private=self._allow_private,
        )
        return session

    def _me(self, session: OutboundSession, url: str) -> Fields:
        answer = _get(session, f"{url}/api/v2/users/me.json")
        try:
            user = Fields(answer.json()).child("user")
        except (ValueError, RecursionError):
            raise RejectedError(f"there is no Zendesk account at {url}") from None
        # Zendesk answers an unknown caller with 200 and a user without an id.
        if not user.has("id"):
            raise AuthError("Zendesk does not know the credential: it sees an anonymous user")
        return user

    def _refused(self, session: OutboundSession, url: str) -> list[str]:
        refused = []
        try:
            _get(session, f"{url}/api/v2/tickets.json?page[size]=1")
        except AuthError:
            refused.append(_NO_TICKETS)
        try:
            session.put(f"{url}/api/v2/{_NO_TICKET}", json={"ticket": {}})
        except AuthError:
            refused.append(_NO_WRITES)
        except (NotFoundError, RejectedError):
            # Let in, and told that there is no such ticket.
            return refused
        return refused


def _get(session: OutboundSession, address: str) -> requests.Response:
    """Without following: the credential goes to the account and nowhere else."""
    try:
        return session.get(address, allow_redirects=False)
    except RejectedError as refused:
        if f"status {HTTPStatus.FOUND.value}" in str(refused):
            raise RejectedError(f"there is no Zendesk account at {address}") from None
        raise


def _is_secret(name: str) -> bool:
    return name in {"client_secret", "api_token"}
