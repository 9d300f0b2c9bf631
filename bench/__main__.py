"""``make bench``: how fast webhooks are accepted, how soon a note stands, what it costs at rest."""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench import diff, drafter
from bench.load import Server, resident_mib, send, server
from plugin.demo.looking import Looking
from plugin.demo.world import Options, World
from plugin.logs import log_to_stderr
from plugin.models import DraftState

_REQUESTS = 2_000
_THREADS = 8
_ROUNDS = 3
_TICKETS = 20
_REST_SECONDS = 5
_STEADY_RATE = 50
_STEADY_REQUESTS = 1_000


def main() -> None:
    """Measure all and print one line a figure."""
    log_to_stderr(level="warning")
    for line in (*accept(), *note(), *diff.table(), diff.start()):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    drafter.main()


def accept() -> list[str]:
    """Webhook accept, paired with a bare route with one durable insert on the same server."""
    found: dict[str, list[float]] = {"bare": [], "web": [], "serve": []}
    lines = []
    for _ in range(_ROUNDS):
        for kind, rates in found.items():
            with server(kind) as measured:
                if kind == "serve" and not rates:
                    lines.append(_at_rest(measured))
                send(measured, requests=200, threads=_THREADS)
                last = send(measured, requests=_REQUESTS, threads=_THREADS)
                rates.append(last.per_second)
                if kind == "serve" and len(rates) == _ROUNDS:
                    lines.append(_at_a_desks_pace(measured))
        lines.append(f"accept, serve: p50 {last.p50} ms, p99 {last.p99} ms at full load")
    bare = statistics.median(found["bare"])
    for kind in ("web", "serve"):
        ours = statistics.median(found[kind])
        lines.append(
            f"accept, {kind}: {ours:.0f}/s, {ours / bare:.2f} of a bare insert route ({bare:.0f}/s)"
        )
    return lines


def _at_a_desks_pace(measured: Server) -> str:
    """After the queue of the full load is worked off, or nearly: that is what `serve` is for."""
    time.sleep(_REST_SECONDS)
    steady = send(
        measured, requests=_STEADY_REQUESTS, threads=_THREADS, pace=_THREADS / _STEADY_RATE
    )
    return f"accept, serve at {_STEADY_RATE}/s: p50 {steady.p50} ms, p99 {steady.p99} ms"


def note() -> list[str]:
    """From the customer's message in the helpdesk to the note on the ticket, one at a time."""
    seconds = []
    with (
        tempfile.TemporaryDirectory() as folder,
        World(Options(data=Path(folder), port=0)) as world,
    ):
        looking = Looking(world)
        ticket = next(t for t in world.tickets if t["key"] == "refund_under_limit")
        for number in range(_TICKETS + 1):
            started = time.perf_counter()
            ticket_id = world.hands.open_ticket(ticket)
            while len(world.hands.comments(ticket_id)) == 1:
                time.sleep(0.01)
            if number:
                seconds.append(time.perf_counter() - started)
        looking.wait_for(looking.is_quiet, seconds=30)
        held = looking.newest(ticket_id)
        if held is None or held.draft.state is not DraftState.AWAITING_REVIEW:
            raise RuntimeError("the ticket was not drafted")
        memory = resident_mib(os.getpid())
    seconds.sort()
    p50, worst = statistics.median(seconds), seconds[-1]
    return [
        f"event to note, idle: p50 {p50 * 1000:.0f} ms, slowest of {_TICKETS} {worst:.2f} s",
        f"serve with both sandboxes and this measurement, after drafts: {memory:.0f} MiB",
    ]


def _at_rest(measured: Server) -> str:
    time.sleep(_REST_SECONDS)
    return f"serve at rest, with its sandbox: {resident_mib(measured.pid):.0f} MiB"


if __name__ == "__main__":
    main()
