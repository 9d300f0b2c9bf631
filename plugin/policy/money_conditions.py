"""Conditions on money: of single actions, of their sums, and against the order's total.

A policy that requires something fires as soon as one amount meets the condition. A policy that
allows speaks for all of them: every amount must meet it. So a refund split in two passes neither.
"""

import operator
from collections.abc import Callable
from decimal import Decimal

from connectors.types import Money
from plugin.models import MONEYLESS_ACTIONS
from plugin.policy import wording
from plugin.policy.amounts import Amount, times, worth
from plugin.policy.finding import NOT_MET, Finding, met, unknown, untold
from plugin.policy.model import AmountRange, Threshold
from plugin.policy.situation import Case

_Verdicts = list[bool | None]


def amount_over(limit: Threshold, case: Case) -> Finding:
    """Strictly more than `limit`."""
    verdicts = _compared(case, operator.gt, _worth(limit, case))
    return _judged(case, verdicts, lambda: f"over {_shown(limit, case)}")


def amount_at_least(limit: Threshold, case: Case) -> Finding:
    """`limit` or more."""
    verdicts = _compared(case, operator.ge, _worth(limit, case))
    return _judged(case, verdicts, lambda: f"at least {_shown(limit, case)}")


def amount_between(limits: AmountRange, case: Case) -> Finding:
    """From the lower to the higher limit, both included."""
    from_low = _compared(case, operator.ge, _worth(limits.low, case))
    to_high = _compared(case, operator.le, _worth(limits.high, case))
    verdicts = [
        None if above is None or below is None else above and below
        for above, below in zip(from_low, to_high, strict=True)
    ]
    return _judged(
        case,
        verdicts,
        lambda: f"between {_shown(limits.low, case)} and {_shown(limits.high, case)}",
    )


def order_share_over(share: Decimal, case: Case) -> Finding:
    """Strictly more than `share` (0 to 1) of the order's total."""
    order = case.facts.order
    total = order.total if order else None
    if total is None:
        unknowns = _compared(case, operator.gt, None)
        return _judged(case, unknowns, str, "the order's total is not known", lacks_fact=True)
    whole = worth(total, case.situation.file)

    def over(amount: Amount) -> bool | None:
        if amount.money and amount.money.currency == total.currency:
            return amount.money.amount > times(total.amount, share)
        if amount.worth is None or whole is None:
            return None
        return amount.worth > times(whole, share)

    return _judged(
        case,
        [over(amount) for amount in case.amounts],
        lambda: f"over {(share * 100).normalize():f} % of the order's {total}",
        "the worth of the order's total is not known",
    )


def _compared(
    case: Case, compare: Callable[[Decimal, Decimal], bool], bound: Decimal | None
) -> _Verdicts:
    """Each amount against a bound; None where either is not known."""
    if bound is None:
        return [None] * len(case.amounts)
    return [
        None if amount.worth is None else compare(amount.worth, bound) for amount in case.amounts
    ]


def _judged(
    case: Case,
    verdicts: _Verdicts,
    words: Callable[[], str],
    missing: str = "",
    *,
    lacks_fact: bool = False,
) -> Finding:
    truth = _every(verdicts) if case.policy.allows else _any(verdicts)
    if truth is False:
        return NOT_MET
    if truth is None:
        clause = case.amounts[verdicts.index(None)].missing or missing
        return unknown(clause) if lacks_fact or _lacks_amount(case) else untold(clause)
    return met(lambda: f"{_largest(case, verdicts)}, {words()}")


def _lacks_amount(case: Case) -> bool:
    """Whether an action names no money; where all do, only a rate can be missing."""
    types = case.policy.action_types
    return any(
        action.money is None and action.type not in MONEYLESS_ACTIONS
        for action in case.draft.actions
        if types is None or action.type in types
    )


def _largest(case: Case, verdicts: _Verdicts) -> str:
    met_by = (amount for amount, verdict in zip(case.amounts, verdicts, strict=True) if verdict)
    largest = max(met_by, key=_size)
    return f"{largest.subject} {largest.shown(case.situation.file.currency)}"


def _any(verdicts: _Verdicts) -> bool | None:
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _every(verdicts: _Verdicts) -> bool | None:
    if not verdicts or False in verdicts:
        return False
    return None if None in verdicts else True


def _size(amount: Amount) -> Decimal:
    if amount.worth is not None:
        return amount.worth
    return amount.money.amount if amount.money else Decimal()


def _worth(limit: Threshold, case: Case) -> Decimal | None:
    file = case.situation.file
    if limit.currency is None or limit.currency == file.currency:
        return limit.amount if file.currency else None
    return worth(Money(limit.amount, limit.currency), file)


def _shown(limit: Threshold, case: Case) -> str:
    return wording.threshold(limit.amount, limit.currency or case.situation.file.currency or "")
