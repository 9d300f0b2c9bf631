"""Dates, weekdays, relative days and spans."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

from plugin.text.claims.claim import Claim, blanked
from plugin.text.claims.dates import dates
from plugin.text.claims.numerals import numerals
from plugin.text.lexicons import sections
from plugin.text.tokens import lower

# Between a weekday and its date.
_BESIDE = re.compile(
    r"(?:\.?,? ?\(?(?:the |den |dem |der |am |le |el |il |dia |día |de |op )?|,? ?\(?)"
)
_MOST_BETWEEN = 8
_TAILS = (
    "s|morgen|vormittag|mittag|nachmittag|abend|nacht|früh|ochtend|middag|avond"
    "| (?:morning|afternoon|evening|night|matin|midi|après-midi|soir)"
)
_AROUND = (
    r"(?: (?:prochain|próximo|próxima|que viene|que vem|prossimo|prossima|suivant|dernier|pasado"
    r"|passado|scorso|scorsa))?"
)
_BEFORE = (
    r"(?:(?:next|last|this|coming|nächsten|kommenden|diesen|letzten|ce|próximo|próxima|este|esta"
    r"|prossimo|prossima|questo|questa|volgende|komende|aanstaande|deze|afgelopen) )?"
)
# Short names stand after one of these: "by Fri".
_SHORT = re.compile(
    r"(?<=\b(?:on|by) )(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?!\w)", re.IGNORECASE
)
_SHORT_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}


def times(text: str, language: str) -> Iterator[Claim]:
    """The days, dates and spans of a canonical text; times of day are none."""
    patterns = _patterns(language)
    rest = patterns.idle.sub(lambda found: " " * len(found.group()), lower(text))
    days = sorted(dates(rest, language), key=lambda day: day.start)
    yield from days
    rest = blanked(rest, days)
    spans = [patterns.span_of(found) for found in patterns.span.finditer(rest)]
    yield from spans
    rest = blanked(rest, spans)
    weekdays = [patterns.weekday_of(found, rest, days) for found in patterns.weekday.finditer(rest)]
    yield from weekdays
    rest = blanked(rest, weekdays)
    for found in patterns.relative.finditer(rest):
        yield Claim("date", *found.span(), (frozenset({f"then {found.group()}"}),))
    for found in _SHORT.finditer(rest) if language == "en" else ():
        number = _SHORT_DAYS[found.group()[:3]]
        yield Claim("date", *found.span(), (frozenset({f"weekday {number}"}),))


class _Patterns:
    """One language's patterns, for text in lower case."""

    def __init__(self, language: str) -> None:
        lexicon = sections(f"claims.{language}")
        self._numerals = numerals(language)
        self._units = [
            (re.compile(form), Decimal(factor), base)
            for factor, base, forms in map(_unit, lexicon["unit"])
            for form in forms
        ]
        # "business days" before "days".
        unit = "|".join(form for _, _, forms in map(_unit, lexicon["unit"][::-1]) for form in forms)
        count = rf"(?:\d{{1,5}}(?:[.,]\d)?(?![\d.,]*\d)|{self._numerals.pattern})"
        joins = "|".join([*map(re.escape, lexicon["range_join"]), "-"])
        articles = "|".join(lexicon["article"])
        before = "|".join(map(re.escape, lexicon["span_before"]))
        self.span = re.compile(
            rf"(?<![\w.,/-])(?:(?P<low>{count})[ -]?(?:{joins})[ -]?)??"
            rf"(?P<count>{count})[ -]{{0,2}}(?P<unit>{unit})(?!\w)"
            rf"|(?<!\w)(?:{before}) (?P<article>{articles}) (?P<one>{unit})(?!\w)"
        )
        self._weekdays = {
            form: number
            for number, line in enumerate(sections(language)["weekday"], start=1)
            for form in line.split()
        }
        names = "|".join(map(re.escape, sorted(self._weekdays, key=len, reverse=True)))
        self.weekday = re.compile(rf"(?<!\w){_BEFORE}(?P<name>{names})(?:{_TAILS})?{_AROUND}(?!\w)")
        self.relative = re.compile(rf"(?<!\w)(?:{'|'.join(lexicon['relative'])})(?!\w)")
        self.idle = re.compile(rf"(?<!\w)(?:{'|'.join(lexicon['idle'])})(?!\w)")

    def span_of(self, found: re.Match[str]) -> Claim:
        """A number of units, or a range of them; the upper end of a given range is given too."""
        if found["one"]:
            start, written, counts = found.start("article"), found["one"], [Decimal(1)]
        else:
            start, written = found.start(), found["unit"]
            counts = [self._number(w) for w in (found["low"], found["count"]) if w]
        factor, base = next(
            (factor, base) for form, factor, base in self._units if form.fullmatch(written)
        )
        sizes = [f"{(count * factor).normalize():f}" for count in counts]
        need = frozenset({f"span {'-'.join(sizes)} {base}"})
        return Claim("span", start, found.end(), (need,), frozenset({f"span {sizes[-1]} {base}"}))

    def weekday_of(self, found: re.Match[str], text: str, days: Sequence[Claim]) -> Claim:
        """A weekday; beside a date it may be given by the calendar."""
        number = self._weekdays[found["name"]]
        beside = _beside(found.start(), found.end(), text, days)
        with_date = {
            f"weekday {number} {key.removeprefix('date ')[-5:]}"
            for key in (beside.keys if beside else ())
            if key.startswith("date ")
        }
        need = frozenset({f"weekday {number}", *with_date})
        return Claim("date", *found.span(), (need,))

    def _number(self, written: str) -> Decimal:
        if written[0].isdigit():
            return Decimal(written.replace(",", "."))
        return Decimal(self._numerals.value(written))


@cache
def _patterns(language: str) -> _Patterns:
    return _Patterns(language)


def _unit(line: str) -> tuple[int, str, list[str]]:
    size, _, forms = line.partition(" = ")
    factor, _, base = size.partition(" ")
    return int(factor), base, [form.strip() for form in forms.split(" | ")]


def _beside(start: int, end: int, text: str, days: Sequence[Claim]) -> Claim | None:
    """The date right after or right before, of dates in the text's order."""
    after = bisect_left(days, end, key=lambda day: day.start)
    for day in days[max(0, after - 1) : after + 1]:
        gap = text[end : day.start] if day.start >= end else text[day.end : start]
        if len(gap) <= _MOST_BETWEEN and _BESIDE.fullmatch(gap):
            return day
    return None
