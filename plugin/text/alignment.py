"""Which tokens of one text stand for which of the other, and how far apart two texts are.

Words are aligned first, the white space between them after: half the length, and a new word never
costs the space beside it. rapidfuzz has no slow case (difflib takes seconds on repeated words).
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

Tag = Literal["equal", "insert", "delete", "replace"]


class Op(NamedTuple):
    """``draft[d0:d1]`` becomes ``final[f0:f1]``."""

    tag: Tag
    d0: int
    d1: int
    f0: int
    f1: int


def distance(draft: Sequence[str], final: Sequence[str]) -> int:
    """Words to insert, delete or replace, each at a cost of 1."""
    return Levenshtein.distance(*_symbols(draft, final))


def align(draft: Sequence[str], final: Sequence[str]) -> tuple[Op, ...]:
    """The operations that turn `draft` into `final`: in order, without gaps, equal ones joined."""
    ops: list[Op] = []
    for op in _in_order(draft, final):
        if op.tag == "equal" and ops and ops[-1].tag == "equal":
            ops[-1] = Op("equal", ops[-1].d0, op.d1, ops[-1].f0, op.f1)
        else:
            ops.append(op)
    return tuple(ops)


def _in_order(draft: Sequence[str], final: Sequence[str]) -> Iterator[Op]:
    d, f = 0, 0
    for kept in _kept(draft, final):
        if kept.d0 > d or kept.f0 > f:
            yield from _gap(draft, final, slice(d, kept.d0), slice(f, kept.f0))
        yield kept
        d, f = kept.d1, kept.f1
    yield from _gap(draft, final, slice(d, len(draft)), slice(f, len(final)))


def _kept(draft: Sequence[str], final: Sequence[str]) -> Iterator[Op]:
    """Runs of kept words; with the white space inside where that is the same too."""
    at_draft = [i for i, token in enumerate(draft) if not token.isspace()]
    at_final = [i for i, token in enumerate(final) if not token.isspace()]
    sides = _symbols([draft[i] for i in at_draft], [final[i] for i in at_final])
    for op in Levenshtein.opcodes(*sides):
        if op.tag != "equal":
            continue
        run_d = at_draft[op.src_start : op.src_end]
        run_f = at_final[op.dest_start : op.dest_end]
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
    head = _equal_length(ours, theirs)
    tail = _equal_length(ours[head:][::-1], theirs[head:][::-1])
    if head:
        yield Op("equal", d0, d0 + head, f0, f0 + head)
    left, right = d1 - tail - d0 - head, f1 - tail - f0 - head
    if left or right:
        tag: Tag = "replace" if left and right else "delete" if left else "insert"
        yield Op(tag, d0 + head, d1 - tail, f0 + head, f1 - tail)
    if tail:
        yield Op("equal", d1 - tail, d1, f1 - tail, f1)


def _equal_length(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many tokens both begin with."""
    pairs = zip(ours, theirs, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _symbols(
    draft: Sequence[str], final: Sequence[str]
) -> tuple[str, str] | tuple[list[int], list[int]]:
    """Both sides with a number for each distinct token; as characters where they fit."""
    ids: dict[str, int] = {}
    left = [ids.setdefault(token, len(ids)) for token in draft]
    right = [ids.setdefault(token, len(ids)) for token in final]
    if len(ids) > sys.maxunicode:
        return left, right
    return "".join(map(chr, left)), "".join(map(chr, right))
