"""A diff as people read it. For display only: every figure comes from the operations themselves."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plugin.text.alignment import Op, Tag
from plugin.text.diff import DiffResult

_ISLAND_WORDS = 2


class Hunk(NamedTuple):
    """A stretch of both texts; for ``equal`` they are the same."""

    tag: Tag
    draft: str
    final: str


def display_hunks(result: DiffResult) -> tuple[Hunk, ...]:
    """The texts in order, with lone kept words drawn into the changes around them.

    Joined, the hunks' drafts are the draft and their finals the final text. Up to two kept words
    between two changes, each at least as long, are islands that only make a rewrite harder to read.
    """
    return tuple(
        Hunk(
            op.tag,
            "".join(result.tokens_draft[op.d0 : op.d1]),
            "".join(result.tokens_final[op.f0 : op.f1]),
        )
        for op in _without_islands(result)
    )


def _without_islands(result: DiffResult) -> Iterator[Op]:
    ops = result.ops
    current: Op | None = None
    for index, op in enumerate(ops):
        if current and (_is_island(result, index) or _follows_island(result, index, current)):
            current = _joined(current, op)
        else:
            if current:
                yield current
            current = op
    if current:
        yield current


def _is_island(result: DiffResult, index: int) -> bool:
    """Whether ``ops[index]`` is a short equal run between two longer changes."""
    ops = result.ops
    if ops[index].tag != "equal" or not 0 < index < len(ops) - 1:
        return False
    kept = _words(result.tokens_draft[ops[index].d0 : ops[index].d1])
    around = (_changed_words(result, ops[index - 1]), _changed_words(result, ops[index + 1]))
    return kept <= _ISLAND_WORDS and min(around) >= max(1, kept)


def _follows_island(result: DiffResult, index: int, current: Op) -> bool:
    return current.tag != "equal" and index > 0 and _is_island(result, index - 1)


def _changed_words(result: DiffResult, op: Op) -> int:
    return max(
        _words(result.tokens_draft[op.d0 : op.d1]), _words(result.tokens_final[op.f0 : op.f1])
    )


def _words(tokens: Sequence[str]) -> int:
    return sum(not token.isspace() for token in tokens)


def _joined(left: Op, right: Op) -> Op:
    draft, final = right.d1 > left.d0, right.f1 > left.f0
    tag: Tag = "replace" if draft and final else "delete" if draft else "insert"
    return Op(tag, left.d0, right.d1, left.f0, right.f1)
