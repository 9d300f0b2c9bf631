"""Draft against what was sent: what changed, how much, and whether it matters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

import regex

from plugin.errors import InvalidInputError
from plugin.models import Outcome
from plugin.text.alignment import Op, align, distance
from plugin.text.changes import changes, differing_sentences
from plugin.text.greetings import parts
from plugin.text.promises import PromiseReader
from plugin.text.tokens import canonical, one_spaced, raw_tokens, without_space, words

_LIGHT_FROM = 0.85
_HEAVY_FROM = 0.50
_REWRITTEN_FROM = 0.25
_CONTAINMENT_FROM = 0.16
_GRAM = 3

# Marks that say something of their own, though Unicode counts them as punctuation.
_SPEAKING = "%\u2030#@&\u00a7/"
_PUNCTUATION = regex.compile(rf"[\p{{P}}--[{_SPEAKING}]]+", regex.V1)
_DIGIT = regex.compile(r"\p{N}")
_ALWAYS_MATERIAL = frozenset({Outcome.HEAVY_EDIT, Outcome.REWRITTEN, Outcome.DISCARDED})
_NEVER_MATERIAL = frozenset({Outcome.SENT_AS_IS, Outcome.COSMETIC})
# Case and punctuation alone can change these; greetings and sign-offs never hold those.
_LOOKS_ALIKE = ("amounts", "links")
_NOT_IN_A_GREETING = ("amounts", "links", "orders", "numbers", "negations")

_Read = tuple[str, Sequence[str]]  # a canonical text, and its words


@dataclass(frozen=True, slots=True)
class DiffResult:
    """A draft compared with what was sent.

    Attributes:
        material: A promise, amount, date, order, link or negation changed, or most of the text.
        hter: Words edited for each word sent, 0 to 1.
        similarity: 1 for the same words, 0 where none is kept.
        tokens_draft: The raw draft; joined it is the draft byte for byte.
        tokens_final: The raw final text, likewise.
        ops: What turns `tokens_draft` into `tokens_final`.
    """

    outcome: Outcome
    material: bool
    hter: float
    similarity: float
    tokens_draft: tuple[str, ...]
    tokens_final: tuple[str, ...]
    ops: tuple[Op, ...]


def diff(draft: str, final: str) -> DiffResult:
    """Compare a draft with the final text. Neither quotes nor signatures are stripped."""
    ours, theirs = canonical(draft), canonical(final)
    tokens_draft, tokens_final = raw_tokens(draft), raw_tokens(final)
    alignment = align(tokens_draft, tokens_final)
    if (ours, theirs) == (draft, final):
        our_words, their_words = without_space(tokens_draft), without_space(tokens_final)
        edits = alignment.edits
    else:
        our_words, their_words = words(ours), words(theirs)
        edits = distance(our_words, their_words, guess=alignment.edits)
    longest = max(len(our_words), len(their_words))
    similarity = 1 - edits / longest if longest else 1.0
    outcome = _unedited(ours, theirs, our_words, their_words)
    if outcome is None:
        outcome = _edited((ours, our_words), (theirs, their_words), similarity)
    return DiffResult(
        outcome=outcome,
        material=_is_material(outcome, ours, theirs),
        hter=min(1.0, edits / max(1, len(their_words))),
        similarity=similarity,
        tokens_draft=tuple(tokens_draft),
        tokens_final=tuple(tokens_final),
        ops=alignment.ops,
    )


def as_record(result: DiffResult) -> dict[str, object]:
    """The result as `bookbag diff` prints it. The ratios are not rounded: 1.0 means equal words."""
    return {
        "outcome": result.outcome.value,
        "material": result.material,
        "hter": result.hter,
        "similarity": result.similarity,
        "tokens_draft": list(result.tokens_draft),
        "tokens_final": list(result.tokens_final),
        "ops": [list(op) for op in result.ops],
    }


def diff_line(record: Mapping[str, object]) -> dict[str, object]:
    """Answer one line of `bookbag diff`.

    Raises:
        InvalidInputError: `draft` or `final` is missing or no string.
    """
    return as_record(diff(_text(record, "draft"), _text(record, "final")))


def _text(record: Mapping[str, object], field: str) -> str:
    if field not in record:
        raise InvalidInputError(field, "is missing; a string was expected")
    value = record[field]
    if not isinstance(value, str):
        raise InvalidInputError(field, f"is {type(value).__name__}; a string was expected")
    return value


def _unedited(
    ours: str, theirs: str, our_words: Sequence[str], their_words: Sequence[str]
) -> Outcome | None:
    """Sent as is, or cosmetic; None where the words themselves were edited."""
    if one_spaced(ours) == one_spaced(theirs):
        return Outcome.SENT_AS_IS
    if not our_words or not their_words:
        return None
    if _same_but_for_case(our_words, their_words):
        return None if _differ(ours, theirs, _LOOKS_ALIKE) else Outcome.COSMETIC
    our_core, their_core = parts(ours).core, parts(theirs).core
    if (our_core, their_core) == (ours, theirs):
        return None
    if not _same_but_for_case(words(our_core), words(their_core)):
        return None
    hidden = _differ(our_core, their_core, _LOOKS_ALIKE) or _differ(
        ours, theirs, _NOT_IN_A_GREETING
    )
    return None if hidden else Outcome.COSMETIC


def _same_but_for_case(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the words are the same without case and punctuation, looking until they are not."""
    bare = cache(_bare_word)
    left, right = (filter(None, map(bare, text_words)) for text_words in (ours, theirs))
    return all(our == their for our, their in zip_longest(left, right))


