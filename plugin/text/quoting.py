"""Which lines of a mail are its writer's own, and which are quoted, signature or disclaimer."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

from plugin.text.attributions import attribution_lines, may_end, names_a_writer
from plugin.text.history import candidates, is_divider, is_labelled, is_rule, opens_history
from plugin.text.markup import Mark
from plugin.text.owner import Owner
from plugin.text.signatures import mark_signatures
from plugin.text.tokens import canonical

__all__ = ["Owner", "owners"]

_BY_MARK: dict[Mark | None, Owner] = {Mark.QUOTE: Owner.QUOTE, Mark.SIGNATURE: Owner.SIGNATURE}
_GAP = 2
# Not `>:(`, `>-->` and `>=`.
_QUOTED = regex.compile(r">(?![:;=]?[-']?[()\[\]]|[-=~]+>|=)", regex.V1)
# As a line alone this may be a comparison or an arrow: `> 5 and 5 > 3`, `>>> look here`.
_DOUBTFUL = regex.compile(r">(?:>|\s?[-+]?[$€£]?\d)", regex.V1)


def owners(lines: Sequence[str], marks: Sequence[Mark | None] | None = None) -> list[Owner]:
    """Whose each line is. Blank lines go with the line before them.

    Args:
        lines: As they stand; a space behind "--" counts.
        marks: What the HTML says of each line, where there is any.
    """
    plain = [line.strip() for line in canonical("\n".join(lines)).split("\n")]
    found = [Owner.WRITER] * len(plain)
    given = marks or ()
    if any(given):
        found = [_BY_MARK.get(mark, Owner.WRITER) for mark in given]
    _mark_angled(plain, found)
    _mark_cited(plain, given, found)
    _mark_history(plain, given, found)
    mark_signatures(lines, plain, found)
    _fill_blanks(plain, found)
    return found


def _mark_angled(plain: Sequence[str], found: list[Owner]) -> None:
    """Mark the runs of lines that begin with `>`, unless the writer put it there."""
    runs = list(
        _runs([i for i, line in enumerate(plain) if line[:1] == ">" and _QUOTED.match(line)])
    )
    for first, end in runs:
        if found[first] is not Owner.WRITER:
            continue
        if _introduce(plain, found, first) or not _is_cited(plain, first, end, len(runs)):
            found[first:end] = [Owner.QUOTE] * (end - first)


def _is_cited(plain: Sequence[str], first: int, end: int, runs: int) -> bool:
    """Whether the writer cites something: a page, an own message. Mail programs say who wrote."""
    above = plain[first - 1] if first else ""
    if end - first == 1 and _DOUBTFUL.match(plain[first]):
        return True
    return bool(above) and (runs == 1 or above.endswith(":"))


def _mark_cited(plain: Sequence[str], given: Sequence[Mark | None], found: list[Owner]) -> None:
    """Mark the attribution above what the HTML says is quoted, and the block quotes with one."""
    for mark in (Mark.QUOTE, Mark.CITED):
        for first, end in _runs([i for i, is_ in enumerate(given) if is_ is mark]):
            if _introduce(plain, found, first):
                found[first:end] = [Owner.QUOTE] * (end - first)


def _introduce(plain: Sequence[str], found: list[Owner], first: int) -> bool:
    """Mark the attribution right above the line `first`; whether there is one."""
    last = first - 1
    while last >= 0 and first - last <= _GAP and not plain[last]:
        last -= 1
    if last < 0 or found[last] is not Owner.WRITER:
        return False
    count = attribution_lines(plain, last, followed=True) or names_a_writer(plain[last])
    found[last - count + 1 : last + 1] = [Owner.QUOTE] * count
    return bool(count)


def _mark_history(plain: Sequence[str], given: Sequence[Mark | None], found: list[Owner]) -> None:
    """Mark everything from where an older message begins that nothing else marks."""
    boxed = _labelled_boxes(plain, given)
    openers = candidates(plain)
    for at in sorted(boxed.union(openers)) if boxed else openers:
        if found[at] is not Owner.WRITER:
            continue
        if is_divider(plain[at]):
            if _is_quote_next(plain, found, at):
                found[at] = Owner.QUOTE
                continue
            start: int | None = at
        else:
            start = at if at in boxed else _history_start(plain, at)
        if start is not None:
            start = _with_rule(plain, found, start)
            found[start:] = [Owner.QUOTE] * (len(plain) - start)
            return


def _labelled_boxes(plain: Sequence[str], given: Sequence[Mark | None]) -> set[int]:
    """The first lines of what stands under a line and looks like headers."""
    under = [i for i, mark in enumerate(given) if mark is Mark.BOXED]
    boxes = ([i for i in range(*run) if plain[i]] for run in _runs(under))
    return {box[0] for box in boxes if box and is_labelled([plain[i] for i in box])}


def _history_start(plain: Sequence[str], at: int) -> int | None:
    if opens_history(plain, at):
        return at
    if may_end(plain[at]) and (count := attribution_lines(plain, at, followed=False)):
        return at - count + 1
    return None


def _is_quote_next(plain: Sequence[str], found: Sequence[Owner], at: int) -> bool:
    below = range(at + 1, min(at + 2 + _GAP, len(plain)))
    following = next((i for i in below if plain[i]), None)
    return following is not None and found[following] is Owner.QUOTE


def _with_rule(plain: Sequence[str], found: Sequence[Owner], start: int) -> int:
    """`start`, or the drawn line above it."""
    for at in range(start - 1, max(start - 2 - _GAP, -1), -1):
        if plain[at]:
            return at if is_rule(plain[at]) and found[at] is Owner.WRITER else start
    return start


def _fill_blanks(plain: Sequence[str], found: list[Owner]) -> None:
    for at, line in enumerate(plain):
        if not line and at:
            found[at] = found[at - 1]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The runs of consecutive numbers, each as its first and the one after its last."""
    if not numbers:
        return
    first = numbers[0]
    for before, number in pairwise(numbers):
        if number != before + 1:
            yield first, before + 1
            first = number
    yield first, numbers[-1] + 1
