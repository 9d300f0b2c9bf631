"""Dates, weekdays, times and spans as they are written in seven languages."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import regex

from plugin.text.lexicons import everywhere, positions
from plugin.text.tokens import lower

_SHORT_NAME = 3
# These are words of other meaning too; as months they stand after one of the small words.
_ALSO_WORDS = frozenset({"may", "march", "mars", "mai"})
_BEFORE_A_MONTH = "in by until till since from before after of late early mid im bis ab en".split()
_SMALL_WORDS = frozenset("of de the st nd rd th er".split())
_JOINS = ("to", "bis", "à", "a", "tot")  # "5 to 7 days"
_ONE = ("a", "an", "one")
_CLOCK = ("uhr", "o'clock")
_WORD = regex.compile(r"\d++(?:[./:-]\d++)*+|[\p{L}\p{M}]++(?:['-][\p{L}\p{M}]++)*+", regex.V1)


class DateWord(NamedTuple):
    """One mention of a time. `key` is the same for "3 May", "May 3rd" and "3. Mai"."""

    key: str
    start: int
    end: int


def dates(text: str) -> Iterator[DateWord]:
    """Every mention of a day, time or span in a canonical text, in its order."""
    short = _short_weekdays()
    for found in _pattern().finditer(lower(text)):
        written = text[found.start() : found.end()]
        if written in short or written.lower() not in short.values():
            yield DateWord(_key(written), found.start(), found.end())


def vocabulary() -> Iterator[str]:
    """Every phrase that a date can hold, as far as it is letters."""
    yield from (*_JOINS, *_ONE, *_CLOCK, "am", "pm", "of", "de", "the")
    yield from (*_BEFORE_A_MONTH, *_ALSO_WORDS)
    yield from (*positions("month"), *positions("weekday"), *_units(), *_short_weekdays())
    for name in ("unit_kind", "relative", "number"):
        yield from everywhere(name)
    # "5 toseven days": the pattern asks for no space there.
    yield from (f"{join}{number}" for join in _JOINS for number in everywhere("number"))


def _key(written: str) -> str:
    months, weekdays = positions("month"), positions("weekday")
    words = []
    for word in _WORD.findall(written.casefold()):
        if word in months and word not in weekdays:
            words.append(f"month {months[word]}")
        elif word in weekdays:
            words.append(f"weekday {weekdays[word]}")
        elif word not in _SMALL_WORDS:
            words.append(_units().get(word, word))
    return " ".join(sorted(words))


@cache
def _units() -> dict[str, str]:
    """Each form of a unit by its first: "days" is a "day"."""
    return {form: line.split()[0] for line in everywhere("unit") for form in line.split()}


@cache
def _short_weekdays() -> dict[str, str]:
    """Short names such as "Fri", which count in this case only, each with its lower case."""
    forms = (form for line in everywhere("weekday_short") for form in line.split())
    return {form: form.lower() for form in forms}


@cache
def _pattern() -> regex.Pattern[str]:
    # For text in lower case: a pattern that ignores case takes five times as long to compile.
    month, unit, kind = _listed("month"), _listed("unit"), _listed("kind")
    count = rf"(?:\d{{1,6}}+|{_listed('number')})"
    span = rf"(?:[ ]?(?:-|{'|'.join(_JOINS)})[ ]?{count})?"
    day = r"\d{1,2}+(?:st|nd|rd|th|er)?+\.?+(?![\d:/])"
    alternatives = (
        r"(?<![\d./-])\d{4}-\d{1,2}-\d{1,2}(?![\d-])",
        r"(?<![\d./-])\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)",
        rf"(?<![\d.,]){day}[ ]?+(?:of |de )?{month}(?:\.?,?[ ]?\d{{4}}(?!\d))?",
        rf"{month}\.?[ ](?:the )?{day}(?:,?[ ]\d{{4}}(?!\d))?",
        r"(?<!\d)\d{1,2}:\d{2}(?!\d)(?:[ ]?[ap]\.?m\b)?",
        rf"(?<![\d.,])\d{{1,2}}[ ]?(?:[ap]\.?m\b|(?:{'|'.join(_CLOCK)})\b)",
        rf"(?<![\d.,\p{{L}}]){count}{span}[ -]{{1,2}}(?:{kind}[ -])?{unit}",
        rf"(?:{'|'.join(_ONE)})[ ](?:{kind}[ ])?{unit}",
        rf"(?:{'|'.join(_BEFORE_A_MONTH)})[ -]{_listed('also_word')}",
        _listed("plain"),
    )
    months = positions("month")
    sure = [form for form in months if len(form) > _SHORT_NAME and form not in _ALSO_WORDS]
    return regex.compile(
        rf"(?<![\p{{L}}\p{{M}}])(?:{'|'.join(alternatives)})",
        regex.V1,
        month=list(months),
        unit=list(_units()),
        kind=list(everywhere("unit_kind")),
        number=list(everywhere("number")),
        also_word=list(_ALSO_WORDS),
        plain=[
            *sure,
            *positions("weekday"),
            *everywhere("relative"),
            *_short_weekdays().values(),
        ],
    )


def _listed(name: str) -> str:
    """A pattern for the whole words of a named list."""
    return rf"\L<{name}>(?!\p{{L}})"
