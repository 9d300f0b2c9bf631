"""What amount conditions look at: each action's money, and the sum of each type.

Looking at the sum as well means that splitting a refund in two gains nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import reduce

from connectors.types import ActionRequest, Money
from plugin.models import MONEYLESS_ACTIONS
from plugin.policy import wording
from plugin.policy.model import PolicyFile

# More digits than a file or a draft can need: products and sums of money stay exact.
_EXACT = Context(prec=100)


@dataclass(frozen=True, slots=True)
class Amount:
    """One action's money, or the sum of all actions of a type.

    Attributes:
        subject: ``the refund is``, ``the refunds together come to``.
        money: In one currency; None where unknown, or a sum over several currencies.
        worth: In the file's currency; None where it cannot be known.
        missing: What is not known, as a clause, where `worth` is None.
    """

    subject: str
    money: Money | None
    worth: Decimal | None
    missing: str = ""

    def shown(self, file_currency: str | None) -> str:
        """``50.00 EUR (54.00 USD)``."""
        own = wording.money(self.money.amount, self.money.currency) if self.money else ""
        if self.money and (self.money.currency == file_currency or self.worth is None):
            return own
        worth = wording.money(self.worth or Decimal(), file_currency or "")
        return f"{own} ({worth})" if own else worth


def worth(money: Money, file: PolicyFile) -> Decimal | None:
    """`money` in the file's currency; None where there is no rate."""
    if money.currency == file.currency:
        return money.amount
    rate = file.rates.get(money.currency)
    return None if rate is None else _EXACT.multiply(money.amount, rate)


def plus(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    return reduce(_EXACT.add, amounts, Decimal())


def times(amount: Decimal, factor: Decimal) -> Decimal:
    """The exact product."""
    return _EXACT.multiply(amount, factor)


def amounts_by_type(
    actions: Sequence[ActionRequest], file: PolicyFile
) -> Mapping[str, tuple[Amount, ...]]:
    """What amount conditions look at, for each type of action that has money."""
    by_type: dict[str, list[ActionRequest]] = {}
    for action in actions:
        if action.type not in MONEYLESS_ACTIONS:
            by_type.setdefault(action.type, []).append(action)
    return {kind: _amounts_of(kind, same, file) for kind, same in by_type.items()}


def _amounts_of(kind: str, same: Sequence[ActionRequest], file: PolicyFile) -> tuple[Amount, ...]:
    each = tuple(_single(kind, action, file) for action in same)
    return (*each, _sum(kind, each)) if len(each) > 1 else each


def _single(kind: str, action: ActionRequest, file: PolicyFile) -> Amount:
    name = wording.noun(kind)
    if action.money is None:
        return Amount(f"the {name} is", None, None, f"the {name}'s amount is not known")
    in_file = worth(action.money, file)
    missing = (
        f"the worth of the {name} of {action.money} is not known without a rate for"
        f" {action.money.currency}"
        if in_file is None
        else ""
    )
    return Amount(f"the {name} is", action.money, in_file, missing)


def _sum(kind: str, each: Sequence[Amount]) -> Amount:
    subject = f"the {wording.noun(kind)}s together come to"
    missing = next((amount.missing for amount in each if amount.missing), "")
    moneys = [amount.money for amount in each if amount.money]
    worths = [amount.worth for amount in each if amount.worth is not None]
    currencies = {money.currency for money in moneys}
    money = None
    if len(moneys) == len(each) and len(currencies) == 1:
        money = Money(plus(money.amount for money in moneys), currencies.pop())
    return Amount(
        subject,
        money,
        plus(worths) if len(worths) == len(each) else None,
        missing,
    )
