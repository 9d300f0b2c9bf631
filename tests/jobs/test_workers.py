"""A worker's signs of life, and its end when they are not believed. `tests.kills` has the rest."""

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from plugin import workers
from plugin.jobs import JobEngine
from plugin.pace import Pace
from plugin.runtime import Runtime
from plugin.store import leases
from plugin.store.schema import WorkerLease
from plugin.workers import Worker
from tests.bench.world import Bench
from tests.jobs.support import eventually

PACE = Pace.for_tests(20)


@contextmanager
def working(bench: Bench) -> Iterator[threading.Event]:
    """A worker in this process; the event is set when it lost its lease."""
    runtime: Runtime = dataclasses.replace(
        bench.runtime, enqueue=bench.service.runtime.enqueue, pace=PACE
    )
    lost = threading.Event()
    worker = Worker(runtime, lost=lost.set)
    worker.start()
    try:
        yield lost
    finally:
        worker.stop(wait_seconds=0)


def lease_beats(bench: Bench) -> dict[str, float]:
    with bench.runtime.database.read() as session:
        rows = session.execute(select(WorkerLease.id, WorkerLease.beat_at))
        return {row.id: row.beat_at for row in rows}


def test_a_worker_beats_while_it_lives_and_stops_when_its_lease_is_taken(bench: Bench) -> None:
    with working(bench) as lost:
        ((executor_id, began),) = lease_beats(bench).items()
        eventually(lambda: lease_beats(bench)[executor_id] > began, what="a beat")
        assert not lost.is_set()
        with bench.runtime.database.write() as session:
            leases.drop(session, executor_id)
        assert lost.wait(timeout=10)


def test_the_sweep_goes_on_though_the_reaper_cannot(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = threading.Event()

    def fail(*_: object) -> int:
        raise AttributeError("the engine's private door is gone")

    def sweep(_runtime: Runtime) -> int:
        swept.set()
        return 0

    monkeypatch.setattr(JobEngine, "hand_back", fail)
    monkeypatch.setattr(workers, "sweep", sweep)
    with bench.runtime.database.write() as session:
        leases.take(session, "somebody who died")
    eventually(lambda: "somebody who died" in silent(bench), what="a silent worker")
    with working(bench):
        for _ in range(2):
            swept.clear()
            assert swept.wait(timeout=10)
        assert "somebody who died" in lease_beats(bench)


def silent(bench: Bench) -> Sequence[str]:
    with bench.runtime.database.read() as session:
        return leases.dead(session, silent_for=PACE.silent)


def test_a_worker_that_stops_in_order_leaves_no_lease(bench: Bench) -> None:
    with working(bench):
        assert len(lease_beats(bench)) == 1
    assert lease_beats(bench) == {}
