"""Money and percentages as people write them: $50, 50.00 USD, €1.234,56, 50 bucks, CHF 20, 15 %."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache

import regex

from plugin.text.lexicons import sections

_GROUP = 3
_MOST_DIGITS = 30
# Full-width digits and signs, as Japanese and Chinese keyboards write them.
_HALF_WIDTH: dict[int, int] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0xFFE5: ord("¥"),
    0xFFE1: ord("£"),
    0xFFE6: ord("₩"),
}
# Currencies that a bare "$" may stand for: "$1,250.00 MXN".
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN")
_EXACT = Context(prec=2 * _MOST_DIGITS)
_NUMBER = (
    r"(?P<number>\d{1,3}+(?:[ ]\d{3}(?!\d)){1,4}+(?:[.,]\d{1,2}(?!\d))?+|\d++(?:[.,']\d++)*+)"
    r"(?:[.,]?-{1,2}+(?!\d))?+(?P<kilo>k\b)?+"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in a text.

    Attributes:
        readings: What the digits may mean; two where "1.234" may be 1.234 or 1234, none where
            the digits follow no known custom.
        currency: ISO 4217, ``%``, or ``CENT``. A bare ``$`` counts as USD.
        text: As written.
        start: Where it begins.
        end: Where it ends.
    """

    readings: tuple[Decimal, ...]
    currency: str
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The same for "$50" and "50.00 USD"; as written where the amount is unclear."""
        if len(self.readings) != 1:
            return half_width(self.text)
        return f"{exact(self.readings[0])} {self.currency}"


def exact(value: Decimal) -> str:
    """The same for 50 and 50.00."""
    return f"{value.normalize(_EXACT):f}"


def readings(number: str) -> tuple[Decimal, ...]:
    """What digits may mean: see `Amount.readings`."""
    return _readings(number, minus=False, kilo=False)


def word_codes() -> dict[str, str]:
    """The words for money that are none of ISO's codes, in lower case, each with its code."""
    lines = (line.rpartition(" ") for line in sections("currencies")["word"])
    return {name.lower(): code for name, _, code in lines if name != code}


def half_width(text: str) -> str:
    """`text` with full-width digits and signs as the usual ones; as long as before."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def amounts(text: str) -> Iterator[Amount]:
    """The amounts of a canonical text, in its order. A number without a currency is none."""
    codes = _codes()
    for found in _matches(half_width(text)):
        written = found["code"] or found["before"] or found["after"]
        yield Amount(
            readings=_readings(
                found["number"], found["minus"] is not None, found["kilo"] is not None
            ),
            currency=codes[written],
            text=text[found.start() : found.end()],
            start=found.start(),
            end=found.end(),
        )


def vocabulary() -> Iterator[str]:
    """Every name of a currency."""
    return iter(_codes())


def _readings(number: str, minus: bool, kilo: bool) -> tuple[Decimal, ...]:
    digits = number.replace(" ", "").replace("'", "")
    if len(digits) > _MOST_DIGITS:
        return ()
    factor = (-1 if minus else 1) * (1000 if kilo else 1)
    return tuple(Decimal(plain) * factor for plain in _plain(digits))


def _plain(digits: str) -> tuple[str, ...]:
    """The digits with a point for the decimals and no other sign, once for each reading."""
    marks = [character for character in digits if character in ".,"]
    if not marks:
        return (digits,)
    last = marks[-1]
    whole, _, decimals = digits.rpartition(last)
    groups = digits.replace(",", ".").split(".")
    grouped = 1 <= len(groups[0]) <= _GROUP and all(len(group) == _GROUP for group in groups[1:])
    if len(marks) == 1:
        as_decimal = f"{whole}.{decimals}"
        if grouped and whole != "0":
            return as_decimal, whole + decimals
        return (as_decimal,)
    if len(set(marks)) == 1:
        return ("".join(groups),) if grouped else ()
    if marks.count(last) == 1:
        return (f"{whole.replace('.', '').replace(',', '')}.{decimals}",)
    return ()


@cache
def _codes() -> dict[str, str]:
    currencies = sections("currencies")
    lines = (*currencies["symbol"], *currencies["word"])
    return {name: code for name, _, code in (line.rpartition(" ") for line in lines)}


def _matches(text: str) -> Iterator[regex.Match[str]]:
    """What `finditer` gives, which takes much longer because it tries every place."""
    pattern, end = _pattern(), 0
    for place in _places().finditer(text):
        found = pattern.match(text, place.start()) if place.start() >= end else None
        if found:
            end = found.end()
            yield found


@cache
def _places() -> re.Pattern[str]:
    """Where an amount may begin: not within a word, and with a number close behind."""
    farthest = max(map(len, _codes())) + len("-. ")
    return re.compile(rf"(?<![A-Za-z])(?=\D{{0,{farthest}}}\d)\S")


@cache
def _pattern() -> regex.Pattern[str]:
    currencies = sections("currencies")
    symbols = _alternatives(currencies["symbol"])
    words = _alternatives(currencies["word"])
    before = (
        rf"(?!%)(?P<before>(?<!\p{{L}})(?:(?P<bare>\$)|{symbols})"
        rf"|(?<![\p{{L}}\p{{N}}])(?:{words})(?!\p{{L}}))\.?+"
    )
    after = rf"(?P<after>(?:{symbols})(?!\p{{L}})|(?:{words})(?![\p{{L}}\p{{N}}]))"
    # A number starts once: never inside a word, nor after its own separator.
    start = r"(?<![\p{L}\d])(?<!\d[.,'])"
    minus = r"(?P<minus>(?<![\p{L}\p{N})])-)?+"
    return regex.compile(
        rf"(?<![^\W\d]){minus}"
        rf"(?:{before}[ ]?+{_NUMBER}(?(bare)(?:[ ](?P<code>{'|'.join(_DOLLARS)})(?!\w))?+)"
        rf"|{start}{_NUMBER}[ -]?+{after})",
        regex.V1,
    )


def _alternatives(lines: tuple[str, ...]) -> str:
    names = (line.rpartition(" ")[0] for line in lines)
    return "|".join(regex.escape(name) for name in sorted(names, key=len, reverse=True))