def _bare_word(word: str) -> str:
    """The word without case and punctuation; what is inside a number stays, as in 50.00."""
    kept = word.isalnum() or _DIGIT.search(word)
    return (word if kept else _PUNCTUATION.sub("", word)).casefold()


def _edited(ours: _Read, theirs: _Read, similarity: float) -> Outcome:
    if similarity >= _LIGHT_FROM:
        return Outcome.LIGHT_EDIT
    if similarity >= _HEAVY_FROM:
        return Outcome.HEAVY_EDIT
    if similarity >= _REWRITTEN_FROM or _containment(ours, theirs) >= _CONTAINMENT_FROM:
        return Outcome.REWRITTEN
    return Outcome.DISCARDED


def _containment(ours: _Read, theirs: _Read) -> float:
    """How much of the shorter core's word triples the other one holds.

    Of the shorter one, because a sentence kept from a long draft, and a short draft inside a long
    reply, are both the draft's words. Of the cores, because everybody writes "Hi Anna,".
    """
    left, right = (_grams(_core_words(*read)) for read in (ours, theirs))
    shorter = min(len(left), len(right))
    return len(left & right) / shorter if shorter else 0.0


def _core_words(text: str, text_words: Sequence[str]) -> Sequence[str]:
    core = parts(text).core
    return text_words if core == text else words(core)


def _grams(text_words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(*(text_words[offset:] for offset in range(_GRAM)), strict=False))


def _is_material(outcome: Outcome, ours: str, theirs: str) -> bool:
    if outcome in _NEVER_MATERIAL:
        return False
    if outcome in _ALWAYS_MATERIAL:
        return True
    lines = differing_sentences(ours, theirs)
    return any(changes(*lines)) or _promises_differ(*lines)


def _differ(ours: str, theirs: str, kinds: Sequence[str]) -> bool:
    return any(changes(*differing_sentences(ours, theirs), kinds))


def _promises_differ(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether something is promised, or said to be done, in one of the two only."""
    reader = PromiseReader("en")  # as what is in no known language is read
    before, after = (
        Counter((found.kind, found.manner) for found in reader.find("\n".join(lines)))
        for lines in (ours, theirs)
    )
    return before != after
