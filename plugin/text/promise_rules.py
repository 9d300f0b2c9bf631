"""One language's rules for promises, as its lexicon ``promises.<language>.txt`` spells them out.

The patterns are for `re`, three times as fast as `regex` here: the simple text of `clauses` leaves
nothing that the two see differently.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from plugin.text.clauses import clauses
from plugin.text.lexicons import sections

_MONEY = frozenset({"refund", "store_credit", "voucher", "credit", "discount"})
_GOODS = frozenset({"reship", "replacement", "cancel_order", "address_change", "return_label"})
# Kinds that count only in a clause without certain others, and what they are reported as.
_WEAK = (
    ("receipt_day", "delivery_date", frozenset[str]()),
    ("receipt_date", "delivery_date", _MONEY),
    ("favour", "other", _MONEY | _GOODS | {"delivery_date", "other"}),
)
# Most clauses hold no kind of a group: one look then does for all of it.
_DATES = "delivery_date receipt_day receipt_date"
_GROUPS = (
    "refund store_credit voucher credit discount",
    "reship replacement cancel_order address_change return_label",
    _DATES,
    "other favour",
)
_WORDS_AROUND = 4
_WORDS_BEFORE = 8
_SECTION = re.compile(r"[A-Z]{3,}")


class _Patterns(dict[str, re.Pattern[str]]):
    """A lexicon's sections, and several as one, each compiled when it is first asked for."""

    def __init__(self, lines: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._lines = lines

    def __missing__(self, name: str) -> re.Pattern[str]:
        any_of = "|".join(self._spelled_out(section) for section in name.split())
        return self.setdefault(name, re.compile(rf"(?<!\w)(?:{any_of})(?![^\W_])"))

    def _spelled_out(self, section: str) -> str:
        lines = "|".join(self._lines[section]).replace(" .. ", r"(?: \S+){0,4}? ")
        # The text is case folded.
        return _SECTION.sub(self._inserted, lines.replace("ß", "ss"))

    def _inserted(self, name: re.Match[str]) -> str:
        return f"(?:{self._spelled_out(name.group())})"


class Rules:
    """One language's lexicon."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._patterns = _Patterns(sections(f"promises.{language}"))

    def judge(self, sentence: str) -> Iterator[tuple[str, str]]:
        """The kinds that a sentence promises, each with its manner."""
        for clause in clauses(sentence, self._language):
            matches = tuple(self._matches(clause))
            if matches:
                yield from self._promised(clause, matches)

    def _matches(self, clause: str) -> Iterator[tuple[str, re.Match[str]]]:
        """The kinds that the clause holds with their trigger, each where it first stands."""
        triggered, dated = self._has("trigger", clause), self._has("trigger_date", clause)
        if not (triggered and dated) and self._has("firm", clause):
            triggered = dated = True
        for group in _GROUPS:
            found = (dated if group is _DATES else triggered) and self._has(group, clause)
            for kind in group.split() if found else ():
                match = self._patterns[kind].search(clause)
                if match:
                    yield kind, match

    def _promised(
        self, clause: str, matches: tuple[tuple[str, re.Match[str]], ...]
    ) -> Iterator[tuple[str, str]]:
        firm = self._has("firm", clause)
        if not firm and self._has("negation", clause):
            return
        benign = not firm and self._has("benign", clause)
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

    def _has(self, section: str, clause: str) -> bool:
        return self._patterns[section].search(clause) is not None

    def _is_explicit(self, clause: str, match: re.Match[str]) -> bool:
        """Whether "we will" or its like stands right before."""
        near = clause[: match.end()].split()[-_WORDS_BEFORE:]
        return self._has("explicit", " ".join(near))

    def _manner(self, clause: str, match: re.Match[str]) -> str:
        """By the words around: "we have refunded" is done, "we will refund" is ahead."""
        before = clause[: match.start()].split()[-_WORDS_AROUND:]
        after = clause[match.end() :].split()[:_WORDS_AROUND]
        around = " ".join([*before, match.group(), *after])
        return "done" if self._has("done", around) and not self._has("ahead", around) else "ahead"


@cache
def rules(language: str) -> Rules:
    """The rules of a language that has a lexicon, such as ``en``."""
    return Rules(language)
