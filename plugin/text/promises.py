"""Sentences that promise the customer something, and which of them no declared action covers.

Words alone find about three promises in four on unseen text and flag much that is none, so this is
a reason to look, never the only gate: amounts are held against the declared actions elsewhere.

ASCII text is read with `re`, three times as fast as `regex` here; by ``re.ASCII`` both mean the
same by a word, a digit and white space there. Other text needs the classes of `regex`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import regex

from plugin.text import lexicons
from plugin.text.clauses import clauses
from plugin.text.entities import sentences
from plugin.text.tokens import canonical

# What a promise of a kind needs to be declared as: any of these. Others no action can cover.
_DECLARED_AS = {
    "refund": {"refund"},
    "store_credit": {"store_credit"},
    "credit": {"refund", "store_credit"},
    "discount": {"discount"},
    "reship": {"reship", "replacement"},
    "replacement": {"replacement", "reship"},
    "cancel_order": {"cancel_order"},
    "address_change": {"address_change"},
    "return_label": {"return_label"},
}
_MONEY = frozenset({"refund", "store_credit", "credit", "discount"})
_KINDS = (*_DECLARED_AS, "delivery_date", "other")
# Kinds that count only in a clause without certain others, and what they are reported as.
_WEAK = (
    ("receipt_date", "delivery_date", _MONEY),
    ("free_of_charge", "other", frozenset(_KINDS)),
)
# Most clauses hold no kind of a group: one look then does for all of it.
_DATES = "delivery_date receipt_date"
_GROUPS = (
    "refund store_credit credit discount",
    "reship replacement cancel_order address_change return_label",
    _DATES,
    "other free_of_charge",
)
_WORDS_AROUND = 4
_WORDS_BEFORE = 8
_LONGEST_SENTENCE = 1000

_Pattern = re.Pattern[str] | regex.Pattern[str]
_Match = re.Match[str] | regex.Match[str]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise.

    Attributes:
        sentence: As written.
        kind: An action's type, or ``credit`` (on card or account), ``delivery_date``, ``other``.
        manner: ``done`` where it is reported as done, else ``ahead``.
    """

    sentence: str
    kind: str
    manner: str


def has_lexicon(language: str | None) -> bool:
    """Whether promises can be found in a language (``en``, ``en-GB``); no for an unknown one."""
    return language is not None and f"promises.{_base(language)}.txt" in _files()


def promises(text: str, language: str | None) -> tuple[str, ...]:
    """The sentences that promise something, each once; none in a language without a lexicon.

    A text of unknown language (None) is read as English.
    """
    return tuple(dict.fromkeys(found.sentence for found in find_promises(text, language)))


def undeclared(text: str, language: str | None, action_types: Collection[str]) -> tuple[str, ...]:
    """The sentences with a promise that none of the declared action types covers.

    No action covers a delivery date or a promise of another sort.
    """
    return tuple(
        dict.fromkeys(
            found.sentence
            for found in find_promises(text, language)
            if _DECLARED_AS.get(found.kind, set()).isdisjoint(action_types)
        )
    )


def find_promises(text: str, language: str | None) -> Iterator[Promise]:
    """Every promise by sentence and kind, in the text's order."""
    known = language or "en"
    if not has_lexicon(known):
        return
    judged: dict[str, tuple[tuple[str, str], ...]] = {}
    for sentence in sentences(canonical(text)):
        for start in range(0, len(sentence), _LONGEST_SENTENCE):
            piece = sentence[start : start + _LONGEST_SENTENCE]
            if piece not in judged:
                rules = _rules(_base(known), ascii_only=piece.isascii())
                judged[piece] = tuple(dict.fromkeys(rules.judge(piece)))
            for kind, manner in judged[piece]:
                yield Promise(piece, kind, manner)


class _Patterns(dict[str, _Pattern]):
    """A lexicon's sections, and several as one, each compiled when it is first asked for."""

    def __init__(self, lines: Mapping[str, tuple[str, ...]], *, ascii_only: bool) -> None:
        super().__init__()
        self._lines = lines
        self._time = f"(?:{'|'.join(lines['time'])})"
        self._ascii_only = ascii_only

    def __missing__(self, name: str) -> _Pattern:
        spelled_out = "|".join(
            line.replace("TIME", self._time).replace(" .. ", r"(?: \S+){0,4}? ")
            for section in name.split()
            for line in self._lines[section]
        )
        pattern: _Pattern
        if self._ascii_only:
            pattern = re.compile(rf"(?<!\w)(?:{spelled_out})(?![A-Za-z0-9])", re.ASCII)
        else:
            pattern = regex.compile(rf"(?<!\w)(?:{spelled_out})(?![\p{{L}}\p{{N}}])", regex.V1)
        return self.setdefault(name, pattern)


class _Rules:
    """One language's lexicon."""

    def __init__(self, patterns: _Patterns) -> None:
        self._patterns = patterns

    def judge(self, sentence: str) -> Iterator[tuple[str, str]]:
        """The kinds that a sentence promises, each with its manner."""
        for clause in clauses(sentence):
            firm = self._has("firm", clause)
            if firm or not self._has("negation", clause):
                yield from self._promised(clause, firm=firm)

    def _promised(self, clause: str, *, firm: bool) -> Iterator[tuple[str, str]]:
        matches = tuple(self._matches(clause, firm=firm))
        benign = bool(matches) and not firm and self._has("benign", clause)
        found = {
            kind: self._manner(clause, match)
            for kind, match in matches
            if not benign or self._is_explicit(clause, match)
        }
        for weak, kind, stronger in _WEAK:
            manner = found.pop(weak, None)
            if manner and stronger.isdisjoint(found):
                found[kind] = manner
        yield from found.items()

    def _matches(self, clause: str, *, firm: bool) -> Iterator[tuple[str, _Match]]:
        """The kinds that the clause holds with their trigger, each where it first stands."""
        triggered = firm or self._has("trigger", clause)
        dated = firm or self._has("trigger_date", clause)
        for group in _GROUPS:
            found = (dated if group is _DATES else triggered) and self._has(group, clause)
            for kind in group.split() if found else ():
                match = self._patterns[kind].search(clause)
                if match:
                    yield kind, match

    def _has(self, section: str, clause: str) -> bool:
        return self._patterns[section].search(clause) is not None

    def _is_explicit(self, clause: str, match: _Match) -> bool:
        """Whether "we will" or its like stands right before."""
        near = clause[: match.end()].split()[-_WORDS_BEFORE:]
        return self._has("explicit", " ".join(near))

    def _manner(self, clause: str, match: _Match) -> str:
        """By the words around: "we have refunded" is done, "we will refund" is ahead."""
        before = clause[: match.start()].split()[-_WORDS_AROUND:]
        after = clause[match.end() :].split()[:_WORDS_AROUND]
        around = " ".join([*before, match.group(), *after])
        return "done" if self._has("done", around) and not self._has("ahead", around) else "ahead"


@cache
def _rules(language: str, *, ascii_only: bool) -> _Rules:
    return _Rules(_Patterns(lexicons.sections(f"promises.{language}"), ascii_only=ascii_only))


@cache
def _files() -> frozenset[str]:
    return frozenset(entry.name for entry in files(lexicons).iterdir())


def _base(language: str) -> str:
    """``en`` of ``en-GB`` and ``EN_us``."""
    return language.replace("_", "-").partition("-")[0].strip().casefold()
