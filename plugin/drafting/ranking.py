"""Which macros a message is most like: by spelling and by topics, as a whole and by sentences."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plugin.drafting.language import has_words
from plugin.drafting.macros import Macro
from plugin.drafting.retrieval import macro_index
from plugin.drafting.topic_index import topic_index
from plugin.text.topics import topics

# Topics find what is said in other words; spelling finds names and tells macros of a topic apart.
_TOPICS_SHARE = 0.55
# A long message is mostly story, and its question is one sentence of it.
_SENTENCE_SHARE = 0.5
# The subject is the ticket's: a later message may well be about something else.
_SUBJECT_SHARE = 0.5
_SENTENCE_MIN = 4
_SENTENCES = 40
_READ_CHARACTERS = 4_000
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_NO_WORDS = re.compile(r"\S{1,64}@\S+|\w{1,16}://\S+|#\w+|\b\w*\d{3,}\w*\b")
# Mail programs put these before a subject that is not the customer's own.
_REPLY_PREFIXES = ("re:", "aw:", "sv:", "rv:", "fw:", "fwd:", "wg:", "tr:", "odp:", "antw:")

TopicFinder = Callable[[str, str], Counter[str]]


@dataclass(frozen=True, slots=True)
class Match:
    """A macro and how much the message is like it, 0 to 1."""

    macro: Macro
    similarity: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The macros of the best intent, the most similar first.

    Attributes:
        others: How much the message is like the best macro of any other intent.
        unexplained: The share of its topics that no macro of the intent speaks of.
    """

    matches: tuple[Match, ...]
    others: float
    unexplained: float

    @property
    def best(self) -> Match:
        """The macro that the message is most like."""
        return self.matches[0]


class MacroSearch:
    """All macros of one merchant, searched in the language of the message."""

    def __init__(self, macros: tuple[Macro, ...], find_topics: TopicFinder = topics) -> None:
        self._all = macros
        self._topics = find_topics
        self._places: dict[str, list[int]] = {}
        for place, macro in enumerate(macros):
            self._places.setdefault(macro.language, []).append(place)

    def knows(self, language: str) -> bool:
        """Whether any macro is written in `language`."""
        return language in self._places

    def rank(self, text: str, subject: str, language: str) -> Ranking:
        """The macros of the intent that the message is most like."""
        found, message = self._found(text, subject, language)
        return self._ranking(found, found[0].macro.intent, message, language)

    def every(self, text: str, subject: str, language: str) -> tuple[tuple[Match, Ranking], ...]:
        """Every macro of the language, the most similar first, each with its intent's ranking."""
        found, message = self._found(text, subject, language)
        rankings = {
            intent: self._ranking(found, intent, message, language)
            for intent in {match.macro.intent for match in found}
        }
        return tuple((match, rankings[match.macro.intent]) for match in found)

    def _found(self, text: str, subject: str, language: str) -> tuple[Sequence[Match], str]:
        """The macros of the language, the most similar first, and what was read of the message."""
        text = _NO_WORDS.sub(" ", text[:_READ_CHARACTERS])
        subject = "" if subject.strip().casefold().startswith(_REPLY_PREFIXES) else subject
        subject = _NO_WORDS.sub(" ", subject[:_READ_CHARACTERS])
        macros = tuple(self._all[place] for place in self._places[language])
        scores = self._scores(text, subject, language, macros)
        found = map(Match, macros, scores)
        return sorted(found, key=lambda match: -match.similarity), f"{subject}\n{text}"

    def _ranking(self, found: Sequence[Match], intent: str, message: str, language: str) -> Ranking:
        return Ranking(
            tuple(match for match in found if match.macro.intent == intent),
            max((match.similarity for match in found if match.macro.intent != intent), default=0.0),
            topic_index(self._all).unexplained(self._topics(message, language), intent),
        )

    def _scores(
        self, text: str, subject: str, language: str, macros: tuple[Macro, ...]
    ) -> list[float]:
        whole, *parts = self._similarities([text, *_sentences(text)], language, macros)
        plain = _whole_and_part(whole, parts)
        if not has_words(subject):
            return plain
        whole, title = self._similarities([f"{subject}\n{text}", subject], language, macros)
        titled = _whole_and_part(whole, [*parts, title])
        return _mixed(plain, titled, _SUBJECT_SHARE)

    def _similarities(
        self, texts: Sequence[str], language: str, macros: tuple[Macro, ...]
    ) -> list[list[float]]:
        """For each text, how much it is like each macro."""
        spelling = macro_index(macros).similarities(texts)
        spoken = [self._topics(text, language) for text in texts]
        if not spoken[0]:
            return spelling
        everywhere = map(topic_index(self._all).similarities, spoken)
        places = self._places[language]
        return [
            _mixed(row, [there[place] for place in places], _TOPICS_SHARE)
            for row, there in zip(spelling, everywhere, strict=True)
        ]


def _sentences(text: str) -> list[str]:
    parts = [part for part in _SENTENCE_END.split(text) if len(part) >= _SENTENCE_MIN]
    return parts[:_SENTENCES] or [text]


def _whole_and_part(whole: Sequence[float], parts: Sequence[Sequence[float]]) -> list[float]:
    return _mixed(whole, [max(column) for column in zip(*parts, strict=True)], _SENTENCE_SHARE)


def _mixed(one: Sequence[float], other: Sequence[float], share: float) -> list[float]:
    return [(1 - share) * a + share * b for a, b in zip(one, other, strict=True)]
