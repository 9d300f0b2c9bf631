"""Where the arguments of a filled macro's action came from."""

from collections.abc import Iterator, Mapping

from connectors.types import Item, Order
from plugin.drafting.macros import AmountRule, Basis, Macro, MacroAction
from plugin.drafting.order_choice import OrderChoice
from plugin.provenance import Kind, Told, shop_order

_NAMED = Told(Kind.CLAIM, "the customer\N{RIGHT SINGLE QUOTATION MARK}s words, which name it")


def origins_of(
    macro: Macro, action: MacroAction, choice: OrderChoice, item: Item | None
) -> Mapping[str, str]:
    """Each argument's origin, by its name; also of items, where the action may name none."""
    return {name: str(told) for name, told in _each(macro, action, choice, item)}


def _each(
    macro: Macro, action: MacroAction, choice: OrderChoice, item: Item | None
) -> Iterator[tuple[str, Told]]:
    order = choice.order
    for name, rule in (("amount", action.amount), ("value", action.value)):
        if rule is not None:
            yield name, _of_money(rule, macro, order, item)
    if action.rules:
        yield "currency", _of_currency(action, macro, order)
    if order is not None:
        yield "order", Told(Kind.SHOP, choice.how)
        yield "items", _of_items(action, order)


def _of_money(rule: AmountRule, macro: Macro, order: Order | None, item: Item | None) -> Told:
    name = shop_order(order.id) if order else ""
    match rule.basis:
        case Basis.FIXED:
            return Told(Kind.MACRO, f"macro “{macro.title}”, a fixed amount")
        case Basis.PERCENT:
            share = f"{rule.number} % of the total of {name}"
            return Told(Kind.MACRO, f"macro “{macro.title}”, {share}")
        case Basis.ITEM_PRICE:
            return Told(Kind.SHOP, f"{name}, the price of “{item.title if item else ''}”")
        case Basis.SHIPPING:
            return Told(Kind.SHOP, f"{name}, its shipping")
        case Basis.ORDER_TOTAL:
            return Told(Kind.SHOP, f"{name}, its total")


def _of_currency(action: MacroAction, macro: Macro, order: Order | None) -> Told:
    if action.currency is not None or order is None:
        return Told(Kind.MACRO, f"macro “{macro.title}”")
    return Told(Kind.SHOP, shop_order(order.id))


def _of_items(action: MacroAction, order: Order) -> Told:
    one = any(rule.basis is Basis.ITEM_PRICE for rule in action.rules)
    if one and len(order.items) > 1:
        return _NAMED
    which = "its only item" if one else "all its items"
    return Told(Kind.SHOP, f"{shop_order(order.id)}, {which}")
