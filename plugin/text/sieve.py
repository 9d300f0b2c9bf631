"""Which of many patterns a text may match, by the text's words alone."""

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

_WORD = re.compile(r"\w+|[^\w\s]")
_DIGIT = re.compile(r"\d")
# How much is looked at of what words begin with, end with, or hold inside.
_BEGINNINGS, _ENDINGS, _INSIDE = (1, 2, 4, 6), (2, 4, 6), 4
_NEEDS = 3

_Table = dict[str, int]


class Sieve:
    """Many patterns, by the words that each needs.

    A set of patterns is a number with a bit for each. What a word stands for is three such sets
    side by side in one number: patterns whose rarest need it meets, those whose second, and those
    whose third. So one operation adds a word to those before it, and the patterns in all three sets
    are left. Any other cannot match; of those left some may not either.
    """

    def __init__(self, patterns: Sequence[Iterable[frozenset[str]]]) -> None:
        """Take the needs of each pattern, as `LineWords.needs` gives them."""
        self._count = len(patterns)
        self._exact: _Table = {}
        self._beginnings: _Table = {}
        self._endings: _Table = {}
        self._insides: _Table = {}
        self._without_a_need = 0
        for number, needs in enumerate(patterns):
            rarest = sorted(filter(_can_be_looked_up, needs), key=_frequency)[:_NEEDS]
            for place in range(_NEEDS):
                bit = 1 << (place * self._count + number)
                if place < len(rarest):
                    self._add(rarest[place], bit)
                else:
                    self._without_a_need |= bit

    def possible(self, text: str, known: "Known") -> int:
        """The set of patterns that may match `text`, by what its words are known to stand for."""
        met = reduce(or_, map(known.__getitem__, _WORD.findall(text)), self._without_a_need)
        return met & (met >> self._count) & (met >> 2 * self._count)

    def _add(self, words: Iterable[str], bit: int) -> None:
        for word in words:
            beginning, *others = word.split("*")
            if not others:
                table, part = self._exact, word
            elif beginning:
                length = max(length for length in _BEGINNINGS if length <= len(beginning))
                table, part = self._beginnings, beginning[:length]
            elif others[-1]:
                length = max(length for length in _ENDINGS if length <= len(others[-1]))
                table, part = self._endings, others[-1][-length:]
            else:
                table, part = self._insides, max(others, key=len)[:_INSIDE]
            table[part] = table.get(part, 0) | bit

    def met_by(self, written: str) -> int:
        """What a word stands for."""
        word = written if written.isalpha() else _DIGIT.sub("0", written)
        meets = self._exact.get(word, 0)
        for length in _BEGINNINGS:
            meets |= self._beginnings.get(word[:length], 0)
        for length in _ENDINGS:
            meets |= self._endings.get(word[-length:], 0)
        if self._insides:
            for start in range(len(word) - _INSIDE + 1):
                meets |= self._insides.get(word[start : start + _INSIDE], 0)
        return meets


class Known(dict[str, int]):
    """Words of texts that belong together, each with what it stands for; let go of it with them."""

    def __init__(self, sieve: Sieve) -> None:
        super().__init__()
        self._sieve = sieve

    def __missing__(self, word: str) -> int:
        return self.setdefault(word, self._sieve.met_by(word))


def _can_be_looked_up(words: Iterable[str]) -> bool:
    """Whether all the words are exact, or long enough to be told by their ending or inside."""
    return all(
        not word.startswith("*")
        or (len(word.rpartition("*")[2]) >= min(_ENDINGS))
        or (word.endswith("*") and max(map(len, word.split("*"))) >= _INSIDE)
        for word in words
    )


def _frequency(words: Iterable[str]) -> float:
    """Roughly how often one of the words stands somewhere: short ones are common."""
    return sum(4.0 ** -len(word.replace("*", "")) for word in words)
