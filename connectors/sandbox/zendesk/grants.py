"""What people consented to: codes that work once, and refresh tokens that rotate.

A refresh deletes the old access token and the old refresh token at once
(https://support.zendesk.com/hc/en-us/articles/9182123625370).
"""

import base64
import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from connectors.sandbox.credentials import same
from connectors.sandbox.zendesk.auth import Credentials
from connectors.sandbox.zendesk.config import OAuthClient
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.records import User

_CODE_LASTS = timedelta(seconds=120)
# Of new global clients; other clients' is unconfirmed.
REFRESH_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody agreed to. `challenge` is PKCE's, by S256."""

    client_id: str
    redirect_uri: str
    user: User
    scope: str
    challenge: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens as they are given out."""

    access: str
    refresh: str
    scope: str


@dataclass(frozen=True, slots=True)
class _Code:
    consent: Consent
    until: datetime


@dataclass(frozen=True, slots=True)
class _Refresh:
    client_id: str
    user: User
    scope: str
    access: str
    until: datetime


class Grants:
    """Consents and the tokens that came of them. Every method is thread safe."""

    def __init__(self, desk: Desk, credentials: Credentials) -> None:
        self._desk = desk
        self._credentials = credentials
        self._codes: dict[str, _Code] = {}
        self._refreshes: dict[str, _Refresh] = {}
        self._counts: Counter[str] = Counter()

    def consent(self, consent: Consent) -> str:
        """A code for what somebody agreed to."""
        code = secrets.token_hex(16)
        with self._desk.lock:
            self._codes[code] = _Code(consent, self._desk.now() + _CODE_LASTS)
        return code

    def exchange(
        self, code: str, client: tuple[str, str], redirect_uri: str, verifier: str, *, seconds: int
    ) -> Pair:
        """Tokens for a code. Whatever comes of it, the code is used up.

        Raises:
            ApiError: 401 for a wrong client, 400 for a code, address or verifier that is not right.
        """
        with self._desk.lock:
            known = self._codes.pop(code, None)
            self._require_client(client, by_pkce=bool(known and known.consent.challenge))
            if known is None or known.until <= self._desk.now():
                raise self._refused("authorization_code")
            consent = known.consent
            fits = (consent.client_id, consent.redirect_uri) == (client[0], redirect_uri)
            if not fits or not _proves(verifier, consent.challenge):
                raise self._refused("authorization_code")
            self._counts["authorization_code"] += 1
            return self._pair(consent.client_id, consent.user, consent.scope, seconds)

    def refresh(self, token: str, client: tuple[str, str], *, seconds: int) -> Pair:
        """A new pair for a refresh token; the old pair is worth nothing from now on.

        Raises:
            ApiError: 401 for a wrong client; 400 for a token that is unknown, used or too old.
        """
        with self._desk.lock:
            self._require_client(client, by_pkce=False)
            known = self._refreshes.get(token)
            if known is None or known.client_id != client[0] or known.until <= self._desk.now():
                raise self._refused("refresh_token")
            del self._refreshes[token]
            self._credentials.revoke(known.access)
            self._counts["refresh_token"] += 1
            return self._pair(known.client_id, known.user, known.scope, seconds)

    def forget(self) -> None:
        """An admin revokes everything that was given out."""
        with self._desk.lock:
            self._refreshes.clear()
            self._credentials.revoke_all()

    def report(self) -> dict[str, int]:
        """How often each grant was given, and refused."""
        with self._desk.lock:
            return dict(self._counts)

    def _pair(self, client_id: str, user: User, scope: str, seconds: int) -> Pair:
        access = self._credentials.mint(user, scope=scope, seconds=seconds)
        refresh = secrets.token_hex(32)
        until = self._desk.now() + REFRESH_LASTS
        self._refreshes[refresh] = _Refresh(client_id, user, scope, access, until)
        return Pair(access, refresh, scope)

    def _require_client(self, client: tuple[str, str], *, by_pkce: bool) -> None:
        """A confidential client shows its secret, unless PKCE proves who it is."""
        client_id, secret = client
        known = self._credentials.client(client_id)
        if known is None or not _is_known(known, secret, by_pkce=by_pkce):
            raise ApiError(HTTPStatus.UNAUTHORIZED, refusal("invalid_client"))

    def _refused(self, kind: str) -> ApiError:
        self._counts[f"{kind} refused"] += 1
        return ApiError(HTTPStatus.BAD_REQUEST, refusal("invalid_grant"))


def refusal(code: str) -> dict[str, str]:
    """An error of RFC 6749, section 5.2."""
    return {"error": code, "error_description": code.replace("_", " ")}


def _is_known(client: OAuthClient, secret: str, *, by_pkce: bool) -> bool:
    if not client.secret:
        return not secret
    return same(client.secret, secret) if secret else by_pkce


def _proves(verifier: str, challenge: str | None) -> bool:
    """RFC 7636, section 4.6."""
    if challenge is None:
        return not verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return same(challenge, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())
