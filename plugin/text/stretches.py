"""The stretches of a text that can hold entities; each can be read without the others.

An entity goes across the space between two words only within a phrase, a date or an amount. Each
word of those has a digit or a mark, or is in a vocabulary. So a sentence can be cut beside every
other word, and what `entities` finds in the stretches is what it finds in the sentence. A test
holds both against each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import regex

from plugin.text import amounts, dates, entities

# Stands for the words around: in no vocabulary, and no end of a sentence.
_AROUND = "x"
# An ordinary word holds no entity and is part of none; none goes on behind a closed one.
_ORDINARY, _CLOSED, _OPEN = range(3)
# Letters only, or with digits behind them as in "word7"; then a mark that ends no sentence.
_SIMPLE = regex.compile(r"(?P<letters>[A-Za-zÀ-ÖØ-öø-ÿ]++)(?P<digits>[0-9]*+)[,;:]*+")


class Stretches:
    """Cuts the sentences of texts that belong together; it remembers their words."""

    def __init__(self) -> None:
        self._tie = _Ties()

    def of(self, sentences: Iterable[str]) -> Iterator[str]:
        """What is left of canonical sentences without their ordinary words, in order.

        An ordinary word beside a stretch is kept as ``x``, because some phrases count only at the
        beginning or end of a sentence.
        """
        for sentence in sentences:
            words = sentence.split(" ")
            start = 0
            for index, tie in enumerate(map(self._tie.__getitem__, words)):
                if tie == _OPEN:
                    continue
                end = index if tie == _ORDINARY else index + 1
                if start < end:
                    yield _stretch(words, start, end)
                start = index + 1
            if start < len(words):
                yield _stretch(words, start, len(words))


class _Ties(dict[str, int]):
    """How a word is tied to those beside it, found out when first asked for."""

    def __missing__(self, word: str) -> int:
        return self.setdefault(word, _tie(word))


def _tie(word: str) -> int:
    if word.isalpha() and word.isascii():
        return _OPEN if word.casefold() in _vocabulary() else _ORDINARY
    simple = _SIMPLE.fullmatch(word)
    if not simple or simple["letters"].casefold() in _vocabulary():
        return _OPEN
    return _CLOSED if simple["digits"] else _ORDINARY


def _stretch(words: Sequence[str], start: int, end: int) -> str:
    before = f"{_AROUND} " if start else ""
    after = f" {_AROUND}" if end < len(words) else ""
    return f"{before}{' '.join(words[start:end])}{after}"


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(
        word.casefold()
        for phrases in (amounts.vocabulary(), dates.vocabulary(), entities.vocabulary())
        for phrase in phrases
        for word in phrase.split()
    )
