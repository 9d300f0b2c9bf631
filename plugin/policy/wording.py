"""The words of reasons: short English, on one line whatever comes in."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from connectors.types import minor_units
from plugin.models import CUSTOM_ACTION_PREFIX

_MAX_QUOTE = 80
_PERCENT = 100
_NOUNS = {
    "store_credit": "store credit",
    "cancel_order": "order cancellation",
    "address_change": "address change",
    "return_label": "return label",
}
_PLURALS = {
    "store_credit": "store credits",
    "cancel_order": "order cancellations",
    "address_change": "address changes",
}
_UNITS = ((24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute"), (1, "second"))
_SHORT = {"hour": "h", "minute": "min", "second": "s"}


@lru_cache(maxsize=256)
def noun(action_type: str) -> str:
    """``refund``, ``order cancellation``, ``gift_card action`` for ``custom:gift_card``."""
    if action_type.startswith(CUSTOM_ACTION_PREFIX):
        return f"{quoted(action_type.removeprefix(CUSTOM_ACTION_PREFIX))} action"
    return _NOUNS.get(action_type, quoted(action_type))


@lru_cache(maxsize=256)
def plural(action_type: str) -> str:
    """``refunds``, ``address changes``, ``gift_card actions`` for ``custom:gift_card``."""
    return _PLURALS.get(action_type, f"{noun(action_type)}s")


def with_article(thing: str) -> str:
    """``a refund``, ``an order cancellation``."""
    return f"{'an' if thing[:1].lower() in 'aeiou' else 'a'} {thing}"


def quoted(text: str) -> str:
    """`text` on one line, printable and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _MAX_QUOTE else f"{line[:_MAX_QUOTE]}..."


def listed(names: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    head = ", ".join(names[:-1])
    return f"{head} {last} {names[-1]}" if head else names[-1]


def actions(types: Sequence[str]) -> str:
    """``a refund and an order cancellation``."""
    return listed([with_article(noun(kind)) for kind in types])


def joined(clauses: Sequence[str]) -> str:
    """Clauses that may hold commas themselves: ``a, b, and c``."""
    head = ", ".join(clauses[:-1])
    return f"{head}, and {clauses[-1]}" if head else clauses[-1]


def money(amount: Decimal, currency: str) -> str:
    """The currency's decimal places; more only where rounding would hide something."""
    places = minor_units(currency)
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int):
        places = max(places, -exponent)
    return f"{amount:.{places}f} {currency}"


def per_cent(share: Decimal) -> str:
    """``85 %``, exactly."""
    return f"{(share * _PERCENT).normalize():f} %"


@lru_cache(maxsize=1024)
def threshold(amount: Decimal, currency: str) -> str:
    """`money`, for amounts of policy files: the same few again and again."""
    return money(amount, currency)


def shares(share: Decimal, limit: Decimal) -> tuple[str, str]:
    """Two shares of one in per cent: the limit as it is, the other no finer, so never above it."""
    exact = (limit * _PERCENT).normalize()
    exponent = exact.as_tuple().exponent
    step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
    rounded = (share * _PERCENT).quantize(step, ROUND_FLOOR)
    return f"{rounded:f} %", f"{exact:f} %"


@lru_cache(maxsize=256)
def duration(seconds: int) -> str:
    """``30 days``, ``90 minutes``: in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def short_duration(seconds: int) -> str:
    """``4 h``, ``90 min``, ``30 days``."""
    count, unit = duration(seconds).split()
    return f"{count} {_SHORT.get(unit.removesuffix('s'), unit)}"


def sentence(clause: str) -> str:
    """`clause` with a capital and a full stop."""
    return f"{clause[:1].upper()}{clause[1:]}."
