"""Access by a person's consent: the authorization code with PKCE, then rotating refresh tokens.

https://developer.zendesk.com/documentation/api-basics/authentication/refresh-token and
https://developer.zendesk.com/documentation/api-basics/authentication/oauth-pkce
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import requests
from requests.auth import AuthBase

from connectors.errors import (
    AmbiguousError,
    AuthError,
    GrantLostError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from connectors.grants import RENEW_SECONDS, Grant, Tokens
from connectors.http import OutboundSession, outbound_session
from connectors.zendesk.oauth_tokens import read_tokens

# The value of `by` in an account's credentials.
BY_CONSENT = "consent"
_LOST = (
    "the Zendesk account must be connected again: Zendesk does not accept its refresh token any "
    "more (revoked, too old, or used and its answer lost)"
)
_NO_GRANT = frozenset({"invalid_grant", "invalid_token"})


class GrantAccess(AuthBase):
    """Bearer tokens of a consent, kept and renewed by its `Grant`.

    A 401 asks for another token and tries once more: refused, nothing was done, so that is safe for
    a write as well.
    """

    def __init__(
        self,
        base: str,
        credentials: Mapping[str, str],
        grant: Grant,
        *,
        session: OutboundSession,
        allow_private: bool,
    ) -> None:
        self._renewal = Renewal(base, credentials, allow_private=allow_private)
        self._grant = grant
        self._session = session

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put a good token on the request."""
        token = self._grant.token(self._renewal, seconds=self._session.budget.left())
        self._put(request, token)
        request.register_hook("response", self._again)  # type: ignore[no-untyped-call]  # no stubs
        return request

    def _put(self, request: requests.PreparedRequest, token: str) -> None:
        # No error text may hold it.
        self._session.secrets.add(token)
        request.headers["Authorization"] = f"Bearer {token}"

    def _again(self, response: requests.Response, **kwargs: Any) -> requests.Response:
        if response.status_code != requests.codes.unauthorized:
            return response
        refused = response.request.headers.get("Authorization", "").removeprefix("Bearer ")
        again = response.request.copy()
        left = self._session.budget.left()
        self._put(again, self._grant.another(refused, self._renewal, seconds=left))
        answer: requests.Response = response.connection.send(again, **kwargs)
        return answer


class Renewal:
    """From a refresh token to a new pair.

    An answer that got lost is asked for once more with the same token. Where that is refused then,
    the lost answer held the only pair that was good, and the grant is lost with it.
    """

    def __init__(self, base: str, credentials: Mapping[str, str], *, allow_private: bool) -> None:
        self._base = base
        self._client = client_fields(
            credentials.get("client_id", ""), credentials.get("client_secret", "")
        )
        self._allow_private = allow_private

    def __call__(self, refresh: str) -> Tokens:
        """A new pair; the old one is worth nothing from now on.

        Raises:
            GrantLostError: The token is refused.
            AuthError: The client is.
            ConnectorError: Nobody can say; the token may be good still.
        """
        if not refresh:
            raise GrantLostError(_LOST)
        grant = {"grant_type": "refresh_token", "refresh_token": refresh, **self._client}
        # Not the caller's session: it could be cut off by the caller's impatience.
        tokens = ask(self._base, grant, lost=_LOST, allow_private=self._allow_private)
        # Where the client's refresh tokens do not rotate, the old one stays good.
        return tokens if tokens.refresh else replace(tokens, refresh=refresh)


def client_fields(client_id: str, secret: str) -> dict[str, str]:
    """How a client names itself; a public one has no secret to show."""
    return {"client_id": client_id, **({"client_secret": secret} if secret else {})}


def ask(base: str, grant: Mapping[str, str], *, lost: str, allow_private: bool) -> Tokens:
    """Ask for tokens; once more where the answer got lost.

    Args:
        base: The account's address.
        grant: The request's body.
        lost: What to say where the grant itself is refused.
        allow_private: Also ask loopback and private addresses.

    Raises:
        GrantLostError: The grant is refused.
        AuthError: The client is.
        UnavailableError: Nobody can say.
        RateLimitedError: Later.
    """
    codes: list[str] = []
    session = outbound_session(
        allow_private=allow_private,
        secrets=[value for name, value in grant.items() if name not in {"grant_type", "client_id"}],
    )
    session.hooks["response"].append(lambda answer, **_: _note_code(answer, codes))
    try:
        with session.budget.within(RENEW_SECONDS):
            return _twice(session, f"{base}/oauth/tokens", grant)
    except AmbiguousError as gone:
        raise UnavailableError(f"Zendesk's tokens: {gone}") from None
    except (RejectedError, NotFoundError, AuthError) as refused:
        if codes and codes[-1] in _NO_GRANT:
            raise GrantLostError(lost) from None
        raise AuthError(
            f"Zendesk refuses the OAuth client; check its identifier and secret: {refused}"
        ) from None
    finally:
        session.close()


def _twice(session: OutboundSession, address: str, grant: Mapping[str, str]) -> Tokens:
    with suppress(AmbiguousError):
        return read_tokens(session.post(address, json=dict(grant)), by_consent=True)
    return read_tokens(session.post(address, json=dict(grant)), by_consent=True)


def _note_code(answer: requests.Response, codes: list[str]) -> None:
    """The code of an error (RFC 6749, section 5.2), which decides what a refusal means."""
    if answer.ok:
        return
    with suppress(ValueError, RecursionError):
        body = answer.json()
        code = body.get("error") if isinstance(body, dict) else None
        codes.append(code if isinstance(code, str) else "")
