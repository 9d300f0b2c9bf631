"""Where an action's arguments came from: who signs sees what is proven and what is claimed. Pure.

An origin is kept as text, ``kind: words``, by the argument's name: ``{"amount": "shop: the total of
shop order #1002"}``. An argument without one counts as the model's own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from connectors.types import ActionRequest, Money
from plugin.models import Facts
from plugin.text.amounts import amounts, exact
from plugin.text.tokens import canonical

_SHOP_ORDER = "shop order "


class Kind(StrEnum):
    """Who says so."""

    SHOP = "shop"
    MACRO = "macro"
    PERSON = "person"
    CLAIM = "claim"
    MODEL = "model"

    @property
    def is_checked(self) -> bool:
        """Neither the customer nor a model alone says so."""
        return self not in (Kind.CLAIM, Kind.MODEL)


@dataclass(frozen=True, slots=True)
class Told:
    """One origin. `words` go on after "from"."""

    kind: Kind
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


MESSAGE = Told(Kind.CLAIM, "the customer\N{RIGHT SINGLE QUOTATION MARK}s words alone")
UNTOLD = Told(Kind.MODEL, "the AI, which does not say from where it has it")


def read(text: str) -> Told:
    """What `str` wrote; what it did not write is the model's own."""
    kind, colon, words = text.partition(": ")
    return Told(Kind(kind), words) if colon and kind in set(Kind) else UNTOLD


def shop_order(order_id: str) -> str:
    """How an order of the shop's is called in an origin."""
    return f"{_SHOP_ORDER}#{order_id.removeprefix('#')}"


def completed(actions: Iterable[ActionRequest], known: Facts) -> tuple[ActionRequest, ...]:
    """The actions, with an origin for each argument of which the drafter gave none.

    What equals the shop's record is the shop's; what else stands in the customer's message is their
    claim; the rest is the model's own.
    """
    return tuple(replace(action, origins=_origins(action, known)) for action in actions)


def _origins(action: ActionRequest, known: Facts) -> Mapping[str, str]:
    found = {name: str(origin) for name, origin in _supposed(action, known)}
    return found | {name: str(read(told)) for name, told in action.origins.items()}


def _supposed(action: ActionRequest, known: Facts) -> Iterator[tuple[str, Told]]:
    if action.amount is not None:
        yield "amount", _of_money(action.amount, known)
    if action.value is not None:
        yield "value", _of_money(action.value, known)
    if action.order is not None:
        yield "order", _of_order(action.order, known)
    if action.items:
        yield "items", _of_items(action.items, known)


def _of_money(money: Money, known: Facts) -> Told:
    order = known.order
    if order is not None:
        if order.total == money:
            return Told(Kind.SHOP, f"the total of {_its_name(known)}")
        if any(item.price == money for item in order.items):
            return Told(Kind.SHOP, f"the price of an item of {_its_name(known)}")
    spoken = {exact(each) for found in amounts(_message(known)) for each in found.readings}
    return MESSAGE if exact(money.amount) in spoken else UNTOLD


def _of_order(order_id: str, known: Facts) -> Told:
    if known.order is not None and _is_same(order_id, known):
        return Told(Kind.SHOP, "the shop\N{RIGHT SINGLE QUOTATION MARK}s record of this customer")
    return MESSAGE if order_id.removeprefix("#") in _message(known) else UNTOLD


def _of_items(items: Sequence[str], known: Facts) -> Told:
    ids = {item.id for item in known.order.items} if known.order else set[str]()
    return Told(Kind.SHOP, f"items of {_its_name(known)}") if ids.issuperset(items) else UNTOLD


def _is_same(order_id: str, known: Facts) -> bool:
    return known.origins.get("order", "").removeprefix(_SHOP_ORDER) == order_id


def _its_name(known: Facts) -> str:
    return shop_order(known.origins.get("order", "").removeprefix(_SHOP_ORDER))


def _message(known: Facts) -> str:
    return canonical(known.message or "")
