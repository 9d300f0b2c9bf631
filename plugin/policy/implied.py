"""Whether one condition holds wherever another does, by what stands in the file alone."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from connectors.types import Money
from plugin.policy.amounts import worth
from plugin.policy.model import AmountRange, Condition, Policy, PolicyFile, Threshold

_MONEY_BOUNDS = ("amount_over", "amount_at_least", "amount_between")


def covers(wide: Policy, narrow: Policy, file: PolicyFile) -> bool:
    """`wide` matches every draft that `narrow` matches. False also where that cannot be said."""
    if wide.allows and not narrow.allows:
        return False
    # Names first: they are soon compared, and most policies differ in them.
    demands = sorted(wide.conditions, key=lambda one: one.key in _MONEY_BOUNDS)
    return all(any(_implies(one, other, file) for one in narrow.conditions) for other in demands)


def _implies(one: Condition, other: Condition, file: PolicyFile) -> bool:
    """Wherever `one` holds, `other` does."""
    if one.key == other.key and one.key in _NARROWER:
        return _NARROWER[one.key](one.value, other.value)
    if other.key == "actions" and other.value == "any":
        return one.key in ("action", *_MONEY_BOUNDS, "order_share_over") or one == other
    if one.key == "tags_all" and other.key == "tags_any":
        return bool(_names(_tuple(one)) & _names(_tuple(other)))
    if one.key in _MONEY_BOUNDS and other.key in _MONEY_BOUNDS:
        return _within(one, other, file)
    return one == other


def _tuple(condition: Condition) -> tuple[str, ...]:
    return condition.value if isinstance(condition.value, tuple) else ()


@lru_cache(maxsize=4096)
def _names(value: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in value)


def _fewer(one: Any, other: Any) -> bool:
    return _names(one) <= _names(other)


def _more(one: Any, other: Any) -> bool:
    return _names(one) >= _names(other)


def _higher(one: Any, other: Any) -> bool:
    return bool(one >= other)


def _lower(one: Any, other: Any) -> bool:
    return bool(one <= other)


def _segment(one: Any, other: Any) -> bool:
    fields = dict(one)
    return all(name in fields and _fewer(fields[name], wanted) for name, wanted in other)


# By key: whether its first value lets through no more than its second.
_NARROWER: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("action", "intent", "channel", "language", "tags_any", "sensitive"), _fewer),
    **dict.fromkeys(("reply_contains", "message_contains"), _fewer),
    **dict.fromkeys(("tags_all", "tags_none"), _more),
    **dict.fromkeys(("confidence_at_least", "order_share_over", "order_age_over"), _higher),
    "confidence_below": _lower,
    "segment": _segment,
}


def _within(one: Condition, other: Condition, file: PolicyFile) -> bool:
    """The amounts of `one` are among those of `other`."""
    inner, outer = bounds(one, file), bounds(other, file)
    if inner is None or outer is None:
        return False
    (low, open_low, high), (least, open_least, most) = inner, outer
    starts = low > least or (low == least and (open_low or not open_least))
    return starts and (most is None or (high is not None and high <= most))


def bounds(condition: Condition, file: PolicyFile) -> tuple[Decimal, bool, Decimal | None] | None:
    """From where, whether only above that, and up to where, in the file's currency.

    None where it is no condition on an amount, or a rate is missing.
    """
    value = condition.value
    low = value.low if isinstance(value, AmountRange) else value
    start = _worth(low, file) if isinstance(low, Threshold) else None
    if start is None:
        return None
    end = _worth(value.high, file) if isinstance(value, AmountRange) else None
    return start, condition.key == "amount_over", end


def _worth(limit: Threshold, file: PolicyFile) -> Decimal | None:
    return worth(Money(limit.amount, limit.currency or file.currency or ""), file)
