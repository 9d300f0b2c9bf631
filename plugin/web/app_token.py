"""The token that Zendesk posts when it opens the sidebar: who is signed in to the helpdesk.

A JSON Web Token signed with the app's key (RS256). Its claims:
https://developer.zendesk.com/documentation/apps/build-an-app/building-a-server-side-app/part-5-secure-the-app/
That `sub` is the address of the agent's user is not documented there; anything else is refused.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

_ALGORITHM = "RS256"
_LOCATION = "ticket_sidebar"
# Two well-kept clocks are closer than this.
_LEEWAY = timedelta(seconds=30)
_USER = r"(?:https://)?{host}/api/v2/users/([1-9][0-9]{{0,19}})(?:\.json)?"


class UntrustedTokenError(Exception):
    """The token proves nothing. The message is for the log: it holds nothing of the token."""


def helpdesk_user(token: str, *, key: str, audience: str, now: datetime) -> str:
    """Who opens the sidebar, by their id in the helpdesk.

    Args:
        token: As posted.
        key: The app's public key, PEM.
        audience: The installation's address, ``https://SUB.zendesk.com/api/v2/apps/...``.
        now: By our clock.

    Raises:
        UntrustedTokenError: Anything about it is not as it must be.
    """
    host = urlsplit(audience).hostname
    if not host:
        raise UntrustedTokenError("the account's audience names no host")
    claims = _signed_claims(token, key, audience, host)
    _require_current(claims, now)
    context = claims.get("context")
    if not isinstance(context, Mapping) or context.get("location") != _LOCATION:
        raise UntrustedTokenError(f"context.location is not {_LOCATION}")
    user = re.fullmatch(_USER.format(host=re.escape(host)), claims["sub"])
    if user is None:
        raise UntrustedTokenError("sub is no user of this helpdesk")
    return user.group(1)


def _signed_claims(token: str, key: str, audience: str, host: str) -> Mapping[str, Any]:
    """The claims of a token that is signed, and addressed to us by this helpdesk."""
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=audience,
            issuer=[host, f"https://{host}"],
            options={
                "require": ["iss", "aud", "sub", "iat", "nbf", "exp"],
                "strict_aud": True,
                "enforce_minimum_key_length": True,
                # Ours to check, by the service's own clock.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise UntrustedTokenError(type(error).__name__) from None
    return claims


def _require_current(claims: Mapping[str, Any], now: datetime) -> None:
    moments = {name: claims[name] for name in ("iat", "nbf", "exp")}
    for name, value in moments.items():
        if type(value) is not int:
            raise UntrustedTokenError(f"{name} is no time")
    at, leeway = now.timestamp(), _LEEWAY.total_seconds()
    if moments["exp"] <= at - leeway:
        raise UntrustedTokenError("expired")
    if max(moments["nbf"], moments["iat"]) > at + leeway:
        raise UntrustedTokenError("not valid yet")
