"""Which tokens of one text stand for which of the other, and how far apart two texts are.

Words are aligned first, the white space between them after: half the length, and a new word never
costs the space beside it. rapidfuzz computes the exact Levenshtein alignment bit-parallel, 64 cells
at a time (Hyyrö 2004): O(n * m / 64) time in the worst case and O(n * d / 64) for d edits, where a
first look within a narrow band finds so. It has no slow case (difflib takes seconds on repeated
words) and needs little memory, as it halves large problems (Hirschberg).

Texts whose words make more than `_MOST_CELLS` pairs, and that are not nearly the same, are aligned
exactly in overlapping windows of `_WINDOW` words instead: O(n) time. Their distance is then an
upper bound: a passage that moved by more than a window counts as rewritten.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, compress, count
from operator import not_
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

Tag = Literal["equal", "insert", "delete", "replace"]
_Symbols = str | list[int]
_Stretch = tuple[int, int, int, int]  # from and to of the draft, then of the final text

_MOST_CELLS = 2**31  # 46,000 words on each side: about half a second
_WINDOW = 4096
# Up to one word in so many edited, the narrow band is tried.
_LIGHT = 8


class Op(NamedTuple):
    """``draft[d0:d1]`` becomes ``final[f0:f1]``."""

    tag: Tag
    d0: int
    d1: int
    f0: int
    f1: int


# A text has thousands of them, and this makes them five times as fast as calling the class.
_op = partial(tuple.__new__, Op)


class Alignment(NamedTuple):
    """How one token list becomes another.

    Attributes:
        ops: In order, without gaps; equal ones joined.
        edits: Words to insert, delete or replace, each at a cost of 1; white space costs nothing.
    """

    ops: tuple[Op, ...]
    edits: int


class _Run(NamedTuple):
    """Words kept: ``draft[d : d + size]`` are ``final[f : f + size]``."""

    d: int
    f: int
    size: int


def distance(draft: Sequence[str], final: Sequence[str], guess: int | None = None) -> int:
    """Words to insert, delete or replace, each at a cost of 1; a good `guess` only saves time."""
    left, right = _symbols(draft, final)
    if len(left) * len(right) > _MOST_CELLS:
        return _edits(_runs(left, right), len(left), len(right))
    return Levenshtein.distance(left, right, score_hint=guess)


def align(draft: Sequence[str], final: Sequence[str]) -> Alignment:
    """Turn `draft` into `final` by the fewest edits of words."""
    at_draft, at_final = _at_words(draft), _at_words(final)
    left, right = _symbols([draft[i] for i in at_draft], [final[i] for i in at_final])
    runs = _runs(left, right)
    at_draft.append(len(draft))
    at_final.append(len(final))
    changes = _changes(draft, final, _gaps(draft, final, at_draft, at_final, runs))
    ops = tuple(map(_op, _with_what_is_equal(changes, len(draft), len(final))))
    return Alignment(ops, _edits(runs, len(left), len(right)))


def _runs(left: _Symbols, right: _Symbols) -> list[_Run]:
    """The words that an alignment keeps: of the fewest edits, unless the texts are too long."""
    longest, cells = max(len(left), len(right)), len(left) * len(right)
    band = longest // _LIGHT if cells <= _MOST_CELLS else _MOST_CELLS // longest // 2
    edits = Levenshtein.distance(left, right, score_cutoff=band)
    if edits > band and cells > _MOST_CELLS:
        return list(_runs_in_windows(left, right))
    return _fewest(left, right, guess=edits if edits <= band else None)


def _fewest(left: _Symbols, right: _Symbols, guess: int | None = None) -> list[_Run]:
    blocks = Levenshtein.editops(left, right, score_hint=guess).as_matching_blocks()
    return [_Run(*block) for block in blocks if block.size]


def _runs_in_windows(left: _Symbols, right: _Symbols) -> Iterator[_Run]:
    """Of each window's alignment the first half, by both sides' words; there the next starts."""
    d, f, half = 0, 0, _WINDOW // 2
    while d < len(left) and f < len(right):
        ours, theirs = left[d : d + _WINDOW], right[f : f + _WINDOW]
        is_last = d + _WINDOW >= len(left) and f + _WINDOW >= len(right)
        past_d, past_f = half, half
        for run in _fewest(ours, theirs):
            room = run.size if is_last else max(0, _WINDOW - run.d - run.f + 1) // 2
            size = min(run.size, room)
            if size:
                yield _Run(d + run.d, f + run.f, size)
            past_d, past_f = run.d + size, run.f + size
            if size < run.size:
                break
        else:
            past_d, past_f = max(past_d, half), max(past_f, half)
            if is_last:
                return
        d, f = d + past_d, f + past_f


def _edits(runs: Sequence[_Run], draft: int, final: int) -> int:
    """What the words between the runs cost: each is replaced, or one too many."""
    edits, d, f = 0, 0, 0
    for run in chain(runs, (_Run(draft, final, 0),)):
        edits += max(run.d - d, run.f - f)
        d, f = run.d + run.size, run.f + run.size
    return edits


def _gaps(
    draft: Sequence[str],
    final: Sequence[str],
    at_draft: Sequence[int],
    at_final: Sequence[int],
    runs: Iterable[_Run],
) -> Iterator[_Stretch]:
    """What lies between kept words, as far as it may differ.

    Args:
        draft: A text's tokens.
        final: The other's.
        at_draft: Where each word stands, and the end.
        at_final: The same of the other text.
        runs: Runs of kept words, counted in words.
    """
    d = f = 0
    for run_d, run_f, size in runs:
        d0, f0 = at_draft[run_d], at_final[run_f]
        yield d, d0, f, f0
        d, f = at_draft[run_d + size - 1] + 1, at_final[run_f + size - 1] + 1
        if size > 1 and draft[d0:d] != final[f0:f]:
            # White space inside the run differs.
            for word in range(size - 1):
                yield (
                    at_draft[run_d + word] + 1,
                    at_draft[run_d + word + 1],
                    at_final[run_f + word] + 1,
                    at_final[run_f + word + 1],
                )
    yield d, at_draft[-1], f, at_final[-1]


def _changes(
    draft: Sequence[str], final: Sequence[str], gaps: Iterable[_Stretch]
) -> Iterator[_Stretch]:
    """The gaps that differ, without the tokens that are equal at both their ends."""
    for stretch in gaps:
        d0, d1, f0, f1 = stretch
        while d0 < d1 and f0 < f1 and draft[d0] == final[f0]:
            d0 += 1
            f0 += 1
        while d0 < d1 and f0 < f1 and draft[d1 - 1] == final[f1 - 1]:
            d1 -= 1
            f1 -= 1
        if d0 < d1 or f0 < f1:
            yield d0, d1, f0, f1


def _with_what_is_equal(
    changes: Iterable[_Stretch], draft: int, final: int
) -> Iterator[tuple[Tag, int, int, int, int]]:
    """The changes as operations, with all that lies between them as equal."""
    d = f = 0
    for d0, d1, f0, f1 in changes:
        if d < d0:
            yield "equal", d, d0, f, f0
        yield "insert" if d0 == d1 else "delete" if f0 == f1 else "replace", d0, d1, f0, f1
        d, f = d1, f1
    if d < draft:
        yield "equal", d, draft, f, final


def _at_words(tokens: Sequence[str]) -> list[int]:
    """The places of tokens that are no white space."""
    return list(compress(count(), map(not_, map(str.isspace, tokens))))


def _symbols(draft: Sequence[str], final: Sequence[str]) -> tuple[_Symbols, _Symbols]:
    """Both sides with a number for each distinct token; as characters where they fit."""
    distinct = dict.fromkeys(chain(draft, final))
    if len(distinct) > sys.maxunicode:
        numbers = dict(zip(distinct, range(len(distinct)), strict=True))
        return [numbers[token] for token in draft], [numbers[token] for token in final]
    letters = dict(zip(distinct, map(chr, range(len(distinct))), strict=True))
    return "".join(map(letters.__getitem__, draft)), "".join(map(letters.__getitem__, final))
