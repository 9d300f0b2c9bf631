"""One language's rules for promises, as its lexicon ``promises.<language>.txt`` spells them out.

A clause has the words for a few of a lexicon's hundreds of lines, and only those are searched for.
The patterns are for `re`, three times as fast as `regex` here: the simple text of `clauses` leaves
nothing that the two see differently.
"""

import re
from collections.abc import Iterator
from functools import cache

from plugin.text.lexicons import sections
from plugin.text.line_words import LineWords
from plugin.text.sieve import Known, Sieve

_MONEY = frozenset({"refund", "store_credit", "voucher", "credit", "discount"})
_GOODS = frozenset({"reship", "replacement", "cancel_order", "address_change", "return_label"})
# Kinds that count only in a clause without certain others, and what they are reported as.
_WEAK = (
    ("receipt_day", "delivery_date", frozenset[str]()),
    ("receipt_date", "delivery_date", _MONEY),
    ("favour", "other", _MONEY | _GOODS | {"delivery_date", "other"}),
)
_DATES = ("delivery_date", "receipt_day", "receipt_date")
# In the order in which they are reported.
_KINDS = (
    *("refund", "store_credit", "voucher", "credit", "discount"),
    *("reship", "replacement", "cancel_order", "address_change", "return_label"),
    *_DATES,
    *("other", "favour"),
)
_CONDITIONS = ("trigger", "trigger_date", "firm", "negation", "benign", "explicit", "done", "ahead")
_WORDS_AROUND = 4
_WORDS_BEFORE = 8
_SECTION = re.compile(r"[A-Z]{3,}")


class Rules:
    """One language's lexicon. A set of its lines is a number with a bit for each, as in `Sieve`."""

    def __init__(self, language: str) -> None:
        # Clauses are case folded.
        self._sections = {
            name: tuple(line.replace("ß", "ss") for line in lines)
            for name, lines in sections(f"promises.{language}").items()
        }
        self._lines = [
            (name, line) for name in (*_KINDS, *_CONDITIONS) for line in self._sections[name]
        ]
        self._patterns: dict[int, re.Pattern[str]] = {}
        words = LineWords(self._sections)
        self._sieve = Sieve([words.needs(line) for _, line in self._lines])
        self._in: dict[str, int] = {}
        for number, (name, _) in enumerate(self._lines):
            self._in[name] = self._in.get(name, 0) | 1 << number
        self._dates = sum(self._in[kind] for kind in _DATES)
        self._others = sum(self._in[kind] for kind in _KINDS) - self._dates

    def words(self) -> Known:
        """For the words of texts that belong together."""
        return Known(self._sieve)

    def judge(self, clause: str, known: Known) -> dict[str, str]:
        """The kinds that a clause promises, each with its manner."""
        possible = self._sieve.possible(clause, known)
        kinds = possible & (self._dates | self._others)
        if not kinds:
            return {}
        firm = self._has("firm", clause, possible)
        if not (firm or self._has("trigger", clause, possible)):
            kinds &= self._dates
        if not (firm or self._has("trigger_date", clause, possible)):
            kinds &= self._others
        matches = self._matches(clause, kinds)
        if not matches or (not firm and self._has("negation", clause, possible)):
            return {}
        benign = not firm and self._has("benign", clause, possible)
        found = {
            kind: self._manner(clause, match, possible)
            for kind, match in matches.items()
            if not benign or self._is_explicit(clause, match, possible)
        }
        for weak, kind, stronger in _WEAK:
            manner = found.pop(weak, None)
            if manner and stronger.isdisjoint(found):
                found[kind] = manner
        return found

    def _matches(self, clause: str, lines: int) -> dict[str, re.Match[str]]:
        """Where each kind first stands; of its lines that stand there, the one listed first."""
        found: dict[str, re.Match[str]] = {}
        for number in _members(lines):
            match = self._pattern(number).search(clause)
            if match:
                kind, _ = self._lines[number]
                first = found.get(kind)
                if first is None or match.start() < first.start():
                    found[kind] = match
        return found

    def _has(self, section: str, text: str, possible: int) -> bool:
        """Whether a line of the section stands in the clause, or in a part of its words."""
        lines = possible & self._in[section]
        return bool(lines) and any(self._pattern(one).search(text) for one in _members(lines))

    def _is_explicit(self, clause: str, match: re.Match[str], possible: int) -> bool:
        """Whether "we will" or its like stands right before."""
        near = clause[: match.end()].split()[-_WORDS_BEFORE:]
        return self._has("explicit", " ".join(near), possible)

    def _manner(self, clause: str, match: re.Match[str], possible: int) -> str:
        """By the words around: "we have refunded" is done, "we will refund" is ahead."""
        before = clause[: match.start()].split()[-_WORDS_AROUND:]
        after = clause[match.end() :].split()[:_WORDS_AROUND]
        around = " ".join([*before, match.group(), *after])
        done = self._has("done", around, possible) and not self._has("ahead", around, possible)
        return "done" if done else "ahead"

    def _pattern(self, number: int) -> re.Pattern[str]:
        """A line, compiled when it is first asked for: most never are."""
        if number not in self._patterns:
            _, line = self._lines[number]
            spelled_out = rf"(?<!\w)(?:{self._spelled_out(line)})(?![^\W_])"
            self._patterns[number] = re.compile(spelled_out)
        return self._patterns[number]

    def _spelled_out(self, lines: str) -> str:
        with_gaps = lines.replace(" .. ", r"(?: \S+){0,4}? ")
        return _SECTION.sub(self._inserted, with_gaps)

    def _inserted(self, name: re.Match[str]) -> str:
        return f"(?:{self._spelled_out('|'.join(self._sections[name.group()]))})"


@cache
def rules(language: str) -> Rules:
    """The rules of a language that has a lexicon, such as ``en``."""
    return Rules(language)


def _members(lines: int) -> Iterator[int]:
    """The numbers of a set's lines, in the lexicon's order."""
    while lines:
        lowest = lines & -lines
        yield lowest.bit_length() - 1
        lines ^= lowest
