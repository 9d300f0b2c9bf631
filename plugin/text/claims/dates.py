"""Dates as they are written, each under the keys by which it may have been given."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from plugin.text.claims.claim import NEVER, Claim, blanked
from plugin.text.lexicons import positions, sections

_CENTURY = 2000
_LEAP_YEAR = 2000  # for days without a year: it has them all
_SHORTEST_PLAIN_MONTH = 4
# Months that are words of other meaning too, and what stands before a month.
_ALSO_WORDS = frozenset({"may", "march", "mars", "marzo", "março", "agosto"})
_BEFORE_A_MONTH = (
    "in by until till since from before after of late early mid this next im bis ab seit ende"
    " anfang mitte en de fin début mi d'ici a entro fine per em até eind begin"
).split()
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]\w*")
_DAY = r"\d{1,2}"

_Read = Callable[[re.Match[str], bool], Claim]


class _Begins(NamedTuple):
    """Where a pattern can begin: right at a number or a month, or with words before one."""

    with_month: bool
    right_there: bool


_NUMBER_FIRST, _MONTH_FIRST = _Begins(False, True), _Begins(True, True)
_BEFORE_NUMBER, _BEFORE_MONTH = _Begins(False, False), _Begins(True, False)


class _Keys(NamedTuple):
    """What a draft's date needs, and what else a given one gives."""

    need: frozenset[str]
    gives: frozenset[str] = frozenset()


def dates(text: str, language: str) -> Iterator[Claim]:
    """The dates of a text in lower case."""
    # A text is looked through for both once; most patterns are tried at these places only.
    numbers = [found.start() for found in _NUMBER.finditer(text)]
    months = [found.start() for found in _WORD.finditer(text) if found.group() in _months(language)]
    for pattern, read, begins in _patterns(language):
        starts = months if begins.with_month else numbers
        if begins.right_there:
            matches = _at(starts, pattern, text)
        else:
            matches = pattern.finditer(text) if starts else iter(())
        found = [read(match, language == "en") for match in matches]
        if found:
            yield from found
            text = blanked(text, found)


