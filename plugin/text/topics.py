"""What a customer's message is about, by the words that customers use towards shops.

Written by hand for seven languages: what a word means needs no model here, and a topic that no
macro speaks of is evidence too. The lexicons say how their lines are read.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from plugin.text import lexicons

_READ_CHARACTERS = 4_000
# Phrases here only keep shorter ones from being found: "rain jacket" says nothing of rain.
_NOTHING = "nothing"
_GAP = ".."
_GAP_WORDS = 4
_WORD = re.compile(r"[^\W_]+|%")
# Only English is spelled out: elsewhere an apostrophe parts words that are looked up as they are.
_SPELLED_OUT = (
    (re.compile(r"\b(?:can['\u2019]?t|cannot|won['\u2019]?t)\b"), " not "),
    (
        re.compile(
            r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should)n['\u2019]?t\b"
        ),
        r"\1 not",
    ),
    (re.compile(r"\b(where|what|how|who)['\u2019]?s\b"), r"\1 is"),
    (re.compile(r"\b(that|it|there|here|she|he)['\u2019]s\b"), r"\1 is"),
)


@dataclass(frozen=True, slots=True)
class _Slot:
    """One word of a phrase: which words will do, and how many others may stand before it."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    gap: int

    def takes(self, word: str) -> bool:
        return word in self.words or (bool(self.beginnings) and word.startswith(self.beginnings))


@dataclass(frozen=True, slots=True)
class _Phrase:
    topic: str
    slots: tuple[_Slot, ...]

    def places(self, words: Sequence[str], start: int) -> frozenset[int] | None:
        """Where the phrase's words stand if it begins at `start`, where the first word fits."""
        found = [start]
        for slot in self.slots[1:]:
            after = found[-1] + 1
            within = range(after, min(len(words), after + slot.gap + 1))
            place = next((at for at in within if slot.takes(words[at])), None)
            if place is None:
                return None
            found.append(place)
        return frozenset(found)


class TopicLexicon:
    """The phrases of one language, looked up by their first words."""

    def __init__(self, lines: Mapping[str, Sequence[str]], language: str) -> None:
        self._language = language
        self._by_word: dict[str, list[_Phrase]] = defaultdict(list)
        self._by_beginning: dict[str, list[_Phrase]] = defaultdict(list)
        for topic, phrases in lines.items():
            for line in phrases:
                self._add(_Phrase(topic, tuple(_slots(line, language))))
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def _add(self, phrase: _Phrase) -> None:
        first = phrase.slots[0]
        for word in first.words:
            self._by_word[word].append(phrase)
        for beginning in first.beginnings:
            self._by_beginning[beginning].append(phrase)

    def find(self, text: str) -> Counter[str]:
        """How often each topic is spoken of; a phrase inside a longer one does not count."""
        words = _words(text[:_READ_CHARACTERS], self._language)
        found: dict[int, set[tuple[str, frozenset[int]]]] = defaultdict(set)
        for start, word in enumerate(words):
            for phrase in self._beginning_with(word):
                if places := phrase.places(words, start):
                    for place in places:
                        found[place].add((phrase.topic, places))
        alone = {
            (topic, places)
            for hits in found.values()
            for topic, places in hits
            if not any(places < longer for _, longer in found[min(places)])
        }
        return Counter(topic for topic, _ in alone if topic != _NOTHING)

    def _beginning_with(self, word: str) -> Iterator[_Phrase]:
        yield from self._by_word.get(word, ())
        for length in self._lengths:
            if length > len(word):
                return
            yield from self._by_beginning.get(word[:length], ())


def has_topics(language: str) -> bool:
    """Whether there is a lexicon for `language` (ISO 639-1)."""
    return language in lexicons.LANGUAGES


def topics(text: str, language: str) -> Counter[str]:
    """How often each topic is spoken of in `text`; none in a language without a lexicon."""
    return _lexicon(language).find(text) if has_topics(language) else Counter()


@cache
def _lexicon(language: str) -> TopicLexicon:
    return TopicLexicon(lexicons.sections(f"topics.{language}"), language)


def _words(text: str, language: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    if language == "en":
        for pattern, spelled_out in _SPELLED_OUT:
            plain = pattern.sub(spelled_out, plain)
    return _WORD.findall(plain)


def _slots(line: str, language: str) -> Iterator[_Slot]:
    gap = 0
    for part in line.split():
        if part == _GAP:
            gap = _GAP_WORDS
            continue
        # "l'ordine" is two words wherever it stands.
        *before, last = [part] if "/" in part else _words(part, language)
        for word in before:
            yield _Slot(frozenset({word}), (), gap)
            gap = 0
        choices = last.split("/") if "/" in part else [last + "*" * part.endswith("*")]
        plain = [("".join(_words(choice, language)), choice.endswith("*")) for choice in choices]
        yield _Slot(
            frozenset(word for word, open_ended in plain if not open_ended),
            tuple(word for word, open_ended in plain if open_ended),
            gap,
        )
        gap = 0
