"""A ticket's status, set once a reply has left, while there is time for it."""

import logging

from tenacity import RetryCallState, Retrying, retry_if_exception

from connectors.clock import Clock
from connectors.errors import ConnectorError, RejectedError
from connectors.gorgias.client import WRITE_NEEDS_SECONDS, GorgiasClient
from connectors.gorgias.mapping import STATUSES
from connectors.gorgias.reading import number

_log = logging.getLogger(__name__)

_ATTEMPTS = 4
_A_MOMENT = 0.5


def gorgias_word(status: str | None) -> str | None:
    """Gorgias' own word for a status; None leaves it.

    Raises:
        RejectedError: It is none.
    """
    if status is None:
        return None
    if status not in STATUSES:
        raise RejectedError(f"{status[:20]!a} is no status of a ticket")
    return STATUSES[status]


def set_in_time(client: GorgiasClient, clock: Clock, ticket_id: str, status: str) -> None:
    """Set it, again where that may help: the same can be set as often as one likes.

    Where it cannot be, that is logged: the reply has left, and its receipt is what counts.
    """
    path = f"tickets/{number(ticket_id, 'ticket')}"
    attempts = Retrying(
        retry=retry_if_exception(_may_help),
        stop=lambda state: _is_over(client, state),
        wait=_as_asked,
        sleep=clock.sleep,
        reraise=True,
    )
    try:
        attempts(client.change, "PUT", path, {"status": status})
    except ConnectorError as error:
        told = {"ticket": ticket_id, "reason": error.reason}
        _log.warning("the reply was sent, and the status stays as it was", extra=told)


def _may_help(error: BaseException) -> bool:
    return isinstance(error, ConnectorError) and not error.permanent


def _is_over(client: GorgiasClient, state: RetryCallState) -> bool:
    no_time = client.left() - state.upcoming_sleep < WRITE_NEEDS_SECONDS
    return no_time or state.attempt_number >= _ATTEMPTS


def _as_asked(state: RetryCallState) -> float:
    """As long as Gorgias asks to wait, else a moment."""
    error = state.outcome.exception() if state.outcome else None
    return getattr(error, "retry_after", None) or _A_MOMENT
