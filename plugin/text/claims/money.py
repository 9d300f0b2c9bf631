"""Amounts and percentages: in digits or words, alone or as a range, with or without a currency."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

import regex

from plugin.text.amounts import Amount, amounts, exact, readings, word_codes
from plugin.text.claims.claim import NEVER, Claim
from plugin.text.claims.numerals import numerals
from plugin.text.lexicons import sections
from plugin.text.tokens import lower

_NUMBER = r"\d++(?:[.,' ]\d{3})*+(?:[.,]\d{1,2})?+"
_NEAR = 32
# "54.20" without a currency; no time, version, date or size.
_BARE = regex.compile(
    r"(?<![\w.,:/#-]|\d )(?:\d{1,3}(?:[.,' ]\d{3})++|\d++)[.,]\d{2}(?![\w:/-]|[.,]\d)"
    r"(?![ ]?(?:\L<units>)\b)",
    regex.V1 | regex.I,
    units="m cm mm km kg g mg l ml cl w kw v a ah mah gb mb tb h uhr uur heures ore horas am pm a.m"
    " p.m oz lb lbs inch inches ft x".split(),
)
# Letters that pass for digits: "$5O.20".
_DISGUISED = regex.compile(
    r"(?:[$€£]|\b(?:USD|EUR|GBP)) ?(?=[\d.,]*[OoIl|])[\dOoIl|.,]*\d[\dOoIl|.,]*"
    r"|(?<![\w.,])(?=[\d.,]*[OoIl|])\d[\dOoIl|.,]* ?(?:[$€£%]|(?:USD|EUR|GBP)\b)",
    regex.V1,
)


def money(text: str, language: str) -> Iterator[Claim]:
    """The amounts and percentages of a canonical text."""
    patterns = _patterns(language)
    end = 0
    for amount in amounts(text):
        claim = _claim(amount, text, patterns, floor=end)
        end = claim.end
        yield claim
    yield from _in_words(text, language, patterns)


def disguised(text: str, _language: str) -> Iterator[Claim]:
    """Amounts with letters that pass for digits."""
    for found in _DISGUISED.finditer(text):
        yield Claim("amount", found.start(), found.end(), (NEVER,))


def without_currency(text: str, _language: str) -> Iterator[Claim]:
    """Numbers written like money: "we sent 54.20 back". Any currency's amount is the same."""
    for found in _BARE.finditer(text):
        keys = frozenset(_plain(value) for value in readings(found.group()))
        yield Claim("amount", found.start(), found.end(), (keys or NEVER,))


class _Patterns:
    """One language's patterns."""

    def __init__(self, language: str) -> None:
        joins = "|".join([*map(regex.escape, sections(f"claims.{language}")["range_join"]), "-"])
        articles = "|".join(sections(f"claims.{language}")["article"])
        codes = word_codes()
        names = "|".join(regex.escape(name) for name in sorted(codes, key=len, reverse=True))
        number = rf"(?:{numerals(language).pattern}|(?:{articles})(?![^\W\d_]))"
        self.codes = codes
        self.before = regex.compile(
            rf"(?<![\w.,])(?P<number>{_NUMBER}) ?(?:{joins}) ?(?=$)", regex.V1
        )
        self.after = regex.compile(rf" ?(?:{joins}) ?(?P<number>{_NUMBER})(?![\w%$€£])", regex.V1)
        self.words = regex.compile(
            rf"(?<![^\W_])(?:(?P<low>{number})[ ](?:{joins})[ ])??(?P<number>{number})[ -]"
            rf"(?P<currency>{names})(?![^\W\d_])",
            regex.V1,
        )


@cache
def _patterns(language: str) -> _Patterns:
    return _Patterns(language)


def _claim(amount: Amount, text: str, patterns: _Patterns, *, floor: int) -> Claim:
    """The amount, with the other end of a range: "10-15 %", "$20 to 30"."""
    start, end = amount.start, amount.end
    needs = [_keys(amount.readings, amount.currency)]
    before = patterns.before.search(text, max(floor, start - _NEAR), start)
    after = None if amount.text[-1:].isalpha() else patterns.after.match(text, end, end + _NEAR)
    if before:
        start = before.start()
        needs.insert(0, _keys(readings(before["number"].strip()), amount.currency))
    elif after and not amount.text.endswith("%"):
        end = after.end()
        needs.append(_keys(readings(after["number"].strip()), amount.currency))
    kind = "percentage" if amount.currency == "%" else "amount"
    return Claim(kind, start, end, tuple(needs), _also(amount.readings, kind))


def _in_words(text: str, language: str, patterns: _Patterns) -> Iterator[Claim]:
    for found in patterns.words.finditer(lower(text)):
        currency = patterns.codes[found["currency"]]
        words = [found[name] for name in ("low", "number") if found[name]]
        values = [Decimal(numerals(language).value(word) or 1) for word in words]
        kind = "percentage" if currency == "%" else "amount"
        yield Claim(
            kind,
            found.start(),
            found.end(),
            tuple(_keys((value,), currency) for value in values),
            _also(values, kind),
        )


def _keys(values: tuple[Decimal, ...], currency: str) -> frozenset[str]:
    if currency == "CENT":
        return frozenset(f"cents {exact(abs(value))}" for value in values)
    return frozenset(f"{exact(abs(value))} {currency}" for value in values)


def _also(values: Sequence[Decimal], kind: str) -> frozenset[str]:
    """An amount is given without its currency too, and in cents."""
    if kind == "percentage":
        return frozenset()
    cents = {f"cents {exact(abs(value) * 100)}" for value in values if value < 1}
    return frozenset(cents).union(map(_plain, values))


def _plain(value: Decimal) -> str:
    return f"amount {exact(abs(value))}"
