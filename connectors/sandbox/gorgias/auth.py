"""Who calls the API: API keys by basic authentication, and OAuth tokens.

https://developers.gorgias.com/docs/oauth2-authentication-for-creating-apps-with-gorgias
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.sandbox.credentials import basic_pair, same
from connectors.sandbox.gorgias.config import OAuthClient, SandboxConfig
from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.errors import ApiError, unauthorized
from connectors.sandbox.gorgias.records import Person

OFFLINE = "offline"
_CODE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes an API call and what the credential allows. `scopes` None allows everything."""

    user: Person
    scopes: frozenset[str] | None = None

    def may(self, area: str, *, write: bool) -> bool:
        """Whether the scopes cover an area of the API, such as ``tickets``."""
        if self.scopes is None:
            return True
        # That a right to write covers reading is unconfirmed.
        wanted = {f"{area}:write"} if write else {f"{area}:read", f"{area}:write"}
        return not self.scopes.isdisjoint(wanted)


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody allowed an app."""

    client_id: str
    user: Person
    scope: str


class Tokens(NamedTuple):
    """What a token call answers with. `refresh` is None without the scope ``offline``."""

    access: str
    refresh: str | None
    scope: str


@dataclass(frozen=True, slots=True)
class _Until:
    grant: Grant
    expires_at: datetime
    redirect_uri: str = ""


class Credentials:
    """Issues tokens and recognises callers."""

    def __init__(self, config: SandboxConfig, desk: Desk) -> None:
        self._config = config
        self._desk = desk
        self._keys = dict(config.api_keys)
        self._codes: dict[str, _Until] = {}
        self._access: dict[str, _Until] = {}
        self._refresh: dict[str, Grant] = {}

    def client(self, client_id: str) -> OAuthClient | None:
        """An app by its identifier."""
        return self._config.oauth_clients.get(client_id)

    def authorise(self, grant: Grant, redirect_uri: str) -> str:
        """Somebody lets an app in. Returns the code, which is good once and for a minute."""
        code = secrets.token_urlsafe(32)
        with self._desk.lock:
            until = self._desk.now() + timedelta(seconds=_CODE_SECONDS)
            self._codes[code] = _Until(grant, until, redirect_uri)
        return code

    def redeem(self, client_id: str, code: str, redirect_uri: str) -> Tokens | None:
        """Tokens for a code; None where it is not one of this app, used up, or too old."""
        with self._desk.lock:
            known = self._codes.pop(code, None)
            if known is None or known.expires_at <= self._desk.now():
                return None
            if known.grant.client_id != client_id or known.redirect_uri != redirect_uri:
                return None
            refresh = None
            if OFFLINE in known.grant.scope.split():
                refresh = secrets.token_urlsafe(48)
                self._refresh[refresh] = known.grant
            return Tokens(self._issue(known.grant), refresh, known.grant.scope)

    def refresh(self, client_id: str, token: str) -> Tokens | None:
        """A new access token. The refresh token stays good: it does not run out."""
        with self._desk.lock:
            grant = self._refresh.get(token)
            if grant is None or grant.client_id != client_id:
                return None
            return Tokens(self._issue(grant), token, grant.scope)

    def revoke_all(self) -> None:
        """The merchant removes the app: no token opens anything any more."""
        with self._desk.lock:
            for kept in (self._codes, self._access, self._refresh):
                kept.clear()

    def set_key(self, email: str, key: str) -> None:
        """Give a seat another API key; the old one opens nothing any more."""
        with self._desk.lock:
            self._keys[email] = key

    def caller(self, authorization: str | None) -> Caller:
        """Who sent this header.

        Raises:
            ApiError: 401.
        """
        kind, _, value = (authorization or "").partition(" ")
        match kind.lower():
            case "bearer":
                return self._by_token(value.strip())
            case "basic":
                return self._by_key(value.strip())
            case _:
                raise unauthorized()

    def _issue(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(48)
        until = self._desk.now() + timedelta(seconds=self._config.token_seconds)
        self._access[token] = _Until(grant, until)
        return token

    def _by_token(self, value: str) -> Caller:
        with self._desk.lock:
            known = self._access.get(value)
        if known is None or known.expires_at <= self._desk.now():
            raise unauthorized()
        return Caller(known.grant.user, frozenset(known.grant.scope.split()))

    def _by_key(self, value: str) -> Caller:
        pair = basic_pair(value)
        known = None if pair is None else self._keys.get(pair[0])
        if pair is None or known is None or not same(known, pair[1]):
            raise unauthorized()
        try:
            return Caller(self._desk.people.staff(pair[0]))
        except ApiError:
            raise unauthorized() from None
