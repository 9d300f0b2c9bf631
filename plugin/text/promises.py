"""Sentences that promise the customer something, and which of them no declared action covers.

Words alone miss some and flag some that are none, so this is a reason to look, never the only gate:
amounts and dates are held against what was given in `grounding`. `bench.commitments` has figures.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

from plugin.text import lexicons
from plugin.text.clauses import clauses, whole_sentences
from plugin.text.promise_rules import rules
from plugin.text.tokens import canonical

# What a promise of a kind needs to be declared as: any of these. Others no action can cover.
_DECLARED_AS = {
    "refund": {"refund"},
    "store_credit": {"store_credit"},
    "voucher": {"store_credit", "discount"},
    "credit": {"refund", "store_credit"},
    "discount": {"discount"},
    "reship": {"reship", "replacement"},
    "replacement": {"replacement", "reship"},
    "cancel_order": {"cancel_order"},
    "address_change": {"address_change"},
    "return_label": {"return_label"},
}
_LONGEST_SENTENCE = 1000


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise.

    Attributes:
        sentence: As written.
        kind: An action's type, or ``credit`` (on card or account), ``voucher`` (worth money or a
            share of a price), ``delivery_date``, ``other``.
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
    found = undeclared_promises(text, language, action_types)
    return tuple(dict.fromkeys(promise.sentence for promise in found))


def undeclared_promises(
    text: str, language: str | None, action_types: Collection[str]
) -> Iterator[Promise]:
    """The promises that none of the declared action types covers."""
    return (
        found for found in find_promises(text, language) if not covers(action_types, found.kind)
    )


def covers(action_types: Collection[str], kind: str) -> bool:
    """Whether an action of one of these types is what a promise of this kind promises."""
    return not _DECLARED_AS.get(kind, set()).isdisjoint(action_types)


def find_promises(text: str, language: str | None) -> Iterator[Promise]:
    """Every promise by sentence and kind, in the text's order."""
    known = language or "en"
    if has_lexicon(known):
        yield from PromiseReader(known).find(text)


class PromiseReader:
    """Finds promises in texts that have much in common, such as a draft and what was sent.

    It remembers sentences, clauses and words: let go of it with the texts.
    """

    def __init__(self, language: str) -> None:
        """Take a language with a lexicon."""
        self._language = _base(language)
        self._rules = rules(self._language)
        self._judged: dict[str, tuple[tuple[str, str], ...]] = {}
        self._clauses: dict[str, dict[str, str]] = {}
        self._words = self._rules.words()

    def find(self, text: str) -> Iterator[Promise]:
        """Every promise by sentence and kind, in the text's order."""
        for sentence in whole_sentences(canonical(text)):
            for start in range(0, len(sentence), _LONGEST_SENTENCE):
                piece = sentence[start : start + _LONGEST_SENTENCE].strip()
                for kind, manner in self._judge(piece):
                    yield Promise(piece, kind, manner)

    def _judge(self, sentence: str) -> tuple[tuple[str, str], ...]:
        if sentence not in self._judged:
            found = map(self._judge_clause, clauses(sentence, self._language))
            promised = chain.from_iterable(kinds.items() for kinds in found)
            self._judged[sentence] = tuple(dict.fromkeys(promised))
        return self._judged[sentence]

    def _judge_clause(self, clause: str) -> dict[str, str]:
        if clause not in self._clauses:
            self._clauses[clause] = self._rules.judge(clause, self._words)
        return self._clauses[clause]


@cache
def _files() -> frozenset[str]:
    return frozenset(entry.name for entry in files(lexicons).iterdir())


def _base(language: str) -> str:
    """``en`` of ``en-GB`` and ``EN_us``."""
    return language.replace("_", "-").partition("-")[0].strip().casefold()
