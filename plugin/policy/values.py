"""Text of a policy file, turned into typed values.

Every scalar arrives as the text that stands in the file, so that ``50.00`` is never a binary float
and ``NO`` never False. Each function raises a `marshmallow.ValidationError` that says what it
expected.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from marshmallow import ValidationError
from rapidfuzz import fuzz, process

from plugin.models import ACTION_TYPES, Oversight, Role, known_action
from plugin.policy.model import AmountRange, Threshold
from plugin.policy.phrases import folded
from plugin.text.sensitive import TOPICS
from plugin.ticket_tags import TAG_PREFIX

T = TypeVar("T")
Parser = Callable[[object], T]

_MAX_TEXT = 500
_MAX_SHOWN = 40
_NEAR_PER_CENT = 60
_MAX_DURATION = 366 * 24 * 60 * 60
_MAX_APPROVALS = 10
_SECONDS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,8})?")
_PAIR = 2


def shown(value: object) -> str:
    """How a wrong value is quoted in a message: on one line, and not too long."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    line = " ".join(str(value).split())
    if not line:
        return "nothing"
    return f'"{line[:_MAX_SHOWN]}..."' if len(line) > _MAX_SHOWN else f'"{line}"'


def near_miss(wrong: str, known: list[str]) -> str:
    """``"; did you mean amount_over?"`` where one of `known` is close, else nothing."""
    close = process.extractOne(
        wrong[:_MAX_SHOWN].lower(), known, scorer=fuzz.ratio, score_cutoff=_NEAR_PER_CENT
    )
    return f"; did you mean {close[0]}?" if close else ""


def words_of(names: list[str], last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _expected(what: str, value: object) -> ValidationError:
    return ValidationError(f"expected {what}, not {shown(value)}")


def text(value: object) -> str:
    """Any text that is not empty."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT:
        raise _expected(f"text of 1 to {_MAX_TEXT} characters", value)
    return value.strip()


def name(value: object) -> str:
    """One tag, intent, channel or language. A comma would be two of them, which never match."""
    if isinstance(value, str) and "," in value:
        raise _expected("one value, or a list such as [a, b]", value)
    return " ".join(text(value).split())


def phrase(value: object) -> str:
    """Words to be found in a text."""
    found = " ".join(text(value).split())
    if not folded(found):
        raise _expected("words that can be seen", value)
    return found


def matching(pattern: str, what: str) -> Parser[str]:
    """Text that fits `pattern` as a whole."""
    compiled = re.compile(pattern)

    def parse(value: object) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise _expected(what, value)
        return value

    return parse


def choice(*names: str) -> Parser[str]:
    """One of `names`, exactly."""

    def parse(value: object) -> str:
        if value not in names:
            hint = near_miss(value, list(names)) if isinstance(value, str) else ""
            raise ValidationError(f"expected {words_of(list(names))}, not {shown(value)}{hint}")
        return str(value)

    return parse


def one_or_many(parse: Parser[T]) -> Parser[tuple[T, ...]]:
    """One value or a list of them."""

    def parse_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            return (parse(value),)
        if not value:
            raise ValidationError("expected one value or a list, not an empty list")
        found: list[T] = []
        wrong: dict[str | int, list[str] | dict[str, object]] = {}
        for index, item in enumerate(value):
            try:
                found.append(parse(item))
            except ValidationError as error:
                wrong[index] = [str(message) for message in error.messages]
        if wrong:
            raise ValidationError(dict(wrong))
        return tuple(dict.fromkeys(found))

    return parse_all


identifier = matching(
    r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", "an id of up to 64 letters, digits, _, - and ."
)
currency = matching(r"[A-Z]{3}", "an ISO 4217 code such as USD")
version = choice("1")
signer = choice(Role.AGENT, Role.LEAD, Role.ADMIN)
requirement = choice(Oversight.REVIEW, Oversight.APPROVAL, Oversight.BLOCK)
permission = choice(Oversight.AUTO)
_plain_tag = matching(r"[a-z0-9_]{1,80}", "a tag of a-z, 0-9 and _")


def tag(value: object) -> str:
    """A tag that a policy puts on tickets."""
    own = _plain_tag(value)
    if own.startswith(TAG_PREFIX):
        raise ValidationError(f"expected a tag of your own; tags with {TAG_PREFIX} are Bookbag's")
    return own


def action_type(value: object) -> str:
    """A type of action, or ``custom:<name>``."""
    if not isinstance(value, str) or not known_action(value):
        names = sorted(ACTION_TYPES)
        hint = near_miss(value, names) if isinstance(value, str) else ""
        raise ValidationError(
            f"expected {words_of([*names, 'custom:<name>'])}, not {shown(value)}{hint}"
        )
    return value


_topics = one_or_many(choice("any", *TOPICS))


def sensitive_topics(value: object) -> tuple[str, ...]:
    """One topic, a list of them, or ``any`` for all."""
    found = _topics(value)
    return TOPICS if "any" in found else found


def true(value: object) -> bool:
    """Only ``true``: the condition is there or it is not."""
    if value not in ("true", "True", "TRUE"):
        raise _expected("true", value)
    return True


def duration(value: object) -> int:
    """Seconds of ``90s``, ``30m``, ``4h`` or ``30d``."""
    found = re.fullmatch(r"([0-9]{1,8})([smhd])", value) if isinstance(value, str) else None
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not 0 < seconds <= _MAX_DURATION:
        raise _expected("a duration such as 90s, 30m, 4h or 30d, at most 366d", value)
    return seconds


def approvals(value: object) -> int:
    """How many people must sign."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,2}", value):
        raise _expected(f"a whole number from 1 to {_MAX_APPROVALS}", value)
    if not 1 <= int(value) <= _MAX_APPROVALS:
        raise _expected(f"a whole number from 1 to {_MAX_APPROVALS}", value)
    return int(value)


