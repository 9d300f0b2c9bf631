"""What a call to Zendesk counts against, and what its answers say of that.

Source: https://developer.zendesk.com/api-reference/introduction/rate-limits
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus

import requests

from connectors.base import RateBudget, RateLimit, RateTold
from connectors.http import retry_after

_MINUTE, _TEN_MINUTES = 60.0, 600.0
# Of the smallest plan that has an API; the first answer tells the account's own.
_CALLS = RateLimit("calls", 200, _MINUTE)
_UPDATES = RateLimit("updates", 100, _MINUTE)
_EXPORTS = RateLimit("exports", 10, _MINUTE)
# https://developer.zendesk.com/api-reference/ticketing/tickets/conversation_log/
_CONVERSATIONS = RateLimit("conversations", 100, _MINUTE)
_UPDATES_OF_A_TICKET = 30
_HEADERS = {
    _UPDATES.name: "zendesk-rate-limit-tickets-update",
    _EXPORTS.name: "zendesk-rate-limit-incremental-exports",
    _CONVERSATIONS.name: "zendesk-ratelimit-omnilog-index",
}
_PATH = re.compile(r"/api/v2/(?P<area>[a-z_]+)(?:/(?P<id>[0-9]+))?(?P<rest>/.*)?")
_READING = frozenset({"GET", "HEAD"})
# Where Zendesk says "too many" without a time.
_USUAL_WAIT = 60.0
_LARGEST = 9


class ZendeskLimits:
    """Spends an account's budget on each call, and tells it what the answer says."""

    def __init__(self, budget: RateBudget) -> None:
        self._budget = budget

    def before(self, method: str, path: str) -> None:
        """Count the call.

        Raises:
            RateLimitedError: It may not be made now.
        """
        self._budget.spend(_limits(method, path), writing=method not in _READING)

    def after(self, method: str, path: str, response: requests.Response) -> None:
        """Learn from an answer."""
        told = tuple(_told(_limits(method, path), response))
        if told:
            self._budget.learn(told)


def _limits(method: str, path: str) -> tuple[RateLimit, ...]:
    """What a call counts against; what is told of by most accounts' headers first."""
    found = _PATH.fullmatch(path.removesuffix(".json"))
    area, thing = (found["area"], found["id"]) if found else (None, None)
    if area == "incremental":
        return _CALLS, _EXPORTS
    if found and found["rest"] == "/conversation_log":
        return _CALLS, _CONVERSATIONS
    if method == "PUT" and area == "tickets" and thing and found and not found["rest"]:
        ticket = RateLimit(f"ticket:{thing}", _UPDATES_OF_A_TICKET, _TEN_MINUTES)
        return _CALLS, _UPDATES, ticket
    return (_CALLS,)


def _told(limits: tuple[RateLimit, ...], response: requests.Response) -> Iterator[RateTold]:
    headers = response.headers
    left: dict[str, int | None] = {}
    for limit in limits:
        if limit.name == _CALLS.name:
            told = _of_account(headers)
        elif limit.name in _HEADERS:
            told = _of_words(limit.name, headers.get(_HEADERS[limit.name], ""))
        else:
            continue
        left[limit.name] = told.left
        if told.most is not None:
            yield told
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(headers.get("Retry-After"))
        yield RateTold(_refused_by(limits, left), closed=_USUAL_WAIT if wait is None else wait)


def _refused_by(limits: tuple[RateLimit, ...], left: Mapping[str, int | None]) -> str:
    """Which limit a 429 is about: Zendesk does not say it but by what is left.

    Where something is left of all that answers tell of, it is the one they do not, of a ticket.
    """
    used_up = next((name for name, number in left.items() if number == 0), None)
    if used_up is None and left.get(_CALLS.name):
        return limits[-1].name
    return used_up or _CALLS.name


def _of_account(headers: Mapping[str, str]) -> RateTold:
    most = _number(headers.get("x-rate-limit") or headers.get("ratelimit-limit"))
    left = headers.get("x-rate-limit-remaining") or headers.get("ratelimit-remaining")
    resets = _number(headers.get("ratelimit-reset"))
    return RateTold(_CALLS.name, most, _number(left), resets)


def _of_words(name: str, words: str) -> RateTold:
    """``total=20; remaining=19; resets=59``."""
    parts = dict(part.strip().partition("=")[::2] for part in words.split(";"))
    return RateTold(
        name,
        _number(parts.get("total")),
        _number(parts.get("remaining")),
        _number(parts.get("resets")),
    )


def _number(text: str | None) -> int | None:
    """A count as headers write it, below zero as none; None for anything else."""
    if text is None:
        return None
    text = text.strip()
    if text.startswith("-"):
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LARGEST else None
