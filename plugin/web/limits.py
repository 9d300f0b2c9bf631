"""How often strangers may knock and people may act. More is answered 429, with when to try again.

Counted in each process by itself, in memory: with several web processes an address has as many
tries in each. That is enough against guessing, and nothing outside is needed for it.

Nobody can lock somebody else out for good. Tries at an e-mail count for the network they come from;
what counts from everywhere spares the browsers that it has signed in with before. A single-use link
or the helpdesk's sidebar lets in meanwhile.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from plugin.config import Settings
from plugin.store.credentials import digest
from plugin.web.doors import door_of
from plugin.web.sign_in import SignedIn
from plugin.web.state import runtime

# A provider hands a household or an office at least so much of IPv6.
_IPV6_PREFIX = 64
_IPV6 = 6
_KNOWN_COOKIE = "bookbag_known"
_KNOWN_LASTS = timedelta(days=90)
_LIMITER = "bookbag_limiter"


def address() -> str:
    """Whom a request comes from; of IPv6 the network, whose addresses one machine may change."""
    given = request.remote_addr or ""
    try:
        found = ip_address(given)
    except ValueError:
        return given
    if found.version == _IPV6:
        return str(ip_network((found, _IPV6_PREFIX), strict=False))
    return given


def _email() -> str:
    """The e-mail that is tried, by its digest."""
    return digest(request.form.get("email", "").strip().casefold())


def _email_from_here() -> str:
    return f"{_email()} {address()}"


def _session() -> str:
    """The session that acts; before it is known, where it comes from."""
    who = g.get("signed_in")
    return who.session_id if isinstance(who, SignedIn) else address()


def remember_browser(response: Response, email: str) -> None:
    """Tell this browser from a stranger's when somebody tries the same e-mail again."""
    response.set_cookie(
        _KNOWN_COOKIE,
        _signer().dumps(digest(email.strip().casefold())),
        max_age=_KNOWN_LASTS,
        httponly=True,
        samesite="Lax",
        secure=runtime().settings.is_https,
    )


def _is_known() -> bool:
    given = request.cookies.get(_KNOWN_COOKIE, "")
    try:
        return bool(_signer().loads(given, max_age=int(_KNOWN_LASTS.total_seconds())) == _email())
    except BadSignature:
        return False


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")


@dataclass(frozen=True, slots=True)
class _Rule:
    """So many of an endpoint's requests by `method` for each key."""

    endpoint: str
    method: str
    limit: str
    key: Callable[[], str]
    spared: Callable[[], bool] | None = None


_RULES = (
    _Rule("sign_in.enter", "POST", "20 per minute; 100 per hour", address),
    _Rule("sign_in.enter", "POST", "5 per minute; 20 per hour", _email_from_here),
    _Rule("sign_in.enter", "POST", "30 per 5 minutes", _email, _is_known),
    _Rule("sign_in.offer", "GET", "60 per minute", address),
    _Rule("sign_in.use", "POST", "60 per minute", address),
    _Rule("provider.begin", "GET", "60 per minute", address),
    _Rule("provider.back", "GET", "60 per minute", address),
    _Rule("sidebar.open_signed", "POST", "600 per minute", address),
    _Rule("you.change_password", "POST", "5 per minute; 20 per hour", _session),
)
# Whoever is signed in and changes something. No hand is as fast.
_ACTS = "120 per minute"


def use_limits(web: Flask, settings: Settings) -> None:
    """Count from now on, by the address that the last of our own proxies names."""
    if settings.proxies:
        web.wsgi_app = ProxyFix(  # type: ignore[method-assign] # as its documentation says
            web.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0
        )
    limiter = Limiter(
        key_func=address,
        storage_uri="memory://",
        strategy="moving-window",
        enabled=settings.rate_limits,
    )
    limiter.init_app(web)
    web.extensions[_LIMITER] = limiter
    for rule in _RULES:
        if rule.endpoint in web.view_functions:
            _limit(web, limiter, rule)
    for endpoint in list(web.view_functions):
        door = door_of(web, endpoint)
        if door is not None and door.roles:
            _limit(web, limiter, _Rule(endpoint, "POST", _ACTS, _session))


def seconds_to_wait() -> int:
    """After a limit was met: until when it is over."""
    met = current_app.extensions[_LIMITER].current_limit
    return 1 if met is None else max(1, math.ceil(met.reset_at - time.time()))


def _limit(web: Flask, limiter: Limiter, rule: _Rule) -> None:
    decorate = limiter.limit(
        rule.limit, key_func=rule.key, methods=[rule.method], exempt_when=rule.spared
    )
    view: Callable[..., Any] = web.view_functions[rule.endpoint]
    web.view_functions[rule.endpoint] = decorate(view)
