"""Text as tokens: raw ones that lose nothing, and canonical words that are compared."""

import re
import unicodedata
from collections.abc import Iterable

import regex

# A run of flags is matched pair by pair: `\X` alone looks back to the run's first flag each time.
_WORD_OR_CLUSTER = (
    r"\p{Han}|\p{Hiragana}|\p{Katakana}+|\p{Thai}+"
    r"|[\p{L}\p{M}\p{N}]+(?:[.,'\u2019_\-:/@][\p{L}\p{M}\p{N}]+)*"
    r"|\p{RI}{2}\p{GCB=EX}*+"
    r"|\X"
)
_TOKEN = regex.compile(rf"\s+|{_WORD_OR_CLUSTER}", regex.V1)
# The same for ASCII, in half the time: `re` and `regex` differ in what is white space there.
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[.,'_\-:/@][A-Za-z0-9]+)*|[ \t\n\r\v\f]+|.", re.DOTALL)

_DROPPED = "\u200b\u2060\ufeff\u00ad\u061c\u200e\u200f" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# Curly and angle quotes, apostrophes, primes; hyphens, dashes and the minus sign.
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4\u2039\u203a"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_VISIBLE = str.maketrans({**dict.fromkeys(_DROPPED), **dict.fromkeys(_SPACES, " ")})
_FOLDS = _VISIBLE | str.maketrans(
    {
        **dict.fromkeys(_SINGLE_QUOTES, "'"),
        **dict.fromkeys(_DOUBLE_QUOTES, '"'),
        **dict.fromkeys(_DASHES, "-"),
        "…": "...",
    }
)

# Ordering a run of combining marks takes quadratic time. The Stream-Safe Text Format allows 30
# (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format); longer runs stay as they are.
_ENDLESS_MARKS = regex.compile(r"(\p{M}{31,})", regex.V1)


def raw_tokens(text: str) -> list[str]:
    """Words, punctuation marks and runs of white space; joined they are `text` again."""
    tokens: list[str] = (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)
    return tokens


def canonical(text: str) -> str:
    """`text` as it is compared: NFC, quotes, dashes and spaces folded, invisible marks dropped.

    White space keeps its place and length; see `one_spaced`.
    """
    if text.isascii():
        return text
    return _nfc(text.translate(_FOLDS))


def visible(text: str) -> str:
    """`text` without invisible marks and with ordinary spaces; otherwise as it is."""
    return text if text.isascii() else text.translate(_VISIBLE)


def lower(text: str) -> str:
    """`text` in lower case, as long as before, so that positions stay."""
    return text.replace("\u0130", "i").lower()  # the one letter whose lower case is longer


def one_spaced(text: str) -> str:
    """`text` with each run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def words(canonical_text: str) -> list[str]:
    """The words and punctuation marks of a canonical text, without white space."""
    return without_space(raw_tokens(canonical_text))


def without_space(tokens: Iterable[str]) -> list[str]:
    """The tokens that are not white space."""
    return [token for token in tokens if not token.isspace()]


def canonical_words(text: str) -> list[str]:
    """The words that edit sizes are counted in."""
    return words(canonical(text))


def _nfc(text: str) -> str:
    pieces = _ENDLESS_MARKS.split(text)
    pieces[::2] = [unicodedata.normalize("NFC", piece) for piece in pieces[::2]]
    return "".join(pieces)
