"""``business_hours`` of a policy file, turned into a merchant's week."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from plugin.policy import values
from plugin.policy.hours import A_DAY, DAYS, BusinessHours, Span

_TIMEZONE = "timezone"
_SPAN = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")


def business_hours(value: object) -> BusinessHours:
    """``{timezone: Europe/Berlin, mon-fri: "09:00-18:00", sat: ["09:00-12:00", "13:00-15:00"]}``.

    Raises:
        ValidationError: Says of each key what is expected.
    """
    if not isinstance(value, dict):
        raise ValidationError('expected a mapping such as {timezone: ..., mon-fri: "09:00-18:00"}')
    week: dict[int, tuple[Span, ...]] = {}
    wrong: dict[str | int, list[str]] = {}
    zone = ""
    for key, given in value.items():
        try:
            if key == _TIMEZONE:
                zone = _zone(given)
                continue
            week.update(dict.fromkeys(_days(key, taken=week), _spans(given)))
        except ValidationError as error:
            wrong[key] = [str(message) for message in error.messages]
    if not wrong and not zone:
        wrong[_TIMEZONE] = ["is missing; expected a name such as Europe/Berlin"]
    if wrong:
        raise ValidationError(dict(wrong))
    if not week:
        raise ValidationError('expected at least one day, such as mon-fri: "09:00-18:00"')
    return BusinessHours(zone, tuple(week.get(day, ()) for day in range(len(DAYS))))


def _zone(value: object) -> str:
    # Names that are folders or no files are other errors than a plain unknown one, a KeyError.
    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (KeyError, ValueError, OSError) as unknown:
        wrong = f"expected a time zone such as Europe/Berlin, not {values.shown(value)}"
        raise ValidationError(wrong) from unknown


def _days(key: object, *, taken: Collection[int]) -> Sequence[int]:
    first, dash, last = str(key).casefold().partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        hint = values.near_miss(first, [*DAYS, _TIMEZONE])
        raise ValidationError(f"expected timezone, a day such as sat, or mon-fri{hint}")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    days = [day % len(DAYS) for day in range(begin, end + 1 + (7 if end < begin else 0))]
    for day in days:
        if day in taken:
            raise ValidationError(f"{DAYS[day]} stands twice")
    return days


def _spans(value: object) -> tuple[Span, ...]:
    spans = sorted(values.one_or_many(_span)(value))
    if any(one.end > other.start for one, other in pairwise(spans)):
        raise ValidationError("two of these hours overlap")
    return tuple(spans)


def _span(value: object) -> Span:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found:
        start, end = (int(found[hour]) * 60 + int(found[hour + 1]) for hour in (1, 3))
        if start < end <= A_DAY:
            return Span(start, end)
    raise ValidationError(f'expected hours such as "09:00-18:00", not {values.shown(value)}')
