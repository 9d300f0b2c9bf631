"""What a call to Gorgias counts against, and what its answers say of that.

A leaky bucket for the whole account, the merchant's other keys included: 40 calls, 80 for an OAuth
app, of which one fortieth (eightieth) runs out every half (quarter) second. Whoever makes no more
than the bucket's calls in any 20 seconds never finds it full.

Source: https://developers.gorgias.com/reference/limitations
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

import requests

from connectors.base import RateBudget, RateLimit, RateTold
from connectors.http import retry_after

# An enterprise account's runs out twice as fast; no answer tells.
_SECONDS = 20.0
# Of an API key; the first answer tells the account's own.
_CALLS = RateLimit("calls", 40, _SECONDS)
_LEVEL = re.compile(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*")
# Others use the account, too, and calls of ours are on their way while an answer is: the last tenth
# of the bucket is left alone.
_LEFT_ALONE = 0.1
# Where Gorgias says "too many" without a time.
_USUAL_WAIT = 2.0
_READING = frozenset({"GET", "HEAD"})


class GorgiasLimits:
    """Spends an account's budget on each call, and tells it what the answer says."""

    def __init__(self, budget: RateBudget) -> None:
        self._budget = budget

    def before(self, method: str, path: str) -> None:
        """Count the call.

        Raises:
            RateLimitedError: It may not be made now.
        """
        del path
        self._budget.spend((_CALLS,), writing=method not in _READING)

    def after(self, method: str, path: str, response: requests.Response) -> None:
        """Learn from an answer."""
        del method, path
        told = _told(response.headers, refused=response.status_code == HTTPStatus.TOO_MANY_REQUESTS)
        if told is not None:
            self._budget.learn((told,))


def _told(headers: Mapping[str, str], *, refused: bool) -> RateTold | None:
    most, left = level(headers)
    # It stands in every answer; where nothing was refused it is no order to stop.
    wait = retry_after(headers.get("Retry-After"))
    if refused:
        return RateTold(_CALLS.name, most, left, closed=wait or _USUAL_WAIT)
    if most is None or left is None:
        return None
    lacking = most * _LEFT_ALONE - left
    seconds = lacking * _SECONDS / most
    return RateTold(_CALLS.name, most, left, closed=seconds if lacking > 0 else None)


def level(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """How many calls the bucket holds, and how many more it takes: ``10/40`` is 40 and 30."""
    found = _LEVEL.fullmatch(headers.get("X-Gorgias-Account-Api-Call-Limit", ""))
    if found is None or int(found[2]) == 0:
        return None, None
    most = int(found[2])
    return most, max(most - int(found[1]), 0)
