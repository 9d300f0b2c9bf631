"""What is known of a ticket when a draft is made: gathered once, each fact with its origin."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

import structlog

from connectors.base import Commerce
from connectors.errors import ConnectorError
from connectors.types import Message, Order, Ticket
from plugin.drafting.base import Request
from plugin.drafting.order_choice import choose_order
from plugin.models import Draft, Facts
from plugin.order_facts import (
    folded,
    known_again,
    known_from_record,
    known_of,
    known_to_record,
    moment,
    order_from_record,
    order_to_record,
    seen_of,
)
from plugin.order_seen import OrderSeen
from plugin.text.reply import reply_of

log = structlog.get_logger(__name__)

_ORDER_ORIGIN = "shop order "
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
    ticket: Ticket,
    message: Message,
    conversation: Sequence[Message],
    shops: Sequence[Commerce],
    *,
    ours: Collection[str],
) -> Gathered:
    """Read what is to be known, from the shop too. A shop that fails leaves orders unknown.

    `ours` are the ids of our own messages.
    """
    words = reply_of(message.text, message.html)
    earlier = tuple(
        reply_of(other.text, other.html)
        for other in unanswered_before(message, conversation, ours=ours)
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


def unanswered_before(
    message: Message, conversation: Sequence[Message], *, ours: Collection[str]
) -> Sequence[Message]:
    """The customer's messages before this one that no public reply of ours or staff's followed.

    What a rule or another app wrote answers nothing.
    """
    before = takewhile(lambda other: other.id != message.id, conversation)
    found: list[Message] = []
    for other in before:
        if other.is_by_machine and other.id not in ours:
            continue
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
        origins["order"] = f"{_ORDER_ORIGIN}{order.id}"
    return Facts(
        message="\n\n".join((*gathered.earlier, gathered.words)),
        follows_unanswered=bool(gathered.earlier),
        tags=gathered.ticket.tags,
        channel=gathered.ticket.channel.value,
        language=draft.language,
        order=known_of(order) if order else None,
        household=folded(order.address) if order else None,
        customer=folded(gathered.message.author.email or gathered.message.author.id),
        insert_only=not gathered.ticket.takes_replies,
        grounded=frozenset(
            {gathered.ticket.subject, *gathered.earlier, gathered.words, *draft.given}
        ),
        at=at,
        orders=_stands_on(gathered.request, draft, order),
        origins=origins,
    )


def renewed(known: Facts, orders: Mapping[str, OrderSeen | None], *, at: datetime) -> Facts:
    """The facts with the orders as the shop has them now; None: it has that one no more."""
    order, household = known.order, known.household
    about = order_id_of(known)
    if about is not None and about in orders:
        now = orders[about]
        order = known_again(order, now) if now else None
        household = (now.household or None) if now else None
    return replace(
        known,
        order=order,
        household=household,
        orders=tuple(now for now in orders.values() if now is not None),
        at=at,
    )


def order_id_of(known: Facts) -> str | None:
    """Which order the facts' own is; None where there is none."""
    origin = known.origins.get("order", "")
    return origin.removeprefix(_ORDER_ORIGIN) if origin.startswith(_ORDER_ORIGIN) else None


def to_record(facts: Facts) -> dict[str, object]:
    """As it is stored beside the decision."""
    return {
        "message": facts.message,
        "follows_unanswered": facts.follows_unanswered,
        "tags": sorted(facts.tags),
        "channel": facts.channel,
        "language": facts.language,
        "order": None if facts.order is None else known_to_record(facts.order),
        "household": facts.household,
        "novel": facts.novel,
        "customer": facts.customer,
        "insert_only": facts.insert_only,
        "grounded": None if facts.grounded is None else sorted(facts.grounded),
        "at": facts.at.isoformat() if facts.at else None,
        "orders": [order_to_record(order) for order in facts.orders],
        "origins": dict(facts.origins),
    }


def from_record(record: Mapping[str, Any]) -> Facts:
    """What `to_record` stored."""
    order, grounded = record["order"], record.get("grounded")
    known = Facts(
        message=record["message"],
        follows_unanswered=record.get("follows_unanswered", False),
        tags=frozenset(record["tags"]),
        channel=record["channel"],
        language=record["language"],
        order=None if order is None else known_from_record(order),
        household=record.get("household"),
        novel=record.get("novel"),
        customer=record.get("customer"),
        insert_only=record.get("insert_only", False),
        grounded=None if grounded is None else frozenset(grounded),
        at=moment(record["at"]),
        orders=tuple(order_from_record(one) for one in record.get("orders", ())),
        origins=record["origins"],
    )
    return known if "orders" in record else replace(known, orders=_order_of_old(known))


def _order_of_old(known: Facts) -> tuple[OrderSeen, ...]:
    """The order of a draft that is older than that orders are kept whole."""
    order_id = order_id_of(known)
    if order_id is None or known.order is None:
        return ()
    order = known.order
    return (OrderSeen(order_id, order.total, order.placed_at, household=known.household),)


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


def _stands_on(request: Request, draft: Draft, about: Order | None) -> tuple[OrderSeen, ...]:
    """The order it is about, and every other that one of its actions names."""
    named = {action.order for action in draft.actions if action.order}
    orders = [order for order in request.orders if order.id in named]
    if about is not None and about not in orders:
        orders.append(about)
    return tuple(seen_of(order) for order in orders)


def _order_of(request: Request, draft: Draft) -> Order | None:
    """The order the draft acts on, else the one the drafter took the message to be about."""
    named = {action.order for action in draft.actions if action.order}
    if not named:
        return choose_order(request).order
    matching = [order for order in request.orders if order.id in named]
    return matching[0] if len(matching) == 1 else None
