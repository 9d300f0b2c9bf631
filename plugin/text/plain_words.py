"""A text's words in their plainest form, however they were typed, each with where it stands."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import regex

from plugin.text.tokens import canonical

SENTENCE_END = "."

# "I'm" is one word, "l'avocat" two. A point before a figure ends no sentence: "Art. 15".
_ENDING = r"(?:'(?:t|s|m|re|ve|ll|d)\b)?"
# Only from where a run of marks begins: else a long one is read again at each of its marks.
_END = r"(?<![.!?;])[.!?;]++(?!\S)(?!\s+[0-9])|\n[ \t]*\n"
_ASCII_WORD = re.compile(rf"[0-9]+|(?i:[a-z]+{_ENDING})|{_END}", re.ASCII)
# Scripts without spaces: each character is a word, so that a phrase is found anywhere.
_WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Emoji_Presentation}]"
    rf"|\p{{N}}+|(?i:[\p{{L}}\p{{M}}]+{_ENDING})|{_END}",
    regex.V1,
)
# Cyrillic and Greek letters that look like a Latin one, and that one.
_LOOK_ALIKE = ("аеорсухіјѕһԁԛԝкмтвнοανρτυικηε", "aeopcyxijshdqwkmtbhoavptuikne")
# Accented, full-width and mathematical letters.
_LATIN_BLOCKS = (
    range(0x80, 0x370),
    range(0x1E00, 0x2000),
    range(0xFF01, 0xFF5F),
    range(0x1D400, 0x1D6A4),
)
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")


@dataclass(frozen=True, slots=True)
class PlainWords:
    """A text's words as they are compared, with `SENTENCE_END` between two sentences."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def written(self, start: int, end: int) -> str:
        """The words from `start` to before `end` as the canonical text has them."""
        return self.text[self.spans[start][0] : self.spans[end - 1][1]]


def plain_words(text: str) -> PlainWords:
    """The words of a text and the ends of its sentences."""
    shown = canonical(text)
    pattern: re.Pattern[str] | regex.Pattern[str] = _ASCII_WORD if shown.isascii() else _WORD
    spans = tuple([match.span() for match in pattern.finditer(shown)])
    return PlainWords(shown, tuple([plain(shown[start:end]) for start, end in spans]), spans)


def plain(word: str) -> str:
    """A word without case, accents, apostrophe and stretched letters.

    "Schön" is "schon" here: who types "schoen" is understood by the lines that are looked for.
    """
    if word[0] in ".!?;\n":
        return SENTENCE_END
    simple = word.casefold().replace("'", "")
    if not simple.isascii():
        simple = simple.translate(_unaccented())
    # "BBB" is a name and "aaa" no "a".
    return simple if len(set(simple)) == 1 else _STRETCHED.sub(r"\1", simple)


@cache
def _unaccented() -> Mapping[int, str]:
    """Letter by letter, as ordering a long run of marks would take quadratic time."""
    table = {ord("œ"): "oe", ord("æ"): "ae", ord("ø"): "o", ord("ł"): "l", ord("đ"): "d"}
    table |= {ord(theirs): ours for theirs, ours in zip(*_LOOK_ALIKE, strict=True)}
    for code in (code for block in _LATIN_BLOCKS for code in block):
        letters = unicodedata.normalize("NFKD", chr(code))
        simple = "".join(letter for letter in letters if not unicodedata.combining(letter))
        table.setdefault(code, simple.casefold())
    return table
