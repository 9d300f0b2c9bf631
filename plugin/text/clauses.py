"""A text's sentences, and their clauses in the simple text that rules for promises are written for.

What ends a clause in a language, and what is spelled out in it, stands in its lexicon.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from plugin.text.lexicons import everywhere, positions, sections

# A mark between two letters or digits belongs to them, a comma between two digits.
_LOOSE_MARKS = re.compile(r"[./,-](?:(?!\w)|(?<!\w.)|(?<=,)(?!\d)|(?<=,)(?<!\d.))")
_NO_WORD = re.compile(r"[^\w$€£%#./,-]|_")
# The same for ASCII.
_BLANKS = str.maketrans(
    {chr(code): " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "$%#./,-")}
)
_CURRENCY = re.compile(r"[$€£%]")
_CURRENCY_GAP = re.compile(r"(?<=[$€£]) (?=\d)|(?<=\d) (?=[$€£%])")
_END = re.compile(r"[.!?]\s|\n")
_DAY_OR_SHORT_WORD = re.compile(r"(?<![^\s(])(?:(?P<day>\d{1,2})|(?P<short>[^\W\d_]{1,6}))\.$")
_NEXT_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_ENDING = 8
# All that a line of [clause_end] can begin with: most characters need no look at the lines.
_CLAUSE_MAY_END = r"(?=[\s,;¿])"


def whole_sentences(text: str) -> Iterator[str]:
    """The sentences and lines of a text; unlike `sentences` it does not cut "12. Mai", "ca. 5"."""
    start = 0
    for found in _END.finditer(text):
        space = found.end() - 1
        if text[space] == "\n" or not _goes_on(text, space):
            yield text[start:space]
            start = found.end()
    yield text[start:]


def clauses(sentence: str, language: str) -> Iterator[str]:
    """The sentence's clauses in simple text: lower case, spelled out, single spaces."""
    question = sentence.rstrip().endswith("?")
    simple = sentence.casefold()
    rules = _rules(language)
    if rules.contracted.search(simple):
        for marks, pattern, words in rules.spelled_out:
            if marks.search(simple):
                simple = pattern.sub(words, simple)
    for clause in rules.end.split(simple):
        yield _words_only(clause) + (" ?" if question else "")


class _Rules:
    """How one language cuts its sentences."""

    def __init__(self, language: str) -> None:
        lexicon = sections(f"promises.{language}")
        pairs = (line.split(" => ") for line in lexicon.get("spelled_out", ()))
        marks = lexicon.get("contracted", ())
        self.contracted = _any_of(marks)
        self.spelled_out = [
            (_any_of([mark for mark in marks if mark in short]), re.compile(short), words)
            for short, words in pairs
        ]
        self.end = re.compile(rf"{_CLAUSE_MAY_END}(?:{'|'.join(lexicon['clause_end'])})")


def _any_of(marks: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, marks)) or r"(?!)")


@cache
def _rules(language: str) -> _Rules:
    return _Rules(language)


def _goes_on(text: str, end: int) -> bool:
    """Whether the point before `end` belongs to a date or a short form, not to the sentence."""
    before = _DAY_OR_SHORT_WORD.search(text[max(0, end - _LONGEST_ENDING) : end])
    if not before:
        return False
    if before["short"]:
        return before["short"].casefold() in everywhere("short_form")
    following = _NEXT_WORD.match(text, end + 1)
    return following is not None and following.group().casefold() in positions("month")


def _words_only(clause: str) -> str:
    text = _LOOSE_MARKS.sub(" ", clause)
    words = text.translate(_BLANKS) if text.isascii() else _NO_WORD.sub(" ", text)
    spaced = " ".join(words.split())
    return _CURRENCY_GAP.sub("", spaced) if _CURRENCY.search(spaced) else spaced
