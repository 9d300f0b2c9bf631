"""An order as it is kept with a draft, and what another look at the shop finds changed of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.types import ActionRequest, Item, Money, Order
from plugin.models import CUSTOM_ACTION_PREFIX, Facts, OrderFacts
from plugin.order_seen import OrderSeen
from plugin.store.columns import storable

# A longer order is shown by its beginning.
_MOST_ITEMS = 50
# Which of an order's facts an action changes that somebody has done by hand, beside the amount of
# a refund. Of what a merchant's own actions do, nobody knows more.
_DOES = {
    "refund": frozenset({"status"}),
    "cancel_order": frozenset({"status"}),
    "reship": frozenset({"status"}),
    "replacement": frozenset({"status"}),
    "return_label": frozenset({"status"}),
    "address_change": frozenset({"household"}),
}
_CUSTOM_DOES = frozenset({"status", "household"})


@dataclass(frozen=True, slots=True)
class ByHand:
    """What the actions that somebody did by hand have changed of an order.

    Attributes:
        fields: Any value of these is what was to be expected.
        refunded: May have grown by exactly so much, in the smallest unit of the order's currency.
    """

    fields: frozenset[str] = frozenset()
    refunded: int = 0


def seen_of(order: Order) -> OrderSeen:
    """What is kept of an order, to be held against what the shop says later."""
    return OrderSeen(
        id=order.id,
        total=order.total,
        placed_at=order.placed_at,
        status=order.status,
        refunded=order.refunded or Money.from_minor(0, order.total.currency),
        household=folded(order.address) or "",
    )


def known_of(order: Order) -> OrderFacts:
    """What policies and people may know of an order."""
    return OrderFacts(
        total=order.total,
        placed_at=order.placed_at,
        status=storable(order.status) if order.status else None,
        refunded=order.refunded,
        # Shown to people as they stand here, and no page can hold half a character.
        items=tuple(
            replace(item, title=storable(item.title)) for item in order.items[:_MOST_ITEMS]
        ),
    )


def known_again(then: OrderFacts | None, now: OrderSeen) -> OrderFacts:
    """The same as another look at the shop has it; what was ordered stays what it was."""
    items = then.items if then else ()
    return OrderFacts(now.total, now.placed_at, now.status, now.refunded, items)


def belongs_to(order: Order, known: Facts) -> bool:
    """Whether the order carries the address of whom the draft answers."""
    return folded(order.email) == known.customer


def done_to(order_id: str, actions: tuple[ActionRequest, ...]) -> ByHand:
    """What these actions, all done, have changed of an order."""
    mine = [action for action in actions if action.order == order_id]
    does = (_DOES.get(action.type, _of_others(action.type)) for action in mine)
    refunds = (action.amount for action in mine if action.type == "refund" and action.amount)
    return ByHand(frozenset().union(*does), sum(money.minor() for money in refunds))


def _of_others(action_type: str) -> frozenset[str]:
    return _CUSTOM_DOES if action_type.startswith(CUSTOM_ACTION_PREFIX) else frozenset()


def changes(then: OrderSeen, now: OrderSeen | None, done: ByHand, since: str) -> Iterator[str]:
    """What of an order is other than it was, a sentence each.

    What was not kept then is held against nothing.

    Args:
        then: As it was.
        now: As it is; None: the shop has no such order of this customer.
        done: What of it our own actions have done.
        since: When `then` was: ``this was signed``.
    """
    name = f"Order #{then.id.removeprefix('#')}"
    if now is None:
        yield f"{name} is not in the shop any more, or it is another customer's."
        return
    if then.total is not None and now.total != then.total:
        yield f"{name}'s total is now {now.total}; it was {then.total} when {since}."
    if then.placed_at is not None and now.placed_at != then.placed_at:
        yield f"{name} was placed {_day(now)}, by what the shop says now; it was {_day(then)}."
    if not _same_refunds(then, now, done):
        yield (f"{name} has {now.refunded} refunded now; it was {then.refunded} when {since}.")
    if then.status is not None and now.status != then.status and "status" not in done.fields:
        yield f"{name} is now {_plain(now)}; it was {_plain(then)} when {since}."
    moved = then.household is not None and now.household != then.household
    if moved and "household" not in done.fields:
        yield f"{name} goes to another address than when {since}."


def _same_refunds(then: OrderSeen, now: OrderSeen, done: ByHand) -> bool:
    """Not refunded since; or by hand, by exactly what this draft refunds."""
    if then.refunded is None or now.refunded is None:
        return then.refunded is None
    if now.refunded.currency != then.refunded.currency:
        return False
    return now.refunded.minor() - then.refunded.minor() in (0, done.refunded)


def _plain(order: OrderSeen) -> str:
    return (order.status or "without a state").replace("_", " ")


def _day(order: OrderSeen) -> str:
    moment = order.placed_at
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC" if moment else "at an unknown time"


def order_to_record(order: OrderSeen) -> dict[str, object]:
    """As it is stored with the facts."""
    total, refunded = order.total, order.refunded
    return {
        "id": order.id,
        "total": str(total.amount) if total else None,
        "currency": total.currency if total else None,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "status": order.status,
        "refunded": str(refunded.amount) if refunded else None,
        "refunded_currency": refunded.currency if refunded else None,
        "household": order.household,
    }


def order_from_record(record: Mapping[str, Any]) -> OrderSeen:
    """What `order_to_record` stored."""

    def money(amount: str | None, currency: str | None) -> Money | None:
        return Money(Decimal(amount), currency) if amount and currency else None

    return OrderSeen(
        id=record["id"],
        total=money(record["total"], record["currency"]),
        placed_at=moment(record["placed_at"]),
        status=record["status"],
        refunded=money(record["refunded"], record["refunded_currency"]),
        household=record["household"],
    )


def known_to_record(order: OrderFacts) -> dict[str, object]:
    """As it is stored with the facts."""
    return {
        "total": str(order.total.amount) if order.total else None,
        "currency": order.total.currency if order.total else None,
        "placed_at": order.placed_at.isoformat() if order.placed_at else None,
        "status": order.status,
        "refunded": _money_record(order.refunded) if order.refunded else None,
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "price": _money_record(item.price),
                "quantity": item.quantity,
            }
            for item in order.items
        ],
    }


def known_from_record(record: Mapping[str, Any]) -> OrderFacts:
    """What `known_to_record` stored. What older releases stored has the first three alone."""
    total, refunded = record["total"], record.get("refunded")
    return OrderFacts(
        total=Money(Decimal(total), record["currency"]) if total else None,
        placed_at=moment(record["placed_at"]),
        status=record.get("status"),
        refunded=_money(refunded) if refunded else None,
        items=tuple(
            Item(item["id"], item["title"], _money(item["price"]), item["quantity"])
            for item in record.get("items", ())
        ),
    )


def _money_record(money: Money) -> list[str]:
    return [str(money.amount), money.currency]


def _money(record: Sequence[str]) -> Money:
    amount, currency = record
    return Money(Decimal(amount), currency)


def folded(words: str | None) -> str | None:
    """As limits compare it: case and spaces tell no two customers or addresses apart."""
    return " ".join(words.split()).casefold() or None if words else None


def moment(text: str | None) -> datetime | None:
    """A stored time."""
    return datetime.fromisoformat(text) if text else None
