"""Turns a macro and an order into a text and typed actions, or says why that cannot be done.

Amounts come from the order and the macro alone. The customer's words choose an item by its title;
they never give a number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from connectors.types import ActionRequest, Item, Money, Order, minor_units
from plugin.drafting.argument_origins import origins_of
from plugin.drafting.base import Request
from plugin.drafting.macros import AmountRule, Basis, Macro, MacroAction
from plugin.drafting.order_choice import OrderChoice, choose_item
from plugin.drafting.template import (
    AMOUNTS,
    NAMES,
    fill,
    missing_facts,
    name_facts,
    order_facts,
    placeholders_in,
)
from plugin.models import MONEYLESS_ACTIONS

_HUNDRED = Decimal(100)
_RESENT = frozenset({"reship", "replacement"})


class MacroUnusableError(Exception):
    """The macro cannot be filled for this request. The message is a plain sentence."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """A macro filled in.

    Attributes:
        complete: False where it had to do without the customer's name.
        given: All that might have been filled in, and the text that it was filled into.
    """

    text: str
    actions: tuple[ActionRequest, ...]
    complete: bool
    given: tuple[str, ...]


def resolve(macro: Macro, request: Request, choice: OrderChoice) -> Resolution:
    """Fill `macro` with the facts of this request.

    Raises:
        MacroUnusableError: A fact is missing, or the macro is not true for the order.
    """
    order = choice.order
    if macro.needs_order and order is None:
        raise MacroUnusableError(choice.reason or "It is not known which order is meant.")
    if order and macro.order_status and order.status.casefold() not in macro.order_status:
        status = order.status.replace("_", " ")
        raise MacroUnusableError(f"The order is {status}, and the macro is for other orders.")
    item = _item(macro, request, order)
    actions = tuple(
        _action(action, request, order, item, origins_of(macro, action, choice, item))
        for action in macro.actions
    )
    _check_refunds(actions, order)
    facts = name_facts(request.customer_name) | _facts(order, item) | _amount_facts(actions)
    if missing := missing_facts(macro.text, facts):
        raise MacroUnusableError(f"It is not known: {', '.join(missing)}.")
    return Resolution(
        text=fill(macro.text, facts),
        actions=actions,
        complete=all(name in facts for name in NAMES & set(placeholders_in(macro.text))),
        given=(macro.text, *facts.values()),
    )


def _item(macro: Macro, request: Request, order: Order | None) -> Item | None:
    if order is None:
        return None
    item = choose_item(order, f"{request.subject}\n{request.text}")
    if item is None and macro.needs_item:
        raise MacroUnusableError("It is not clear which item of the order is meant.")
    return item


def _facts(order: Order | None, item: Item | None) -> dict[str, str]:
    facts = order_facts(order) if order else {}
    if item:
        facts |= {"item_title": item.title, "item_price": str(item.price)}
    return facts


def _amount_facts(actions: Iterable[ActionRequest]) -> dict[str, str]:
    totals: dict[str, Money] = {}
    for action in actions:
        if action.amount is None:
            continue
        before = totals.get(action.type, Money(Decimal(0), action.amount.currency))
        if before.currency != action.amount.currency:
            raise MacroUnusableError("Its amounts are in several currencies.")
        totals[action.type] = Money(before.amount + action.amount.amount, before.currency)
    return {name: str(totals[kind]) for name, kind in AMOUNTS.items() if kind in totals}


def _action(
    action: MacroAction,
    request: Request,
    order: Order | None,
    item: Item | None,
    origins: Mapping[str, str],
) -> ActionRequest:
    amount = _money(action.amount, action, order, item) if action.amount else None
    value = _money(action.value, action, order, item) if action.value else None
    return ActionRequest(
        type=action.type,
        amount=amount,
        value=value,
        order=order.id if order else None,
        customer=request.customer_email,
        items=_items(action, order, item),
        origins=origins,
    )


def _items(action: MacroAction, order: Order | None, item: Item | None) -> tuple[str, ...]:
    if order is None or action.type in MONEYLESS_ACTIONS:
        return ()
    if item and any(rule.basis is Basis.ITEM_PRICE for rule in action.rules):
        return (item.id,)
    return tuple(line.id for line in order.items) if action.type in _RESENT else ()


def _money(rule: AmountRule, action: MacroAction, order: Order | None, item: Item | None) -> Money:
    if rule.basis is Basis.FIXED:
        return _fixed(rule, action, order)
    if order is None:
        raise MacroUnusableError("It is not known which order is meant.")
    if rule.basis is Basis.ORDER_TOTAL:
        money = order.total
    elif rule.basis is Basis.SHIPPING:
        money = order.shipping
    elif rule.basis is Basis.PERCENT:
        money = _share(order.total, rule.number or Decimal(0))
    elif item:
        money = item.price
    else:
        raise MacroUnusableError("It is not clear which item of the order is meant.")
    if money.amount <= 0:
        raise MacroUnusableError("There is nothing to pay: the amount is zero.")
    return money


def _share(total: Money, percent: Decimal) -> Money:
    """Per cent of `total`, rounded half up to the currency's smallest unit."""
    unit = Decimal(1).scaleb(-minor_units(total.currency))
    return Money((total.amount * percent / _HUNDRED).quantize(unit, ROUND_HALF_UP), total.currency)


def _fixed(rule: AmountRule, action: MacroAction, order: Order | None) -> Money:
    currency = action.currency or (order.total.currency if order else None)
    if currency is None:
        raise MacroUnusableError("The currency of its amount is not known without an order.")
    if action.type == "refund" and order and currency != order.total.currency:
        raise MacroUnusableError("The refund is in another currency than the order.")
    try:
        return Money.parse(str(rule.number), currency)
    except ValueError as bad:
        raise MacroUnusableError(f"Its amount does not fit the currency: {bad}.") from bad


def _check_refunds(actions: Iterable[ActionRequest], order: Order | None) -> None:
    """No more is refunded than was paid and not yet given back."""
    refunds = [a.amount for a in actions if a.type == "refund" and a.amount]
    if order is None or not refunds:
        return
    back = order.refunded.amount if order.refunded else Decimal(0)
    left = Money(order.total.amount - back, order.total.currency)
    if sum(money.amount for money in refunds) > left.amount:
        raise MacroUnusableError(f"Only {left} of the order can still be refunded.")
