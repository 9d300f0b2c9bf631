"""A step that failed: what, why, what stands, and the fix."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from connectors.errors import ConnectorError

# How a person lets us in again.
CONSENT_AGAIN = "press *Connect again* on the page Connect, or run `bookbag connect zendesk`"
_FIXES: Mapping[str, str] = {
    "auth": "the seat must be an admin, and its token must have the scopes read and write",
    "grant_lost": CONSENT_AGAIN,
    "rate_limited": "too many calls at once; wait a minute",
    "rejected": "read what it says and mend it there",
    "not_found": "somebody took it away meanwhile, or this plan of the helpdesk has no such thing",
}
_LATER = "it could not be reached or lost the answer; what is there is found and not made twice"


class StepError(ConnectorError):
    """A step failed; those before it are done and written down."""

    def __init__(self, what: str, why: ConnectorError, stands: str) -> None:
        fix = _FIXES.get(why.reason, _LATER)
        super().__init__(
            f"{what}: {why}. {stands} Fix: {fix}; then run the command again.",
            retry_after=why.retry_after,
        )


@contextmanager
def step_of(what: str, stands: str = "What came before is done.") -> Iterator[None]:
    """Name the step that fails, and how things stand then."""
    try:
        yield
    except StepError:
        raise
    except ConnectorError as why:
        raise StepError(what, why, stands) from None