def _at(starts: Sequence[int], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `finditer` gives where the pattern can begin at `starts` alone."""
    end = 0
    for start in starts:
        found = pattern.match(text, start) if start >= end else None
        if found:
            end = found.end()
            yield found


def _iso(found: re.Match[str], _english: bool) -> Claim:
    return _claim(found, _keys(int(found["d"]), int(found["m"]), int(found["y"])))


def _numeric(found: re.Match[str], english: bool) -> Claim:
    year = int(found["y"])
    return _either(found, year if year > _CENTURY else _CENTURY + year, english)


def _short(found: re.Match[str], english: bool) -> Claim:
    return _either(found, None, english)


def _either(found: re.Match[str], year: int | None, english: bool) -> Claim:
    """Day and month; in English with slashes month and day too."""
    first, second = int(found["d"]), int(found["m"])
    keys = _keys(first, second, year)
    if english and "/" in found.group():
        other = _keys(second, first, year)
        keys = _Keys(keys.need | other.need, keys.gives | other.gives)
    return _claim(found, keys)


def _written(found: re.Match[str], _english: bool) -> Claim:
    month, year = positions("month")[found["month"]], found["y"]
    days = [int(found[name]) for name in ("d", "to") if found[name]]
    return _claim(found, *(_keys(day, month, int(year) if year else None) for day in days))


def _month(found: re.Match[str], _english: bool) -> Claim:
    month, year = positions("month")[found["month"]], found["y"]
    whole = f"month {month} {year}" if year else f"month {month}"
    return _claim(found, _Keys(frozenset({whole}), frozenset({f"month {month}"})))


def _of_month(found: re.Match[str], _english: bool) -> Claim:
    number = re.match(_DAY, found["words"])
    need = frozenset({f"day {int(number.group())}"}) if number else NEVER
    return _claim(found, _Keys(need))


def _claim(found: re.Match[str], *keys: _Keys) -> Claim:
    start, end = found.span("words") if "words" in found.re.groupindex else found.span()
    return Claim(
        "date",
        start,
        end,
        tuple(each.need for each in keys),
        frozenset().union(*(each.gives for each in keys)),
    )


def _keys(day: int, month: int, year: int | None) -> _Keys:
    """Nothing can give a day that the calendar does not have."""
    try:
        whole = date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return _Keys(NEVER)
    less = frozenset({f"month {month}", f"day {day}"})
    if year is None:
        return _Keys(frozenset({f"date {month:02}-{day:02}"}), less)
    more = {
        f"date {month:02}-{day:02}",
        f"weekday {whole.isoweekday()} {month:02}-{day:02}",
        f"month {month} {year}",
    }
    return _Keys(frozenset({f"date {whole.isoformat()}"}), less | more)


@cache
def _months(language: str) -> frozenset[str]:
    """Their forms, each of which is one word."""
    return frozenset(
        form
        for name in (language, "en")
        for line in sections(name)["month"]
        for form in line.split()
    )


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], _Read, _Begins], ...]:
    months = sorted(_months(language))
    plain = [m for m in months if len(m) >= _SHORTEST_PLAIN_MONTH and m not in _ALSO_WORDS]
    month = rf"(?P<month>{_any_of(months)})(?!\w)"
    year = r"(?:\.?,? (?:of |de |del |du )?(?P<y>\d{4})(?!\d))?"
    joins = _any_of([*sections(f"claims.{language}")["range_join"], "-"])
    ending = r"(?:st|nd|rd|th|er|º|°|e)?\.?"
    day = rf"(?P<d>{_DAY}){ending}"
    article = "(?:the |le |el |il |dia |dem |den )?"
    until = rf"(?:\s?(?:{joins})\s?{article}(?P<to>{_DAY}){ending})?"
    before = rf"(?:{_any_of(_BEFORE_A_MONTH)})[ -]"
    on = _any_of(
        "on by until till before from since am bis zum vom ab le au du el del para al il entro"
        " dal em até dia no op tot van".split()
    )
    rows: list[tuple[str, _Read, _Begins]] = [
        (r"(?<![\w./-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\w-])", _iso, _NUMBER_FIRST),
        (
            r"(?<![\w./-])(?P<d>\d{1,2})([./-])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d{2})(?!\w)",
            _numeric,
            _NUMBER_FIRST,
        ),
        (
            rf"(?<![\w.,/-]){day}{until}[ -]?(?:of |de |di |del |d')?(?:{month}){year}",
            _written,
            _NUMBER_FIRST,
        ),
        (
            rf"(?<!\w){month}\.? (?:the )?{day}{until}(?![\d:])(?:,? (?P<y>\d{{4}})(?!\d))?",
            _written,
            _MONTH_FIRST,
        ),
        (
            rf"\b(?:{on}) (?P<words>(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})\.?)(?![\w/%€$£])",
            _short,
            _BEFORE_NUMBER,
        ),
        (
            r"(?<![\w./,-])(?P<words>(?P<d>[0-3]\d)/(?P<m>[0-1]\d))(?![\w/%€$£])",
            _short,
            _NUMBER_FIRST,
        ),
        (
            r"(?<![\w./,-])(?P<words>(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.)(?![\w/%€$£])",
            _short,
            _NUMBER_FIRST,
        ),
        (
            rf"(?<!\w)(?P<month>{_any_of(plain)})(?!\w)(?:\.? (?:de |of )?(?P<y>\d{{4}}))?",
            _month,
            _MONTH_FIRST,
        ),
        (
            (
                rf"(?<!\w){before}(?P<words>(?P<month>{_any_of(_ALSO_WORDS & set(months))})"
                r"(?!\w)(?: (?:de )?(?P<y>\d{4}))?)"
            ),
            _month,
            _BEFORE_MONTH,
        ),
        *(
            (re.sub(r"\((?!\?)", "(?P<words>", line, count=1), _of_month, _BEFORE_NUMBER)
            for line in sections(f"claims.{language}")["day_of_month"]
        ),
    ]
    return tuple((re.compile(pattern), read, begins) for pattern, read, begins in rows)


def _any_of(names: Iterable[str]) -> str:
    listed = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name) for name in listed) or r"(?!)"
