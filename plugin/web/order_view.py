"""The facts of the order that a draft was made on, as lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from plugin import facts
from plugin.models import Facts, OrderFacts
from plugin.provenance import Kind, read
from plugin.store.drafts import Held
from plugin.web.words import utc

_SHOP_ORDER = "shop order "


@dataclass(frozen=True, slots=True)
class OrderFact:
    """One line: ``Refunded``, ``12.00 USD``."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it was known when the draft was made.

    Attributes:
        origin: From where it is known, to follow "from".
        at: When it was read.
    """

    lines: tuple[OrderFact, ...]
    origin: str
    at: datetime | None


def order_of(held: Held) -> OrderView | None:
    """The order that the draft is about; None where none is known."""
    if not held.draft.facts:
        return None
    known = facts.from_record(held.draft.facts)
    if known.order is None:
        return None
    return OrderView(tuple(_lines(known, known.order)), _origin(held), known.at)


def _origin(held: Held) -> str:
    """By what it was chosen, where an action of the draft says so."""
    origins = [row.origins.get("order", "") for row in held.actions if row.origins]
    chosen = next((one.words for one in map(read, origins) if one.kind is Kind.SHOP), None)
    return chosen or "the shop\N{RIGHT SINGLE QUOTATION MARK}s record of this customer"


def _lines(known: Facts, order: OrderFacts) -> Iterator[OrderFact]:
    number = known.origins.get("order", "").removeprefix(_SHOP_ORDER)
    if number:
        yield OrderFact("Order", f"#{number.removeprefix('#')}")
    if order.placed_at:
        yield OrderFact("Placed", utc(order.placed_at))
    if order.status:
        yield OrderFact("Status", order.status.replace("_", " "))
    if order.total:
        yield OrderFact("Total", str(order.total))
    if order.refunded:
        yield OrderFact("Refunded before", str(order.refunded))
    for item in order.items:
        number = f"{item.quantity} \N{MULTIPLICATION SIGN} " if item.quantity > 1 else ""
        yield OrderFact("Item", f"{number}{item.title}, {item.price}")
