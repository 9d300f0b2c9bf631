"""How we stand with an account: credential, clock, calls that are left, deliveries that failed."""

from datetime import datetime
from email.utils import parsedate_to_datetime

import requests

from connectors.administration import Failure, Headroom, Standing
from connectors.errors import AuthError, ConnectorError
from connectors.reading import WrongShapeError
from connectors.zendesk import mapping
from connectors.zendesk.administration.answers import understood
from connectors.zendesk.administration.patience import Patience
from connectors.zendesk.reading import Fields

_FAILED = frozenset(
    {"failed", "timeout", "circuit broken", "throttled", "client error", "server error"}
)
# Zendesk names how many calls are left in either of two ways.
_HEADERS = (("ratelimit-remaining", "ratelimit-limit"), ("x-rate-limit-remaining", "x-rate-limit"))


def standing(client: Patience) -> Standing:
    """How our credential stands."""
    answer = client.call("GET", "v2/users/me.json")
    user = understood(lambda: Fields(answer.json()).child("user"))
    # Zendesk answers an unknown caller with 200 and a user without an id.
    if not user.has("id"):
        raise AuthError("Zendesk does not know the credential: it sees an anonymous user")
    person = understood(mapping.person, user)
    return Standing(person, _scopes(client), _clock(answer), _headroom(answer))


def _scopes(client: Patience) -> frozenset[str] | None:
    """Where the credential is an OAuth token, Zendesk tells what it may do."""
    try:
        answer = client.call("GET", "v2/oauth/tokens/current.json")
        return Fields(answer.json()).child("token").texts("scopes")
    except (ConnectorError, WrongShapeError):
        return None


def failures(client: Patience, webhook_id: str, *, most: int) -> tuple[int, tuple[Failure, ...]]:
    """Of the newest deliveries, those that failed; Zendesk keeps them for seven days."""
    path = f"v2/webhooks/{webhook_id}/invocations?sort=-latest_completed_at&page[size]={most}"
    answer = client.call("GET", path)
    found = understood(lambda: Fields(answer.json()).children("invocations"))
    failed = tuple(
        Failure(_time(one), str(one.raw().get("status")))
        for one in found
        if one.raw().get("status") in _FAILED
    )
    return len(found), failed


def _clock(answer: requests.Response) -> datetime | None:
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else None


def _headroom(answer: requests.Response) -> Headroom | None:
    for left, limit in _HEADERS:
        values = [answer.headers.get(name, "") for name in (left, limit)]
        if all(value.isascii() and value.isdigit() for value in values):
            return Headroom(int(values[0]), int(values[1]))
    return None


def _time(invocation: Fields) -> datetime | None:
    try:
        return invocation.time("latest_completed_at")
    except WrongShapeError:
        return None
