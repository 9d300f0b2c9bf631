"""How we prove to Zendesk who we are: an OAuth client, or an API token while those live.

A client's tokens are its own (``client_credentials``, here) or those of a person who let it in
(`oauth_grant`).

API tokens stop working on 2027-04-30; a new account can only use OAuth
(https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/).
"""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from connectors.consent import BY_CONSENT, GrantAccess
from connectors.errors import AmbiguousError, AuthError, RejectedError, UnavailableError
from connectors.grants import Grant
from connectors.http import OutboundSession
from connectors.zendesk.oauth_grant import Renewal
from connectors.zendesk.oauth_tokens import SCOPE, read_tokens

# A token about to end is not used: the call it is for takes some seconds too.
_MARGIN = 60


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class TokenCache:
    """Access tokens of all accounts of this process, in memory only. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}

    def get(self, key: str) -> str | None:
        """A token that is still good for a while."""
        with self._lock:
            token = self._tokens.get(key)
        return token.value if token and token.until > self._clock() else None

    def put(self, key: str, value: str, life: float) -> None:
        """Keep a token that lives `life` seconds."""
        with self._lock:
            self._tokens[key] = _Token(value, self._clock() + life - _MARGIN)

    def drop(self, key: str, value: str) -> None:
        """Forget a refused token, unless another thread has replaced it already."""
        with self._lock:
            token = self._tokens.get(key)
            if token and token.value == value:
                del self._tokens[key]


_PROCESS_TOKENS = TokenCache()


class ClientCredentials(AuthBase):
    """Bearer tokens by the ``client_credentials`` grant, fetched when needed.

    A 401 drops the token and tries once more with a new one: refused, nothing was done, so that
    is safe for a write as well.
    """

    def __init__(
        self,
        base: str,
        client_id: str,
        client_secret: str,
        *,
        session: OutboundSession,
        tokens: TokenCache | None = None,
    ) -> None:
        self._base = base
        self._client_id = client_id
        self._client_secret = client_secret
        self._session = session
        self._tokens = tokens or _PROCESS_TOKENS
        names = f"{base}\x00{client_id}\x00{client_secret}"
        self._key = hashlib.sha256(names.encode()).hexdigest()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put a good token on the request."""
        request.headers["Authorization"] = f"Bearer {self._token()}"
        request.register_hook("response", self._renew)  # type: ignore[no-untyped-call]  # no stubs
        return request

    def _token(self) -> str:
        token = self._tokens.get(self._key)
        if token is None:
            token, life = self._fetch()
            self._tokens.put(self._key, token, life)
        # It may come from another thread's session: no error text may hold it here either.
        self._session.secrets.add(token)
        return token

    def _renew(self, response: requests.Response, **kwargs: Any) -> requests.Response:
        if response.status_code != requests.codes.unauthorized:
            return response
        refused = response.request.headers.get("Authorization", "").removeprefix("Bearer ")
        self._tokens.drop(self._key, refused)
        again = response.request.copy()
        again.headers["Authorization"] = f"Bearer {self._token()}"
        answer: requests.Response = response.connection.send(again, **kwargs)
        return answer

    def _fetch(self) -> tuple[str, float]:
        grant = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": SCOPE,
        }
        try:
            answer = self._session.post(f"{self._base}/oauth/tokens", json=grant)
            tokens = read_tokens(answer)
        except AmbiguousError as lost:
            # A token fetched and lost does no harm: the call it was for has not begun.
            raise UnavailableError(str(lost)) from None
        except RejectedError as refused:
            raise AuthError(f"Zendesk gave no access token: {refused}") from None
        return tokens.access, tokens.life


def authentication(
    base: str,
    credentials: Mapping[str, str],
    *,
    session: OutboundSession,
    tokens: TokenCache | None = None,
    grant: Grant | None = None,
    allow_private: bool = False,
) -> AuthBase:
    """The auth object for an account's credentials.

    Args:
        base: The account's address.
        credentials: ``client_id`` and ``client_secret``, or ``api_user`` and ``api_token``. With
            ``by`` ``consent``: the client that a person let in; a public one has no secret.
        session: Fetches tokens; it must not carry the auth object itself.
        tokens: Where tokens are kept; the process's own by default.
        grant: Where the tokens of a consent are kept.
        allow_private: Also renew those at loopback and private addresses.

    Raises:
        AuthError: Neither pair is there, or there is no consent.
    """
    if credentials.get("by") == BY_CONSENT:
        if grant is None:
            raise AuthError("the Zendesk account must be connected again: its consent is not here")
        renewal = Renewal(base, credentials, allow_private=allow_private)
        return GrantAccess(renewal, grant, session=session)
    if credentials.get("client_id") and credentials.get("client_secret"):
        return ClientCredentials(
            base,
            credentials["client_id"],
            credentials["client_secret"],
            session=session,
            tokens=tokens,
        )
    if credentials.get("api_user") and credentials.get("api_token"):
        user = f"{credentials['api_user']}/token"
        # As bytes: requests would write text as Latin-1 and fail on other names.
        return HTTPBasicAuth(user.encode(), credentials["api_token"].encode())
    raise AuthError(
        "the Zendesk account needs client_id and client_secret, or api_user and api_token"
    )
