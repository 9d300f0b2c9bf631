"""Workers: signs of life, and a killed one's tickets are finished by another."""

import dataclasses
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import select

from plugin import workers
from plugin.models import DraftState, EffectState
from plugin.runtime import Runtime
from plugin.store import effects, leases
from plugin.store.schema import InboxEvent, WorkerLease
from plugin.workers import Worker
from tests.bench.databases import KEY
from tests.bench.world import Bench
from tests.jobs.support import eventually

HOME = Path(__file__).parents[2]
AN_HOUR = timedelta(hours=1)
# Longer than a dead worker's claims last, and what the sweep waits after them.
A_CLAIM = timedelta(seconds=45)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as in production, only faster."""
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(workers, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(workers, "SWEEP_SECONDS", 0.2)
    monkeypatch.setattr(workers, "OVERDUE", timedelta(seconds=1))


def with_real_jobs(bench: Bench) -> Runtime:
    """The bench, its jobs enqueued in the real engine."""
    runtime = dataclasses.replace(bench.runtime, enqueue=bench.service.runtime.enqueue)
    bench.web.extensions["bookbag"] = runtime
    return runtime


def lease_beats(bench: Bench) -> dict[str, float]:
    with bench.runtime.database.read() as session:
        rows = session.execute(select(WorkerLease.id, WorkerLease.beat_at))
        return {row.id: row.beat_at for row in rows}


@contextmanager
def working(runtime: Runtime, *, reaper: bool = True) -> Iterator[threading.Event]:
    """A worker in this process; the event is set when it lost its lease."""
    lost = threading.Event()
    worker = Worker(runtime, lost=lost.set, reaper=reaper)
    worker.start()
    try:
        yield lost
    finally:
        worker.stop(wait_seconds=0)


@contextmanager
def stuck_worker(bench: Bench, folder: Path, where: str) -> Iterator[None]:
    """Another process works until it is stuck in a call to the helpdesk, and is killed there."""
    database = bench.runtime.settings.database_url
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.stuck_worker", database, str(folder), where],
        cwd=HOME,
        env={**os.environ, "BOOKBAG_SECRET_KEYS": KEY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        sign = folder / "stuck"
        eventually(lambda: sign.exists() or process.poll() is not None, what="a stuck worker")
        assert process.poll() is None, "the other worker ended"
        yield
    finally:
        process.kill()
        process.wait()


def one_ticket(bench: Bench) -> str:
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    eventually(lambda: not bench.hands.pending_deliveries(), what="all webhooks delivered")
    return ticket_id


def finished(bench: Bench, ticket_id: str) -> bool:
    return bench.ours(ticket_id) == {"bookbag_draft"} and bench.hands.pending_deliveries() == 0


def unfinished_events(bench: Bench) -> list[str]:
    with bench.runtime.database.read() as session:
        accepted = select(InboxEvent.id).where(InboxEvent.state == "accepted")
        return list(session.scalars(accepted))


@pytest.mark.usefixtures("quick")
def test_a_worker_beats_while_it_lives_and_stops_when_its_lease_is_taken(bench: Bench) -> None:
    with working(with_real_jobs(bench)) as lost:
        ((executor_id, began),) = lease_beats(bench).items()
        eventually(lambda: lease_beats(bench)[executor_id] > began, what="a beat")
        assert not lost.is_set()
        with bench.runtime.database.write() as session:
            leases.drop(session, executor_id)
        assert lost.wait(timeout=10)


@pytest.mark.usefixtures("quick")
def test_the_reaper_hands_a_killed_workers_job_to_another(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "OVERDUE", AN_HOUR)
    runtime = with_real_jobs(bench)
    ticket_id = one_ticket(bench)
    with stuck_worker(bench, tmp_path, "conversation"):
        (dead,) = lease_beats(bench)
    assert bench.drafts(ticket_id) == []
    bench.clock.ahead += A_CLAIM
    with working(runtime) as lost:
        eventually(lambda: finished(bench, ticket_id), what="the killed worker's ticket finished")
        eventually(lambda: not unfinished_events(bench), what="all events handled")
        kept = DBOS.list_workflows()
    assert not lost.is_set()
    assert dead not in lease_beats(bench)
    (draft,) = bench.drafts(ticket_id)
    assert draft.state is DraftState.AWAITING_REVIEW
    assert len(bench.notes(ticket_id)) == 1
    assert kept
    assert all(is_id(part) for job in kept if job.input for part in job.input["args"])


@pytest.mark.usefixtures("quick")
def test_the_sweep_alone_heals_a_worker_killed_between_a_note_and_its_receipt(
    bench: Bench, tmp_path: Path
) -> None:
    runtime = with_real_jobs(bench)
    ticket_id = one_ticket(bench)
    with stuck_worker(bench, tmp_path, "add_note"):
        (dead,) = lease_beats(bench)
    assert len(bench.notes(ticket_id)) == 1
    bench.clock.ahead += A_CLAIM
    with working(runtime, reaper=False):
        eventually(lambda: not unfinished_events(bench), what="all events handled")
        eventually(lambda: settled_notes(bench, ticket_id) == 1, what="the note settled")
    assert dead in lease_beats(bench)
    assert len(bench.notes(ticket_id)) == 1
    assert len(bench.drafts(ticket_id)) == 1


def settled_notes(bench: Bench, ticket_id: str) -> int:
    with bench.runtime.database.read() as session:
        found = effects.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    return sum(effect.state is EffectState.DONE for effect in found)


def is_id(part: object) -> bool:
    return isinstance(part, str) and len(part) == 36 and set(part) <= set("0123456789abcdef-")
