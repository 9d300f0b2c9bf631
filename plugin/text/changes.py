"""Which amounts, dates, orders, links, numbers and negations differ between two texts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, zip_longest

from plugin.text.alignment import align
from plugin.text.entities import KINDS, Entities, entities, sentences
from plugin.text.stretches import Stretches

_Read = Callable[[str], Entities]


def changed(draft: str, final: str, kinds: Iterable[str] = KINDS) -> frozenset[str]:
    """The kinds of which something came, went or changed places between two canonical texts.

    Sentences that both texts hold are left aside, wherever they stand: two swapped amounts count,
    a sentence that moved as a whole does not.
    """
    return frozenset(changes(*differing_sentences(draft, final), kinds))


def changes(
    ours: Iterable[str], theirs: Iterable[str], kinds: Iterable[str] = KINDS
) -> Iterator[str]:
    """The kinds whose entities are not the same, or not in the same order, in two texts' sentences.

    Only stretches that differ are read: where each of them holds the same entities as the one in
    its place, so do the texts. Where one does not, the rest of both texts is compared up to the
    first difference, because an entity that went here may have come back further on.
    """
    stretches = Stretches()
    before, after = list(stretches.of(ours)), list(stretches.of(theirs))
    read = cache(entities)
    open_kinds = list(kinds)
    for op in align(before, after).ops:
        if op.tag == "equal":
            continue
        for kind in tuple(open_kinds):
            here = _found(read, before[op.d0 : op.d1], kind)
            if list(here) != list(_found(read, after[op.f0 : op.f1], kind)):
                open_kinds.remove(kind)
                rest = zip_longest(
                    _found(read, before[op.d0 :], kind), _found(read, after[op.f0 :], kind)
                )
                if any(old != new for old, new in rest):
                    yield kind


def differing_sentences(draft: str, final: str) -> tuple[list[str], list[str]]:
    """The sentences of each canonical text that the other one lacks, in their order."""
    ours, theirs = sentences(draft), sentences(final)
    common = Counter(ours) & Counter(theirs)
    return _without(ours, common), _without(theirs, common)


def _found(read: _Read, pieces: Sequence[str], kind: str) -> Iterator[str]:
    return chain.from_iterable(getattr(read(piece), kind) for piece in pieces)


def _without(pieces: list[str], common: Counter[str]) -> list[str]:
    left = common.copy()
    kept = []
    for piece in pieces:
        if left[piece]:
            left[piece] -= 1
        else:
            kept.append(piece)
    return kept
