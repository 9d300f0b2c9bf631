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
from itertools import chain
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

Tag = Literal["equal", "insert", "delete", "replace"]
_Symbols = str | list[int]

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
    at_draft = [i for i, token in enumerate(draft) if not token.isspace()]
    at_final = [i for i, token in enumerate(final) if not token.isspace()]
    runs = _runs(*_symbols([draft[i] for i in at_draft], [final[i] for i in at_final]))
    kept = _kept(draft, final, ((at_draft[d : d + n], at_final[f : f + n]) for d, f, n in runs))
    ops: list[Op] = []
    for op in _in_order(draft, final, kept):
        if op.tag == "equal" and ops and ops[-1].tag == "equal":
            ops[-1] = Op("equal", ops[-1].d0, op.d1, ops[-1].f0, op.f1)
        else:
            ops.append(op)
    return Alignment(tuple(ops), _edits(runs, len(at_draft), len(at_final)))


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


def _in_order(draft: Sequence[str], final: Sequence[str], runs: Iterable[Op]) -> Iterator[Op]:
    d, f = 0, 0
    for kept in runs:
        if kept.d0 > d or kept.f0 > f:
            yield from _gap(draft, final, slice(d, kept.d0), slice(f, kept.f0))
        yield kept
        d, f = kept.d1, kept.f1
    yield from _gap(draft, final, slice(d, len(draft)), slice(f, len(final)))


def _kept(
    draft: Sequence[str], final: Sequence[str], runs: Iterable[tuple[list[int], list[int]]]
) -> Iterator[Op]:
    """Runs of kept words; with the white space inside where that is the same too."""
    for run_d, run_f in runs:
        d0, d1, f0, f1 = run_d[0], run_d[-1] + 1, run_f[0], run_f[-1] + 1
        if draft[d0:d1] == final[f0:f1]:
            yield Op("equal", d0, d1, f0, f1)
        else:
            for d, f in zip(run_d, run_f, strict=True):
                yield Op("equal", d, d + 1, f, f + 1)


def _gap(
    draft: Sequence[str], final: Sequence[str], in_draft: slice, in_final: slice
) -> Iterator[Op]:
    """What lies between two kept words: at most an equal head, one change, an equal tail."""
    ours, theirs = draft[in_draft], final[in_final]
    d0, d1, f0, f1 = in_draft.start, in_draft.stop, in_final.start, in_final.stop
    shorter = min(len(ours), len(theirs))
    head = 0
    while head < shorter and ours[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < shorter - head and ours[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    if head:
        yield Op("equal", d0, d0 + head, f0, f0 + head)
    left, right = d1 - tail - d0 - head, f1 - tail - f0 - head
    if left or right:
        tag: Tag = "replace" if left and right else "delete" if left else "insert"
        yield Op(tag, d0 + head, d1 - tail, f0 + head, f1 - tail)
    if tail:
        yield Op("equal", d1 - tail, d1, f1 - tail, f1)


def _symbols(draft: Sequence[str], final: Sequence[str]) -> tuple[_Symbols, _Symbols]:
    """Both sides with a number for each distinct token; as characters where they fit."""
    distinct = dict.fromkeys(chain(draft, final))
    if len(distinct) > sys.maxunicode:
        numbers = dict(zip(distinct, range(len(distinct)), strict=True))
        return [numbers[token] for token in draft], [numbers[token] for token in final]
    letters = dict(zip(distinct, map(chr, range(len(distinct))), strict=True))
    return "".join(map(letters.__getitem__, draft)), "".join(map(letters.__getitem__, final))
