"""Sensitive topics in a customer's message, and strong negative sentiment.

Words alone miss what is said between the lines: a reason to hold a reply, never one to release it.

Customers write in any language, whatever the ticket's language is taken for, so the lexicons of all
languages are looked for at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from plugin.text import lexicons
from plugin.text.lexicons import LANGUAGES
from plugin.text.plain_words import SENTENCE_END, plain_words
from plugin.text.word_lines import LineIndex, LineReader

TOPICS = (
    "legal_threat",
    "chargeback",
    "safety",
    "self_harm",
    "threat",
    "press",
    "minor",
    "data_protection",
)
NEGATIVE = "negative"
# What a section may need beside what other sections show: most of the text is in capitals.
_SHOUTING = "shouting"
_SHOUTED_LETTERS = 10
_CLEAR = "clear"
_SHARED = frozenset((*TOPICS, NEGATIVE, _SHOUTING, _CLEAR))


@dataclass(frozen=True, slots=True)
class _Section:
    """What a section's lines show, and what has to be found elsewhere in the text for that."""

    shows: tuple[str, ...]
    needs: frozenset[str] = frozenset()


_Hit = tuple[_Section, int, int]


def has_sensitive_lexicon(language: str | None) -> bool:
    """Whether topics can be found in a language (``en``, ``en-GB``); no for an unknown one."""
    if language is None:
        return False
    return language.replace("_", "-").partition("-")[0].strip().casefold() in LANGUAGES


def is_findable(phrase: str) -> bool:
    """Whether a merchant's own phrase has any word that can be looked for."""
    return bool(_searched(phrase))


def find_topics(
    text: str,
    *,
    more: Mapping[str, Sequence[str]] | None = None,
    languages: tuple[str, ...] = LANGUAGES,
) -> Mapping[str, str]:
    """The sensitive topics of a message, each with the words that show it, as written.

    Args:
        text: The customer's message.
        more: A merchant's own words and phrases by topic: found as whole words, whatever their
            case and accents.
        languages: Whose lexicons are looked for.
    """
    found = find_signs(text, more=more, languages=languages)
    return {topic: found[topic] for topic in TOPICS if topic in found}


def negative(
    text: str,
    *,
    more: Mapping[str, Sequence[str]] | None = None,
    languages: tuple[str, ...] = LANGUAGES,
) -> str | None:
    """The words that show strong negative sentiment, as written; None for a mild message.

    A merchant's own words stand in `more` under ``negative``; see `find_topics` for the rest.
    """
    return find_signs(text, more=more, languages=languages).get(NEGATIVE)


def find_signs(
    text: str,
    *,
    more: Mapping[str, Sequence[str]] | None = None,
    languages: tuple[str, ...] = LANGUAGES,
) -> Mapping[str, str]:
    """Topics, anger and what else a lexicon's sections show, for who asks for both."""
    read = plain_words(text)
    hits = (
        *(_own_words(_hashable(more)).find(read.words) if more else ()),
        *_uncleared(tuple(_lexicon(languages).find(read.words)), len(read.words)),
    )
    spans = {_SHOUTING: (0, 0)} if _is_shouted(read.text) else {}
    for has_needs in (False, True):
        known = frozenset(spans)
        for section, start, end in hits:
            if bool(section.needs) is has_needs and section.needs <= known:
                for topic in section.shows:
                    spans.setdefault(topic, (start, end))
    return {topic: read.written(start, end) for topic, (start, end) in spans.items() if end}


def has_own_words(text: str, more: Mapping[str, Sequence[str]]) -> bool:
    """Whether any of a merchant's own words stands in a message."""
    return any(True for _ in _own_words(_hashable(more)).find(plain_words(text).words))


def _hashable(more: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((topic, tuple(phrases)) for topic, phrases in more.items())


def _uncleared(hits: Sequence[_Hit], count: int) -> Iterator[_Hit]:
    """The hits that neither start nor end among words that are harmless together."""
    harmless = bytearray(count)
    for section, start, end in hits:
        if _CLEAR in section.shows:
            harmless[start:end] = b"\1" * (end - start)
    for section, start, end in hits:
        if _CLEAR not in section.shows and not (harmless[start] or harmless[end - 1]):
            yield section, start, end


def _is_shouted(text: str) -> bool:
    capitals = sum(map(str.isupper, text))
    return capitals >= _SHOUTED_LETTERS and capitals > 2 * sum(map(str.islower, text))


@cache
def _lexicon(languages: tuple[str, ...]) -> LineIndex[_Section]:
    index: LineIndex[_Section] = LineIndex()
    for language in languages:
        sections = lexicons.sections(f"sensitive.{language}")
        reader = LineReader(sections)
        for header, lines in sections.items():
            if header.isupper():
                continue
            shows, _, needs = header.partition(" if ")
            section = _Section(
                tuple(_scoped(name, language) for name in shows.split()),
                frozenset(_scoped(name, language) for name in needs.split()),
            )
            for line in lines:
                index.add(line, reader, section)
    return index


def _scoped(name: str, language: str) -> str:
    """What only sections of the same language ask for has the language in its name."""
    return name if name in _SHARED else f"{name} {language}"


@lru_cache(maxsize=256)
def _own_words(own: tuple[tuple[str, tuple[str, ...]], ...]) -> LineIndex[_Section]:
    index: LineIndex[_Section] = LineIndex()
    reader = LineReader({})
    for topic, phrases in own:
        for phrase in phrases:
            if words := _searched(phrase):
                index.add(" ".join(words), reader, _Section((topic,)))
    return index


def _searched(phrase: str) -> list[str]:
    return [word for word in plain_words(phrase).words if word != SENTENCE_END]
