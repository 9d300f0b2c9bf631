"""Waits where a helpdesk asks for it: an admin at a command would only run it again.

After a refusal for too many calls nothing was done, so that it is safe for a write as well.
"""

from collections.abc import Callable
from typing import TypeVar

from connectors.clock import Clock
from connectors.errors import RateLimitedError

T = TypeVar("T")
_WAITS = 3
_LONGEST_SECONDS = 90.0
_USUAL_SECONDS = 10.0


def patiently(clock: Clock, ask: Callable[[], T]) -> T:
    """Ask; again when the time is over that the helpdesk named, a few times.

    Raises:
        RateLimitedError: It would take too long.
    """
    for _ in range(_WAITS):
        try:
            return ask()
        except RateLimitedError as busy:
            wait = _USUAL_SECONDS if busy.retry_after is None else busy.retry_after
            if wait > _LONGEST_SECONDS:
                raise
            clock.sleep(wait)
    return ask()
