"""Access by a person's consent: the authorization code with PKCE, then rotating refresh tokens.

https://developer.zendesk.com/documentation/api-basics/authentication/refresh-token and
https://developer.zendesk.com/documentation/api-basics/authentication/oauth-pkce
"""

from collections.abc import Mapping

import requests

from connectors.consent import TokenDoor
from connectors.grants import Tokens
from connectors.http import OutboundSession
from connectors.zendesk.oauth_tokens import read_consented

_LOST = (
    "the Zendesk account must be connected again: Zendesk does not accept its refresh token any "
    "more (revoked, too old, or used and its answer lost)"
)


class Renewal:
    """From a refresh token to a new pair; see `TokenDoor.renew`."""

    def __init__(self, base: str, credentials: Mapping[str, str], *, allow_private: bool) -> None:
        self._door = door(base, allow_private=allow_private)
        self._client = client_fields(
            credentials.get("client_id", ""), credentials.get("client_secret", "")
        )

    def __call__(self, refresh: str) -> Tokens:
        """A new pair; the old one is worth nothing from now on."""
        return self._door.renew(refresh, self._client, lost=_LOST)


def door(base: str, *, allow_private: bool) -> TokenDoor:
    """Where the account at `base` gives tokens."""
    return TokenDoor("Zendesk", f"{base}/oauth/tokens", _post, read_consented, allow_private)


def client_fields(client_id: str, secret: str) -> dict[str, str]:
    """How a client names itself; a public one has no secret to show."""
    return {"client_id": client_id, **({"client_secret": secret} if secret else {})}


def _post(session: OutboundSession, address: str, grant: Mapping[str, str]) -> requests.Response:
    return session.post(address, json=dict(grant))
