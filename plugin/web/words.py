"""The pages' own words: times, money, and what a state means for the reader."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from connectors.types import ActionRequest, Money
from plugin.delivery import unsent
from plugin.models import MONEYLESS_ACTIONS, DraftState, Outcome

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

# What the page says in place of the card's headline, once no verdict is wanted any more.
HEADLINES = {
    DraftState.DRAFTING: "Another draft is being made",
    DraftState.APPROVED: "Approved, going out",
    DraftState.DELIVERING: "Going out now",
    DraftState.DELIVERED: "Sent to the customer",
    DraftState.DELIVERY_FAILED: "Not sent",
    DraftState.DELIVERY_UNKNOWN: "It is not known whether this was sent",
    DraftState.REJECTED: "Rejected, nothing goes out",
    DraftState.EXPIRED: "Nobody approved it in time",
    DraftState.STALE: "The customer wrote again",
    DraftState.SENT_BY_AGENT: "An agent answered from this draft",
    DraftState.ANSWERED: "An agent answered in their own words",
}
# Of a draft that went stale before or with its texts: nobody can tell any more which.
WITHDRAWN = "Set aside, and its texts are erased"
NEXT_STEPS = {
    **unsent.NEXT_STEPS,
    DraftState.DRAFTING: "This takes a few seconds. Nothing goes out meanwhile.",
    DraftState.DELIVERING: "It cannot be taken back any more.",
    DraftState.REJECTED: "The customer still waits. Answer in the helpdesk.",
    DraftState.STALE: "This draft will not be sent.",
    DraftState.BLOCKED: "No text is offered. A person takes over in the helpdesk.",
    DraftState.NO_DRAFT: "The customer waits. Answer in the helpdesk.",
}
# Above its text; in every other state that is a draft which was not sent.
TEXT_TITLES = {
    DraftState.APPROVED: "The reply",
    DraftState.DELIVERING: "The reply",
    DraftState.DELIVERED: "The reply",
    DraftState.DELIVERY_UNKNOWN: "The reply (perhaps not sent)",
}
OUTCOMES = {
    Outcome.SENT_AS_IS: "sent as drafted",
    Outcome.COSMETIC: "small changes only",
    Outcome.LIGHT_EDIT: "lightly edited",
    Outcome.HEAVY_EDIT: "heavily edited",
    Outcome.REWRITTEN: "rewritten",
    Outcome.DISCARDED: "answered in other words",
    Outcome.IGNORED: "closed without a reply",
}


def utc(moment: datetime, *, seconds: bool = False) -> str:
    """``22 Nov 2026, 21:52 UTC``."""
    clock = "%H:%M:%S" if seconds else "%H:%M"
    return moment.astimezone(UTC).strftime(f"%-d %b %Y, {clock} UTC")


def span(length: timedelta) -> str:
    """A length of time as people say it: ``12 min``, ``3 h 5 min``, ``2 d 4 h``."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return "under 1 min"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return _two(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "min")
    return _two(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")


def time_left(deadline: datetime, now: datetime) -> str:
    """``3 h 5 min left`` or ``12 min late``. Ten minutes that have just begun are ten minutes."""
    if deadline >= now:
        seconds = (deadline - now).total_seconds()
        whole = seconds if seconds < _MINUTE else math.ceil(seconds / _MINUTE) * _MINUTE
        return f"{span(timedelta(seconds=whole))} left"
    return f"{span(now - deadline)} late"


def money_moved(actions: Iterable[ActionRequest]) -> str | None:
    """What a draft's actions move, one sum a currency; None where no money moves."""
    sums: dict[str, Money] = {}
    unknown = False
    for action in actions:
        money = action.money
        if money is None:
            unknown = unknown or action.type not in MONEYLESS_ACTIONS
            continue
        so_far = sums.get(money.currency, Money.from_minor(0, money.currency))
        sums[money.currency] = Money(so_far.amount + money.amount, money.currency)
    words = [str(total) for total in sums.values()]
    if unknown:
        words.append("an unknown amount")
    return " + ".join(words) or None


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    rest = f" {small} {small_unit}" if small else ""
    return f"{large} {large_unit}{rest}"
