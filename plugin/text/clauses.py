"""A sentence's clauses in the simple text that the rules for promises are written for."""

import re
from collections.abc import Iterator

import regex

_CONTRACTIONS = (
    (regex.compile(r"\b(?:can't|cannot|cant)\b"), "can not"),
    (regex.compile(r"\b(?:won't|wont)\b"), "will not"),
    (regex.compile(r"n't\b"), " not"),
    (regex.compile(r"'ll\b"), " will"),
    (regex.compile(r"'ve\b"), " have"),
    (regex.compile(r"'re\b"), " are"),
    (regex.compile(r"\b(i)'m\b"), r"\1 am"),
    (regex.compile(r"\b(i|you|we|they)'d\b"), r"\1 would"),
    (regex.compile(r"\b(it|that|he|she|there|here|what)'s\b"), r"\1 is"),
)
_CONTRACTED = ("'", "cannot", "cant", "wont")  # each of these patterns needs one of them
_CLAUSE_END = regex.compile(
    r";\s|\s-+\s|,\s(?=(?:i|we)\s)|,?\s(?:but|however|instead|although)\s"
    r"|,?\s(?:and|so|then)\s(?=(?:i|we|you|it|your|will|have)\s)"
)
_NOISE = regex.compile(r"[^\p{L}\p{M}\p{N}$€£%#./-]+|[./-]+(?!\w)|(?<!\w)[./-]+", regex.V1)
# The same for ASCII, in two steps.
_LOOSE_MARKS = re.compile(r"[./-]+(?!\w)|(?<!\w)[./-]+")
_NO_WORD = str.maketrans(
    {chr(code): " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "$%#./-")}
)


def clauses(sentence: str) -> Iterator[str]:
    """The sentence's clauses in simple text: lower case, spelled out, single spaces."""
    question = sentence.rstrip().endswith("?")
    simple = sentence.casefold()
    if any(mark in simple for mark in _CONTRACTED):
        for pattern, spelled_out in _CONTRACTIONS:
            simple = pattern.sub(spelled_out, simple)
    for clause in _CLAUSE_END.split(simple):
        yield " ".join(_words_only(clause).split()) + (" ?" if question else "")


def _words_only(clause: str) -> str:
    if clause.isascii():
        return _LOOSE_MARKS.sub(" ", clause).translate(_NO_WORD)
    return _NOISE.sub(" ", clause)
