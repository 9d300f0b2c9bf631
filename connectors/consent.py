"""Access by a person's consent (OAuth 2, RFC 6749): what is the same with every helpdesk.

How a helpdesk wants to be asked for tokens is its adapter's; who keeps them is `connectors.grants`.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
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
from connectors.grants import RENEW_SECONDS, Grant, Renew, Tokens
from connectors.http import OutboundSession, outbound_session
from connectors.reading import Fields, WrongShapeError

# The value of `by` in an account's credentials.
BY_CONSENT = "consent"
_NO_GRANT = frozenset({"invalid_grant", "invalid_token"})
_NO_SECRETS = frozenset({"grant_type", "client_id"})


class GrantAccess(AuthBase):
    """Bearer tokens of a consent, kept and renewed by their `Grant`.

    A 401 asks for another token and tries once more: refused, nothing was done, so that is safe for
    a write as well.
    """

    def __init__(self, renew: Renew, grant: Grant, *, session: OutboundSession) -> None:
        self._renew = renew
        self._grant = grant
        self._session = session

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put a good token on the request."""
        token = self._grant.token(self._renew, seconds=self._session.budget.left())
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
        self._put(again, self._grant.another(refused, self._renew, seconds=left))
        answer: requests.Response = response.connection.send(again, **kwargs)
        return answer


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """Where a helpdesk gives tokens.

    Attributes:
        vendor: Its name, for people.
        address: Of the token endpoint.
        post: Asks on a session at an address, as this helpdesk wants it.
        read: What it answers.
        allow_private: Also ask loopback and private addresses.
    """

    vendor: str
    address: str
    post: Callable[[OutboundSession, str, Mapping[str, str]], requests.Response]
    read: Callable[[requests.Response], Tokens]
    allow_private: bool

    def renew(self, refresh: str, more: Mapping[str, str], *, lost: str) -> Tokens:
        """A new pair. Where refresh tokens do not rotate, the old one stays good.

        An answer that got lost is asked for once more with the same token. Where that is refused
        then, the lost answer held the only pair that was good, and the grant is lost with it.

        Raises:
            GrantLostError: The token is refused.
            AuthError: The client is.
            ConnectorError: Nobody can say; the token may be good still.
        """
        if not refresh:
            raise GrantLostError(lost)
        asked = {"grant_type": "refresh_token", "refresh_token": refresh, **more}
        # Not the caller's session: it could be cut off by the caller's impatience.
        tokens = self.ask(asked, lost=lost)
        return tokens if tokens.refresh else replace(tokens, refresh=refresh)

    def ask(self, grant: Mapping[str, str], *, lost: str, secrets: tuple[str, ...] = ()) -> Tokens:
        """Ask for tokens; once more where the answer got lost.

        Args:
            grant: What is sent. All of it is secret but the client's id.
            lost: What to say where the grant itself is refused.
            secrets: What else no error may show.

        Raises:
            GrantLostError: The grant is refused.
            AuthError: The client is.
            UnavailableError: Nobody can say.
            RateLimitedError: Later.
        """
        codes: list[str] = []
        hidden = [value for name, value in grant.items() if name not in _NO_SECRETS]
        session = outbound_session(allow_private=self.allow_private, secrets=(*hidden, *secrets))
        session.hooks["response"].append(lambda answer, **_: _note_code(answer, codes))
        try:
            with session.budget.within(RENEW_SECONDS):
                return self._twice(session, grant)
        except AmbiguousError as gone:
            raise UnavailableError(f"{self.vendor}'s tokens: {gone}") from None
        except (RejectedError, NotFoundError, AuthError) as refused:
            if codes and codes[-1] in _NO_GRANT:
                raise GrantLostError(lost) from None
            raise AuthError(
                f"{self.vendor} refuses the OAuth client; check its identifier and secret: "
                f"{refused}"
            ) from None
        finally:
            session.close()

    def _twice(self, session: OutboundSession, grant: Mapping[str, str]) -> Tokens:
        with suppress(AmbiguousError):
            return self.read(self.post(session, self.address, grant))
        return self.read(self.post(session, self.address, grant))


def read_tokens(
    answer: requests.Response, *, vendor: str, usual_life: float, alone_life: float | None = None
) -> Tokens:
    """The tokens in an answer.

    Args:
        answer: Of a token endpoint.
        vendor: Its name, for people.
        usual_life: Seconds that a token lives where the answer names no life.
        alone_life: The same, of a token without a refresh token; None where that is no other.

    Raises:
        UnavailableError: It is not understood.
    """
    try:
        fields = Fields(answer.json())
        access = fields.text("access_token")
        refresh = fields.optional_text("refresh_token") or ""
        scope = fields.optional_text("scope") or ""
    except (ValueError, RecursionError) as bad:
        why = str(bad) if isinstance(bad, WrongShapeError) else "not JSON"
        raise UnavailableError(f"{vendor}'s token answer: {why}") from None
    if not access or not all(_is_plain(token) for token in (access, refresh)):
        raise UnavailableError(f"{vendor}'s token answer: a token is not printable ASCII")
    life = fields.raw().get("expires_in")
    if not isinstance(life, bool) and isinstance(life, int) and life > 0:
        return Tokens(access, refresh, float(life), scope)
    return Tokens(access, refresh, usual_life if refresh else alone_life or usual_life, scope)


def _is_plain(token: str) -> bool:
    return token.isascii() and (token.isprintable() or not token)


def _note_code(answer: requests.Response, codes: list[str]) -> None:
    """The code of an error (RFC 6749, section 5.2), which decides what a refusal means."""
    if answer.ok:
        return
    with suppress(ValueError, RecursionError):
        body = answer.json()
        code = body.get("error") if isinstance(body, dict) else None
        codes.append(code if isinstance(code, str) else "")
