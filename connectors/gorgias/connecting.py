"""Connecting a Gorgias account: its address, the consent page, a first look with real calls.

Source: https://developers.gorgias.com/docs/oauth2-authentication-for-creating-apps-with-gorgias
"""

from urllib.parse import urlencode

from connectors.addresses import account_address
from connectors.base import AccountAccess
from connectors.connecting import Client, Identity
from connectors.errors import AuthError, NotFoundError, RejectedError
from connectors.gorgias.auth import SCOPE, door
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.people import role_of
from connectors.gorgias.reading import understood
from connectors.grants import Tokens

_LOOK_SECONDS = 20.0
_DOMAIN = ".gorgias.com"
_EXPECTED = "expected the account's domain, such as larkspur of https://larkspur.gorgias.com"
_CODE_REFUSED = (
    "Gorgias does not accept the code of this consent: too old, used before, or for another client"
)
_NO_ADMIN = "It is not an admin. Give its user the role admin, or use an admin's"
# What is read of an account, each once, and what an admin has to allow where that is refused.
_READS = {
    "tickets": "It may not read tickets. Give the app the scope “tickets:read”",
    "users": "It may not see who is an agent. Give the app the scope “users:read”",
    "events": "It may not read who did what. Give the app the scope “events:read”",
    "integrations": "It may not see integrations. Give the app the scope “integrations:read”",
}
# No ticket has this number. What comes before it is looked for is whether one may write at all.
_NO_TICKET = "tickets/0"
_NO_WRITES = "It may not change tickets. Give the app the scope “tickets:write”"


class GorgiasConnecting:
    """How Gorgias accounts are connected. Serves any thread."""

    def __init__(self, *, allow_private: bool) -> None:
        """Args: `allow_private`: also accounts elsewhere than at Gorgias, such as a sandbox."""
        self._allow_private = allow_private

    def address(self, given: str) -> str:
        """``https://DOMAIN.gorgias.com`` from a domain, a host or any address in it.

        Raises:
            ValueError: It is none.
        """
        return account_address(
            given, _DOMAIN, expected=_EXPECTED, allow_private=self._allow_private
        )

    def consent_page(self, url: str, client: Client, *, back: str, state: str, proof: str) -> str:
        """Where an admin lets the client in. Gorgias knows no PKCE."""
        del proof
        asked = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": back,
            "scope": SCOPE,
            "state": state,
        }
        return f"{url}/oauth/authorize?{urlencode(asked)}"

    def exchange(self, url: str, client: Client, *, back: str, code: str, verifier: str) -> Tokens:
        """The tokens for what an admin agreed to."""
        del verifier
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        asked = door(url, client, allow_private=self._allow_private)
        return asked.ask(grant, lost=_CODE_REFUSED)

    def look(self, access: AccountAccess) -> Identity:
        """Whom a credential acts as, and what it lacks: each kind of call is made once.

        Nothing is changed.
        """
        client = GorgiasClient(access, allow_private=self._allow_private)
        with client.within(_LOOK_SECONDS):
            try:
                user = client.get("users/0")
                user_id = understood(user.number_id, "id")
            except (NotFoundError, RejectedError):
                raise RejectedError(f"there is no Gorgias account at {client.base}") from None
            lacks = [] if understood(role_of, user) == "admin" else [_NO_ADMIN]
            lacks += [why for path, why in _READS.items() if _is_refused(client, "GET", path)]
            lacks += [_NO_WRITES] if _is_refused(client, "PUT", _NO_TICKET) else []
        name = understood(user.optional_text, "name")
        email = understood(user.optional_text, "email")
        return Identity(user_id, name or "", email or "", tuple(lacks))


def _is_refused(client: GorgiasClient, method: str, path: str) -> bool:
    try:
        if method == "GET":
            client.call(method, path, query={"limit": "1"})
        else:
            client.call(method, path, body={})
    except AuthError:
        return True
    except (NotFoundError, RejectedError):
        # Let in, and told that there is no such thing.
        return False
    return False