def share(value: object) -> Decimal:
    """A plain decimal from 0 to 1."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value) or Decimal(value) > 1:
        raise _expected("a decimal from 0 to 1 such as 0.85", value)
    return Decimal(value)


def rate(value: object) -> Decimal:
    """A plain decimal above 0."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value) or not Decimal(value):
        raise _expected("a decimal above 0 such as 1.08", value)
    return Decimal(value)


def rates(value: object) -> dict[str, Decimal]:
    """``{EUR: "1.08"}``."""
    if not isinstance(value, dict):
        raise _expected("a mapping such as {EUR: 1.08}", value)
    found: dict[str, Decimal] = {}
    wrong: dict[str | int, list[str]] = {}
    for code, worth in value.items():
        try:
            found[currency(code)] = rate(worth)
        except ValidationError as error:
            wrong[code] = [str(message) for message in error.messages]
    if wrong:
        raise ValidationError(dict(wrong))
    return found


def anything_listed(value: object) -> list[object]:
    """A list, whatever is in it."""
    if not isinstance(value, list):
        raise _expected("a list", value)
    return value


def threshold(value: object) -> Threshold:
    """``50.00``, or ``50.00 EUR``. A currency's own decimal places are checked with the file."""
    found = (
        re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,4})?)(?: ([A-Z]{3}))?", value)
        if isinstance(value, str)
        else None
    )
    if not found:
        raise _expected("an amount such as 50.00 or 50.00 EUR", value)
    return Threshold(Decimal(found[1]), found[2])


def amount_range(value: object) -> AmountRange:
    """``[low, high]``, both in the same currency."""
    if not isinstance(value, list) or len(value) != _PAIR:
        raise _expected("two amounts such as [10.00, 50.00]", value)
    low, high = threshold(value[0]), threshold(value[1])
    if low.currency != high.currency:
        raise ValidationError("expected two amounts in the same currency")
    if low.amount > high.amount:
        raise ValidationError("expected the lower amount first")
    return AmountRange(low, high)


def segment(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``{field: value}``; a value may be a list of alternatives."""
    if not isinstance(value, dict) or not value:
        raise _expected("a mapping such as {tier: gold}", value)
    wanted = one_or_many(text)
    found: list[tuple[str, tuple[str, ...]]] = []
    wrong: dict[str | int, object] = {}
    for field, alternatives in value.items():
        try:
            found.append((text(field), wanted(alternatives)))
        except ValidationError as error:
            wrong[field] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return tuple(found)
