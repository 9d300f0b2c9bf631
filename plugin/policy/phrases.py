"""Finding words and phrases in a text: whole words, whatever their case. Linear in the text."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import regex

from plugin.text.tokens import canonical

# Scripts written without spaces: a word there has no visible edge, so any place counts.
_NO_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
# Other invisible characters would hide a word; long runs of marks take quadratic time to order.
_INVISIBLE = regex.compile(r"\p{Cf}+")
_MANY_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")


def folded(text: str) -> str:
    """`text` as it is compared: canonical, full width as half, case folded, white space single."""
    if not text.isascii():
        visible = _MANY_MARKS.sub(r"\1", _INVISIBLE.sub("", canonical(text)))
        text = unicodedata.normalize("NFKC", visible)
    return " ".join(text.casefold().split())


def first_found(phrases: Sequence[str], folded_text: str) -> str | None:
    """The first of `phrases` that stands in the text as whole words."""
    for phrase in phrases:
        # Most texts hold none of them at all, which is soon told.
        if _plain(phrase) in folded_text and _pattern(phrase).search(folded_text):
            return phrase
    return None


@lru_cache(maxsize=4096)
def _plain(phrase: str) -> str:
    return folded(phrase)


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> "regex.Pattern[str]":
    plain = _plain(phrase)
    before = r"(?<!\w)" if _has_edge(plain[:1]) else ""
    after = r"(?!\w)" if _has_edge(plain[-1:]) else ""
    return regex.compile(before + regex.escape(plain) + after)


def _has_edge(character: str) -> bool:
    return bool(regex.match(r"\w", character)) and not _NO_SPACES.match(character)
