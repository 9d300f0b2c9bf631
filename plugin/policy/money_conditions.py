"""Conditions on money: of single actions, of their sums, and against the order's total.

A policy that requires something fires as soon as one amount meets the condition. A policy that
allows speaks for all of them: every amount must meet it. So a refund split in two passes neither.
"""

from collections.abc import Callable
from decimal import Decimal

from connectors.types import Money
from plugin.models import MONEYLESS_ACTIONS
from plugin.policy import wording
from plugin.policy.amounts import Amount, times, worth
from plugin.policy.finding import NOT_MET, Finding, met, unknown, untold
from plugin.policy.model import AmountRange, Threshold
from plugin.policy.situation import Case

_Test = Callable[[Amount], bool | None]


def amount_over(limit: Threshold, case: Case) -> Finding:
    """Strictly more than `limit`."""
    bound = _in_file_currency(limit, case)
    return _judged(
        case,
        lambda amount: _both(amount.worth, bound, lambda a, b: a > b),
        f"over {_shown(limit, case)}",
    )


def amount_at_least(limit: Threshold, case: Case) -> Finding:
    """`limit` or more."""
    bound = _in_file_currency(limit, case)
    return _judged(
        case,
        lambda amount: _both(amount.worth, bound, lambda a, b: a >= b),
        f"at least {_shown(limit, case)}",
    )


def amount_between(limits: AmountRange, case: Case) -> Finding:
    """From the lower to the higher limit, both included."""
    low, high = _in_file_currency(limits.low, case), _in_file_currency(limits.high, case)

    def within(amount: Amount) -> bool | None:
        if low is None or high is None or amount.worth is None:
            return None
        return low <= amount.worth <= high

    return _judged(
        case, within, f"between {_shown(limits.low, case)} and {_shown(limits.high, case)}"
    )


def order_share_over(share: Decimal, case: Case) -> Finding:
    """Strictly more than `share` (0 to 1) of the order's total."""
    order = case.facts.order
    total = order.total if order else None
    if total is None:
        return _judged(case, lambda _: None, "", "the order's total is not known", lacks_fact=True)
    total_worth = worth(total, case.situation.file)

    def over(amount: Amount) -> bool | None:
        if amount.money and amount.money.currency == total.currency:
            return amount.money.amount > times(total.amount, share)
        return _both(amount.worth, total_worth, lambda a, b: a > times(b, share))

    return _judged(
        case,
        over,
        f"over {(share * 100).normalize():f} % of the order's {total}",
        "the worth of the order's total is not known",
    )


def _judged(
    case: Case, test: _Test, words: str, missing: str = "", *, lacks_fact: bool = False
) -> Finding:
    verdicts = [(amount, test(amount)) for amount in case.amounts]
    enough = _every if case.policy.allows else _any
    truth = enough([verdict for _, verdict in verdicts])
    if truth is False:
        return NOT_MET
    if truth is None:
        open_ones = [amount for amount, verdict in verdicts if verdict is None]
        clause = open_ones[0].missing or missing
        return unknown(clause) if lacks_fact or _lacks_amount(case) else untold(clause)
    largest = max((amount for amount, verdict in verdicts if verdict), key=_size)
    return met(f"{largest.subject} {largest.shown(case.situation.file.currency)}, {words}")


def _lacks_amount(case: Case) -> bool:
    """Whether an action names no money; where all do, only a rate can be missing."""
    return any(
        action.money is None and action.type not in MONEYLESS_ACTIONS for action in case.actions
    )


def _any(verdicts: list[bool | None]) -> bool | None:
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _every(verdicts: list[bool | None]) -> bool | None:
    if not verdicts or False in verdicts:
        return False
    return None if None in verdicts else True


def _both(
    one: Decimal | None, other: Decimal | None, compare: Callable[[Decimal, Decimal], bool]
) -> bool | None:
    return None if one is None or other is None else compare(one, other)


def _size(amount: Amount) -> Decimal:
    if amount.worth is not None:
        return amount.worth
    return amount.money.amount if amount.money else Decimal()


def _money(limit: Threshold, case: Case) -> Money:
    return Money(limit.amount, limit.currency or case.situation.file.currency or "")


def _in_file_currency(limit: Threshold, case: Case) -> Decimal | None:
    return worth(_money(limit, case), case.situation.file)


def _shown(limit: Threshold, case: Case) -> str:
    money = _money(limit, case)
    return wording.money(money.amount, money.currency)
