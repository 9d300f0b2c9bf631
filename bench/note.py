"""How soon a note stands on the ticket, from the customer's message in an idle service."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from bench.machine import Meter, resident_mib
from bench.report import Figure
from plugin.demo.looking import Looking
from plugin.demo.world import Options, World
from plugin.models import AWAITING, EffectKind
from plugin.store.schema import EffectRow, InboxEvent

_TICKETS = 20
_P50_MS = 500
_LOOK_SECONDS = 0.01


def figures() -> Iterator[Figure]:
    """One ticket after another."""
    with (
        tempfile.TemporaryDirectory() as folder,
        World(Options(data=Path(folder), port=0)) as world,
    ):
        looking = Looking(world)
        ticket = next(t for t in world.tickets if t["key"] == "refund_under_limit")
        meter = Meter([os.getpid()])
        _until_noted(world, ticket)
        ids, seconds = zip(*(_until_noted(world, ticket) for _ in range(_TICKETS)), strict=True)
        used = meter.read()
        looking.wait_for(looking.is_quiet, seconds=30)
        held = looking.newest(ids[-1])
        # One customer's refunds: after some the month's limit asks for an approval.
        if held is None or held.draft.state not in AWAITING:
            raise RuntimeError("the ticket was not drafted")
        yield Figure(
            name="event to note, idle: p50",
            value=statistics.median(seconds) * 1000,
            unit="ms",
            goal=_P50_MS,
            limit=f"{_where(world, ids)}; slowest {max(seconds) * 1000:.0f} ms; {used.others}",
        )
        yield Figure(
            name="serve, sandboxes and this measurement: memory",
            value=resident_mib(os.getpid()),
            unit="MiB",
        )


def _until_noted(world: World, ticket: dict[str, object]) -> tuple[str, float]:
    started = time.perf_counter()
    ticket_id = world.hands.open_ticket(ticket)
    while len(world.hands.comments(ticket_id)) == 1:
        time.sleep(_LOOK_SECONDS)
    return ticket_id, time.perf_counter() - started


def _where(world: World, ids: tuple[str, ...]) -> str:
    """The stages by our rows' stamps: a stage ends when its row is written."""
    taken_up, written = [], []
    with world.runtime.database.read() as session:
        for ticket_id in ids:
            accepted = session.scalars(
                select(InboxEvent.received_at).where(InboxEvent.ticket_id == ticket_id)
            ).first()
            note = session.scalars(
                select(EffectRow).where(
                    EffectRow.ticket_id == ticket_id, EffectRow.kind == EffectKind.NOTE
                )
            ).first()
            if accepted is None or note is None or note.attempting_at is None:
                raise RuntimeError("the ticket's rows are not there")
            taken_up.append((note.created_at - accepted).total_seconds())
            written.append((note.attempting_at - note.created_at).total_seconds())
    drafted, waited = (statistics.median(stage) * 1000 for stage in (taken_up, written))
    return (
        f"{drafted:.0f} ms from the webhook to the stored draft, {waited:.0f} ms until the note's "
        f"job is taken up (each waits for a poll of {world.runtime.pace.poll * 1000:.0f} ms), the "
        "rest the webhook's way and the helpdesk's answers"
    )
