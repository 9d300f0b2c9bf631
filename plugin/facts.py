"""What is known of a ticket when a draft is made: gathered once, each fact with its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

import structlog

from connectors.base import Commerce
from connectors.errors import ConnectorError
from connectors.types import Item, Message, Money, Order, Ticket
from plugin.drafting.base import Request
from plugin.drafting.order_choice import choose_order
from plugin.models import Draft, Facts, OrderFacts
from plugin.text.reply import reply_of

log = structlog.get_logger(__name__)

# A longer order is shown by its beginning.
_MOST_ITEMS = 50
_WROTE_BEFORE = "The customer wrote before this, and nobody has answered that yet."


@dataclass(frozen=True, slots=True)
class Gathered:
    """The drafter's request, and what the facts are made of.

    Attributes:
        words: The message that is to be answered.
        earlier: What the customer wrote before it and nobody has answered, oldest first.
        warnings: Sentences for the agent about what could not be read, or waits beside this.
    """

    request: Request
    ticket: Ticket
    message: Message
    words: str
    earlier: tuple[str, ...]
    warnings: tuple[str, ...]


def gather(
    ticket: Ticket, message: Message, conversation: Sequence[Message], shops: Sequence[Commerce]
) -> Gathered:
    """Read what is to be known, from the shop too. A shop that fails leaves orders unknown."""
    words = reply_of(message.text, message.html)
    earlier = tuple(
        reply_of(other.text, other.html) for other in unanswered_before(message, conversation)
    )
    requester = message.author
    orders, warnings = _orders(shops, requester.email)
    request = Request(
        subject=ticket.subject,
        text=words,
        tags=ticket.tags,
        customer_name=requester.name,
        customer_email=requester.email,
        orders=orders,
    )
    if earlier:
        warnings = (*warnings, _WROTE_BEFORE)
    return Gathered(request, ticket, message, words, earlier, warnings)


def unanswered_before(message: Message, conversation: Sequence[Message]) -> Sequence[Message]:
    """The customer's messages before this one that no public reply of ours or staff's followed."""
    before = takewhile(lambda other: other.id != message.id, conversation)
    found: list[Message] = []
    for other in before:
        if other.public and other.author.role.is_staff:
            found.clear()
        elif other.public:
            found.append(other)
    return found


def facts_of(gathered: Gathered, draft: Draft, *, at: datetime) -> Facts:
    """The facts that policies judge `draft` by. What is not known stays unknown.

    All that the customer wrote since the last reply is judged: a threat stays one when "where is
    my order?" follows it.
    """
    order = _order_of(gathered.request, draft)
    origins = {"message": f"message {gathered.message.id}", "tags": "helpdesk ticket"}
    if order is not None:
        origins["order"] = f"shop order {order.id}"
    return Facts(
        message="\n\n".join((*gathered.earlier, gathered.words)),
        follows_unanswered=bool(gathered.earlier),
        tags=gathered.ticket.tags,
        channel=gathered.ticket.channel.value,
        language=draft.language,
        order=_known_of(order) if order else None,
        household=_folded(order.address) if order else None,
        customer=_folded(gathered.message.author.email or gathered.message.author.id),
        grounded=frozenset(
            {gathered.ticket.subject, *gathered.earlier, gathered.words, *draft.given}
        ),
        at=at,
        origins=origins,
    )


def to_record(facts: Facts) -> dict[str, object]:
    """As it is stored beside the decision."""
    return {
        "message": facts.message,
        "follows_unanswered": facts.follows_unanswered,
        "tags": sorted(facts.tags),
        "channel": facts.channel,
        "language": facts.language,
        "order": None if facts.order is None else _order_record(facts.order),
        "household": facts.household,
        "novel": facts.novel,
        "customer": facts.customer,
        "grounded": None if facts.grounded is None else sorted(facts.grounded),
        "at": facts.at.isoformat() if facts.at else None,
        "origins": dict(facts.origins),
    }


def from_record(record: Mapping[str, Any]) -> Facts:
    """What `to_record` stored."""
    order, grounded = record["order"], record.get("grounded")
    return Facts(
        message=record["message"],
        follows_unanswered=record.get("follows_unanswered", False),
        tags=frozenset(record["tags"]),
        channel=record["channel"],
        language=record["language"],
        order=None if order is None else _order_from(order),
        household=record.get("household"),
        novel=record.get("novel"),
        customer=record.get("customer"),
        grounded=None if grounded is None else frozenset(grounded),
        at=_moment(record["at"]),
        origins=record["origins"],
    )


def _known_of(order: Order) -> OrderFacts:
    return OrderFacts(
        total=order.total,
        placed_at=order.placed_at,
        status=order.status,
        refunded=order.refunded,
        items=order.items[:_MOST_ITEMS],
    )


def _order_record(order: OrderFacts) -> dict[str, object]:
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


def _order_from(record: Mapping[str, Any]) -> OrderFacts:
    """What older releases stored has the first three alone."""
    total, refunded = record["total"], record.get("refunded")
    return OrderFacts(
        total=Money(Decimal(total), record["currency"]) if total else None,
        placed_at=_moment(record["placed_at"]),
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


def _folded(words: str | None) -> str | None:
    """As limits compare it: case and spaces tell no two customers or addresses apart."""
    return " ".join(words.split()).casefold() or None if words else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _orders(
    shops: Sequence[Commerce], email: str | None
) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    if not email:
        return (), ()
    found: list[Order] = []
    warnings: list[str] = []
    for shop in shops:
        try:
            found.extend(shop.orders_of(email))
        except ConnectorError as error:
            log.warning("shop_unread", reason=error.reason)
            warnings.append("The shop could not be read, so the order is not known.")
    found.sort(key=lambda order: order.placed_at, reverse=True)
    return tuple(found), tuple(warnings)


def _order_of(request: Request, draft: Draft) -> Order | None:
    """The order the draft acts on, else the one the drafter took the message to be about."""
    named = {action.order for action in draft.actions if action.order}
    if not named:
        return choose_order(request).order
    matching = [order for order in request.orders if order.id in named]
    return matching[0] if len(matching) == 1 else None
