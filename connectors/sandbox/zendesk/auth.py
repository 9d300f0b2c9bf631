"""Who calls the API: OAuth tokens, and API tokens by basic authentication."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.sandbox.credentials import basic_pair, same
from connectors.sandbox.zendesk.config import OAuthClient, SandboxConfig
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import bad_token, unauthorized
from connectors.sandbox.zendesk.records import User

_TOKEN_SUFFIX = "/token"  # noqa: S105 - the ending of a user name, no secret


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes an API call and what the credential allows. `scopes` None allows everything."""

    user: User
    scopes: frozenset[str] | None = None

    def may(self, area: str, *, write: bool) -> bool:
        """Whether the scopes cover an area of the API, such as ``tickets``."""
        kind = "write" if write else "read"
        return self.scopes is None or not self.scopes.isdisjoint({kind, f"{area}:{kind}"})


@dataclass(frozen=True, slots=True)
class _Token:
    user: User
    scopes: frozenset[str]
    expires_at: datetime


class Credentials:
    """Issues OAuth tokens and recognises callers."""

    def __init__(self, config: SandboxConfig, desk: Desk) -> None:
        self._config = config
        self._desk = desk
        self._clients = dict(config.oauth_clients)
        self._tokens: dict[str, _Token] = {}

    def register(self, client_id: str, client: OAuthClient) -> None:
        """An admin makes a client, or changes it."""
        self._desk.staff(client.user_email)
        with self._desk.lock:
            self._clients[client_id] = client

    def client(self, client_id: str) -> OAuthClient | None:
        """A client by its identifier."""
        with self._desk.lock:
            return self._clients.get(client_id)

    def issue(self, client_id: str, secret: str, *, scope: str, seconds: int) -> str | None:
        """A token for a confidential client, or None for a wrong client or secret.

        A bad scope is not refused here: such a token is issued, and its calls get 403.
        """
        client = self.client(client_id)
        if client is None or not client.secret or not same(client.secret, secret):
            return None
        return self.mint(self._desk.staff(client.user_email), scope=scope, seconds=seconds)

    def mint(self, user: User, *, scope: str, seconds: int) -> str:
        """A token that acts as somebody."""
        token = secrets.token_hex(32)
        with self._desk.lock:
            until = self._desk.now() + timedelta(seconds=seconds)
            self._tokens[token] = _Token(user, frozenset(scope.split()), until)
        return token

    def revoke(self, token: str) -> None:
        """Let a token open nothing any more."""
        with self._desk.lock:
            self._tokens.pop(token, None)

    def revoke_all(self) -> None:
        """Let no token open anything any more."""
        with self._desk.lock:
            self._tokens.clear()

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
                return self._by_api_token(value.strip())
            case _:
                raise unauthorized()

    def _by_token(self, value: str) -> Caller:
        with self._desk.lock:
            token = self._tokens.get(value)
        if token is None or token.expires_at <= self._desk.now():
            raise bad_token()
        return Caller(token.user, token.scopes)

    def _by_api_token(self, value: str) -> Caller:
        pair = basic_pair(value)
        if pair is None:
            raise unauthorized()
        name, given = pair
        email = name.removesuffix(_TOKEN_SUFFIX)
        known = self._config.api_users.get(email)
        if email == name or known is None or not same(known, given):
            raise unauthorized()
        return Caller(self._desk.staff(email))
