"""Numbers in words: "forty", "zweihundertfünfzig", "quatre-vingt-dix", "vinte e cinco"."""

import re
from functools import cache

from plugin.text.lexicons import sections

_HUNDRED, _THOUSAND = 100, 1000
_FOUR, _SCORE = 4, 20  # "quatre-vingts" is four score
_MOST_PARTS = 8


class Numerals:
    """One language's number words.

    Attributes:
        pattern: Matches a number in words of lower-case text, as a part of larger patterns.
    """

    def __init__(self, language: str) -> None:
        lexicon = sections(f"claims.{language}")
        self._values = {
            form: int(value)
            for value, *forms in (line.split() for line in lexicon["numeral"])
            for form in forms
        }
        self._parts = re.compile(_longest_first(self._values))
        part = f"(?:{self._parts.pattern})"
        joins = "|".join(re.escape(join) for join in lexicon["numeral_join"])
        between = rf"[ -]?(?:(?:{joins})[ -]?)?"
        self.pattern = rf"{part}(?:{between}{part}){{0,{_MOST_PARTS}}}(?![^\W\d_])"

    def value(self, words: str) -> int:
        """What the words that `pattern` matched mean."""
        total = current = 0
        for part in self._parts.findall(words):
            value = self._values[part]
            if value == _THOUSAND:
                total, current = total + max(1, current) * value, 0
            elif value == _HUNDRED or (value == _SCORE and current % _HUNDRED == _FOUR):
                current = _multiplied(current, value)
            else:
                current += value
        return total + current


@cache
def numerals(language: str) -> Numerals:
    """The number words of a language of `LANGUAGES`."""
    return Numerals(language)


def _multiplied(current: int, value: int) -> int:
    """Only what stands right before is multiplied: "cent quatre-vingts" is 180."""
    if value == _HUNDRED:
        return max(1, current) * value
    return current - _FOUR + _FOUR * value


def _longest_first(forms: dict[str, int]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
