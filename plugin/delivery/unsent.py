"""Why an approved reply did not go out, or is not known to have: one sentence for each reason.

The ticket's note and the pages say the same, and call the buttons what they are called there.
"""

from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    GrantLostError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from plugin.binding import OrderUnreadError
from plugin.models import DraftState

OVERTAKEN = "overtaken"
ORDER_CHANGED = "order_changed"
NO_TRACE = "no trace of an earlier attempt"

_WHY = {
    AuthError.reason: "The helpdesk does not let Bookbag in any more; an admin has to mend that.",
    GrantLostError.reason: (
        "The helpdesk must be connected again; an admin does that on the page “Connect”."
    ),
    NotFoundError.reason: "The helpdesk does not have this ticket any more.",
    ConflictError.reason: "The ticket was changed each time Bookbag tried.",
    RejectedError.reason: "The helpdesk refused it, as it does where a ticket is closed.",
    RateLimitedError.reason: "The helpdesk had too much to do for too long.",
    UnavailableError.reason: "The helpdesk was out of reach for too long.",
    OrderUnreadError.reason: (
        "The shop was out of reach for too long, so nobody could see whether the order is still"
        " what it was."
    ),
    ORDER_CHANGED: "The order changed in the shop before it could go out.",
    OVERTAKEN: "Somebody wrote on the ticket before it could go out.",
}
_WHY_NOT_KNOWN = {
    AmbiguousError.reason: "The helpdesk's answer got lost, and the ticket does not show it.",
    NO_TRACE: "An attempt was cut off, and the ticket does not show it.",
}
_OTHERWISE = {
    DraftState.DELIVERY_FAILED: "The helpdesk did not take it.",
    DraftState.DELIVERY_UNKNOWN: "The helpdesk's answer got lost, and it could not be asked again.",
}
NEXT_STEPS = {
    DraftState.DELIVERY_FAILED: (
        "Press “Send it again”; or answer in the helpdesk, then press “I have answered myself”."
    ),
    DraftState.DELIVERY_UNKNOWN: (
        "Look at the ticket: is the reply there? Then press “It was sent” or "
        "“It was not sent, send it again”."
    ),
}
_NOTES = {
    DraftState.DELIVERY_FAILED: "The approved reply was not sent.",
    DraftState.DELIVERY_UNKNOWN: "It is not known whether the approved reply was sent.",
}


def why_unsent(state: DraftState, reason: str | None) -> str:
    """What stood in the way of a reply in one of the two states, as one sentence."""
    known = _WHY if state is DraftState.DELIVERY_FAILED else _WHY_NOT_KNOWN
    return known.get(reason or "", _OTHERWISE[state])


def unsent_note(state: DraftState, reason: str | None) -> str:
    """What the ticket's note says of it."""
    return f"{_NOTES[state]} {why_unsent(state, reason)} In Bookbag: {NEXT_STEPS[state]}"
