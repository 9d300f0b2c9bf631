"""How we prove to Gorgias who we are: an API key, or the tokens of a consent.

An app in Gorgias' store must use OAuth; a merchant's own needs an API key alone. A client always
has a secret, and there is no PKCE. An access token lives for a day, a refresh token has no end and
stays the same.

Source: https://developers.gorgias.com/docs/oauth2-authentication-for-creating-apps-with-gorgias
"""

from collections.abc import Mapping
from functools import partial

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from connectors.connecting import Client
from connectors.consent import BY_CONSENT, GrantAccess, TokenDoor, read_tokens
from connectors.errors import AuthError
from connectors.grants import Grant, Tokens
from connectors.http import OutboundSession

# Without `offline` there is no refresh token.
SCOPE = (
    "openid email profile offline account:read users:read customers:read tickets:read "
    "tickets:write events:read integrations:read integrations:write"
)
_DAY = 86_400.0
_LOST = (
    "the Gorgias account must be connected again: Gorgias does not accept its refresh token any "
    "more (revoked, or the app was taken out of the account)"
)


class Renewal:
    """From a refresh token to a new pair; see `TokenDoor.renew`."""

    def __init__(self, base: str, client: Client, *, allow_private: bool) -> None:
        self._door = door(base, client, allow_private=allow_private)

    def __call__(self, refresh: str) -> Tokens:
        """A new access token."""
        return self._door.renew(refresh, {}, lost=_LOST)


def door(base: str, client: Client, *, allow_private: bool) -> TokenDoor:
    """Where the account at `base` gives tokens to a client."""
    post = partial(_post, client)
    read = partial(read_tokens, vendor="Gorgias", usual_life=_DAY)
    return TokenDoor("Gorgias", f"{base}/oauth/token", post, read, allow_private)


def _post(
    client: Client, session: OutboundSession, address: str, grant: Mapping[str, str]
) -> requests.Response:
    session.secrets.add(client.secret)
    return session.post(address, data=dict(grant), auth=_basic(client.id, client.secret))


def authentication(
    base: str,
    credentials: Mapping[str, str],
    *,
    session: OutboundSession,
    grant: Grant | None,
    allow_private: bool,
) -> AuthBase:
    """The auth object for an account's credentials.

    Args:
        base: The account's address.
        credentials: ``api_user``, an e-mail address, and ``api_token``, its API key. With ``by``
            ``consent``: ``client_id`` and ``client_secret`` of the client that was let in.
        session: The one that it is for.
        grant: Where the tokens of a consent are kept.
        allow_private: Also renew those at loopback and private addresses.

    Raises:
        AuthError: Keys are missing, or there is no consent.
    """
    if credentials.get("by") == BY_CONSENT:
        if grant is None:
            raise AuthError("the Gorgias account must be connected again: its consent is not here")
        client = Client(credentials.get("client_id", ""), credentials.get("client_secret", ""))
        renewal = Renewal(base, client, allow_private=allow_private)
        return GrantAccess(renewal, grant, session=session)
    if credentials.get("api_user") and credentials.get("api_token"):
        return _basic(credentials["api_user"], credentials["api_token"])
    raise AuthError(
        "the Gorgias account needs api_user and api_token, or to be connected by a person's consent"
    )


def _basic(user: str, secret: str) -> HTTPBasicAuth:
    # As bytes: requests would write text as Latin-1 and fail on other names.
    return HTTPBasicAuth(user.encode(), secret.encode())
