"""A reviewer's changes to a draft's actions: another amount, or not at all. Pure.

An amount is typed by a person, so it is read strictly. It never comes to more than the order has
left to give back, where that is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.types import ActionRequest, Money
from plugin.card import action_words
from plugin.errors import InvalidInputError
from plugin.facts import order_id_of
from plugin.models import Facts

# More than any amount has, so that what is too long is refused and not cut to fit.
_READ_CHARACTERS = 100
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class ActionChange:
    """What becomes of one action: `amount`, as it was typed, or nothing at all."""

    position: int
    amount: str | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """The actions after an edit.

    Attributes:
        amounts: The new amounts, by position.
        dropped: The positions of the actions that are not wanted.
    """

    actions: Mapping[int, ActionRequest]
    amounts: Mapping[int, Money]
    dropped: frozenset[int]

    @property
    def changes(self) -> list[dict[str, object]]:
        """As they are recorded with the verdict."""
        paid: list[dict[str, object]] = [
            {"position": position, "amount": plain_amount(money), "currency": money.currency}
            for position, money in sorted(self.amounts.items())
        ]
        paid += [{"position": position, "dropped": True} for position in sorted(self.dropped)]
        return paid


def field_of(position: int) -> str:
    """The name of the field that an action's amount is typed into."""
    return f"amount-{position}"


def plain_amount(money: Money) -> str:
    """``54.20``: without its currency, as it stands in its field."""
    return str(money).removesuffix(f" {money.currency}")


def edited(
    actions: Mapping[int, ActionRequest],
    changes: Sequence[ActionChange],
    *,
    done: frozenset[int],
    known: Facts,
) -> Edited:
    """The actions with these changes. What is typed as it was changes nothing.

    Args:
        actions: By position.
        changes: At most one for an action.
        done: Positions of what somebody has done by hand already.
        known: What is known of their orders.

    Raises:
        InvalidInputError: A change cannot be; `field` names the amount it is about.
    """
    paid: dict[int, Money] = {}
    dropped: set[int] = set()
    for change in changes:
        action = actions.get(change.position)
        if action is None:
            raise InvalidInputError("", "This form cannot be read; reload the page.")
        if change.drop:
            dropped.add(change.position)
        elif change.amount is not None:
            money = _typed(change, action)
            if money != action.amount:
                paid[change.position] = money
    for position in sorted(done & (dropped | paid.keys())):
        raise InvalidInputError(
            field_of(position),
            f"This is done already and stays: {action_words(actions[position])}.",
        )
    after = {
        position: _with_amount(action, paid.get(position))
        for position, action in actions.items()
        if position not in dropped
    }
    _require_left(actions, after, paid, known)
    return Edited(after, paid, frozenset(dropped))


def as_typed(
    actions: Mapping[int, ActionRequest], changes: Sequence[ActionChange]
) -> tuple[ActionRequest, ...]:
    """The actions as somebody says that they have done them; a change that cannot be is none."""
    typed = dict(actions)
    for change in changes:
        action = typed.get(change.position)
        if action is None:
            continue
        if change.drop:
            del typed[change.position]
        elif change.amount is not None:
            try:
                typed[change.position] = replace(action, amount=_typed(change, action))
            except InvalidInputError:
                continue
    return tuple(typed.values())


def _typed(change: ActionChange, action: ActionRequest) -> Money:
    field, typed = field_of(change.position), (change.amount or "").strip()[:_READ_CHARACTERS]
    if action.amount is None:
        raise InvalidInputError(field, f"This has no amount to change: {action_words(action)}.")
    try:
        money = Money.parse(typed, action.amount.currency)
    except ValueError:
        example = plain_amount(action.amount)
        raise InvalidInputError(
            field, f"Write the amount in {action.amount.currency}, such as {example}."
        ) from None
    if money.amount >= _LARGEST:
        raise InvalidInputError(field, f"That is too much: {action_words(action)}.")
    if money.amount == 0:
        raise InvalidInputError(field, "Nothing is no amount. Take the action out instead.")
    return money


def _with_amount(action: ActionRequest, money: Money | None) -> ActionRequest:
    if money is None:
        return action
    return replace(action, amount=money)


def _require_left(
    before: Mapping[int, ActionRequest],
    after: Mapping[int, ActionRequest],
    changed: Mapping[int, Money],
    known: Facts,
) -> None:
    """No edit brings what an order's actions pay above what the order has left."""
    about = order_id_of(known)
    for order in known.orders:
        left = order.left
        if left is None:
            continue
        was, now = (_paid(actions, order.id, about, left) for actions in (before, after))
        for position in sorted(changed.keys() & now.keys()):
            raised = now[position] > was.get(position, Decimal(0))
            most = max(left.amount, sum(was.values()))
            if raised and (now[position] > left.amount or sum(now.values()) > most):
                number = f"#{order.id.removeprefix('#')}"
                raise InvalidInputError(
                    field_of(position), f"Order {number} has only {left} left to give back."
                )


def _paid(
    actions: Mapping[int, ActionRequest], order_id: str, about: str | None, left: Money
) -> Mapping[int, Decimal]:
    """What each action pays on an order; one that names none is about the facts' own."""
    return {
        position: action.amount.amount
        for position, action in actions.items()
        if action.amount is not None
        and action.amount.currency == left.currency
        and (action.order or about) == order_id
    }
