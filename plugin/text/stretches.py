"""The stretches of a text that can hold entities; each can be read without the others.

An entity goes across the space between two words only within a phrase, a date or an amount. Each
word of those has a digit or a mark, or is in a vocabulary. So a sentence can be cut beside every
other word, and what `entities` finds in the stretches is what it finds in the sentence. A test
holds both against each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal

import regex

from plugin.text import amounts, dates, entities

# Stands for the words around: in no vocabulary, and no end of a sentence.
_AROUND = "x"
# Letters only, or with digits behind them as in "word7"; then a mark that ends no sentence.
_SIMPLE = regex.compile(r"(?P<letters>[A-Za-zÀ-ÖØ-öø-ÿ]++)(?P<digits>[0-9]*+)[,;:]*+")


def stretches(sentences: Iterable[str]) -> Iterator[str]:
    """What is left of canonical sentences without their ordinary words, in order.

    An ordinary word beside a stretch is kept as ``x``, because some phrases count only at the
    beginning or end of a sentence.
    """
    look = cache(_look)
    for sentence in sentences:
        words = sentence.split(" ")
        start = 0
        for index, word in enumerate(words):
            kind = look(word)
            if kind == "open":
                continue
            end = index if kind == "ordinary" else index + 1
            if start < end:
                yield _stretch(words, start, end)
            start = index + 1
        if start < len(words):
            yield _stretch(words, start, len(words))


def _look(word: str) -> Literal["ordinary", "closed", "open"]:
    """Ordinary: holds no entity and is part of none. Closed: none goes on behind the word."""
    simple = _SIMPLE.fullmatch(word)
    if not simple or simple["letters"].casefold() in _vocabulary():
        return "open"
    return "closed" if simple["digits"] else "ordinary"


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
