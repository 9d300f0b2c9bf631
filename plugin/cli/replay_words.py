"""What a replay found, in words; and how far it is, on a terminal."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from plugin.models import Oversight
from plugin.policy import wording
from plugin.replayed import Change, Effort, Regretted, Replay, Sums

_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr, where a person looks at it."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="drafts", file=sys.stderr) as bar:

        def on_progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield on_progress


def lines(found: Replay) -> Iterator[str]:
    """For people; what is nothing is left out."""
    older = f"; {found.left_out:,} older ones were left out" if found.left_out else ""
    yield f"{_drafts(found.drafts)} since {found.since:%Y-%m-%d %H:%M} UTC{older}"
    yield f"the same: {found.same:,}"
    yield from _held("held more", found.held_more, [c for c in found.changes if c.is_stricter])
    yield from _held("held less", found.held_less, [c for c in found.changes if not c.is_stricter])
    if found.unknown:
        yield f"unknown, for want of a fact: {found.unknown:,}"
        yield from (f"  {clause}: {drafts:,}" for clause, drafts in found.unknown_because.items())
    yield f"money newly held: {_money(found.newly_held, found.currency)}"
    yield f"money no longer held: {_money(found.no_longer_held, found.currency)}"
    yield f"would have gone out by themselves: {found.would_go_out:,}"
    yield from _regretted("of them materially corrected", found.corrected_in_all, found.corrected)
    yield from _regretted("of them rejected", found.rejected_in_all, found.rejected)
    yield from _effort(found.effort)
    yield "hits:"
    for hit in found.hits:
        unknown = f", and {hit.unknown:,} for want of a fact" if hit.unknown else ""
        yield f"  {hit.id}: {f'{hit.drafts:,}' if hit.drafts else 'none'}{unknown}"
    if found.read_again:
        yield f"texts read again, as they are older than what is stored: {found.read_again:,}"


def _drafts(number: int) -> str:
    return f"{number:,} draft" + ("" if number == 1 else "s")


def _held(what: str, drafts: int, changes: Sequence[Change]) -> Iterator[str]:
    yield f"{what}: {drafts:,}"
    for each in changes:
        yield f"  {_oversight(each.was)} -> {_oversight(each.would)}: {each.drafts:,}"


def _oversight(oversight: Oversight | None) -> str:
    return "no draft" if oversight is None else oversight.value


def _money(sums: Sums, currency: str | None) -> str:
    parts = [wording.money(sums.worth, currency)] if currency else []
    parts += [
        f"{wording.money(amount, foreign)} without a rate"
        for foreign, amount in sorted(sums.without_rate.items())
    ]
    if sums.unknown:
        actions = f"{sums.unknown:,} action" + ("" if sums.unknown == 1 else "s")
        parts.append(f"{actions} without an amount")
    return "; ".join(parts) or "none"


def _regretted(what: str, in_all: int, first: Sequence[Regretted]) -> Iterator[str]:
    newest = f", the newest {len(first)}" if in_all > len(first) else ""
    yield f"{what} by a person: {in_all:,}{newest}"
    for one in first:
        because = wording.quoted(one.because) or "no reason given"
        state = one.state.words
        yield f"  {one.short_id}  ticket {one.ticket_id}  {state}  {because}  {one.draft_id}"


def _effort(effort: Effort) -> Iterator[str]:
    each = (
        f"the median of {effort.measured:,} from the composer to the reply"
        if effort.measured
        else "an assumption"
    )
    yield (
        f"reviewers: {effort.minutes:+,.0f} minutes, an estimate: {effort.needs_person:,} more need"
        f" a person, {effort.needs_nobody:,} fewer, {effort.minutes_each:.1f} minutes each ({each})"
    )
    added = (
        "not known, nobody waited yet" if effort.wait_added is None else _long(effort.wait_added)
    )
    yield (
        f"customers' waiting: added {added} (by the median wait for a first verdict), saved"
        f" {_long(effort.wait_saved)} (as they waited)"
    )


def _long(seconds: float) -> str:
    for size, unit in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.0f} seconds"
