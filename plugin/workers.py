"""Runs jobs: registers the functions under their names, keeps a lease, and sweeps.

Open-source DBOS has no failover between live workers, so a dead one would block its tickets:

- each worker keeps a lease row, beaten every two seconds by the database's clock;
- the reaper hands the jobs of a worker that fell silent back, then takes its lease;
- a worker whose lease was taken stops at once: others do its work now;
- the sweep drives on every row that sits in a state nobody waits in, whatever the engine thinks.
  It alone heals a killed worker's tickets within a minute.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from plugin import pipeline
from plugin.delivery import replies
from plugin.delivery.effects import run_effect
from plugin.jobs import Job, JobEngine, JobName, executors_at_work
from plugin.models import InboxState
from plugin.outbox import ticket_key
from plugin.review import deadlines
from plugin.runtime import Runtime
from plugin.store import inbox, leases, unscoped
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

BEAT_SECONDS = 2.0
SILENT_SECONDS = 12.0
SWEEP_SECONDS = 5.0
# A row is overdue when its job should long have run; what a living worker still does is guarded
# by claims, so that driving it on twice changes nothing.
OVERDUE = timedelta(seconds=10)
_SWEEP_BATCH = 100
_FORGET_EVERY = 120


def jobs(runtime: Runtime) -> Mapping[JobName, Job]:
    """What this service does under each job's name."""
    return {
        JobName.HANDLE_EVENT: partial(_handle_event, runtime),
        JobName.DELIVER: partial(replies.deliver, runtime),
        JobName.DEADLINE: partial(deadlines.passed, runtime),
        JobName.RUN_EFFECT: lambda scope, effect_id: _run_effect(runtime, scope, effect_id),
    }


class Worker:
    """A process's working half: the job engine with its lease, reaper and sweep.

    Args:
        runtime: What it works with.
        lost: Called when the lease was taken; must end the process.
        reaper: False only to show that the sweep heals alone.
    """

    def __init__(self, runtime: Runtime, *, lost: Callable[[], None], reaper: bool = True) -> None:
        self._runtime = runtime
        self._engine = JobEngine(runtime.database, runtime.settings)
        self._lost = lost
        self._reaper = reaper
        self._stopping, self._sweeping = threading.Event(), threading.Event()
        self._beater = threading.Thread(target=self._beat_on, name="lease", daemon=True)
        self._sweeper = threading.Thread(target=self._sweep_on, name="sweep", daemon=True)

    def start(self) -> None:
        """Take a lease and begin."""
        with self._runtime.database.write() as session:
            leases.take(session, self._engine.executor_id)
        self._engine.start(jobs(self._runtime))
        self._beater.start()
        self._sweeper.start()
        log.info("worker_started", executor=self._engine.executor_id)

    def stop(self, *, wait_seconds: int = 10) -> None:
        """Finish what runs, take nothing new, and give the lease back.

        The lease is beaten until the engine has stopped. Where a job still runs then, the lease
        stays: the next reaper finds it silent and hands the job back.
        """
        self._sweeping.set()
        self._sweeper.join()
        self._engine.stop(wait_seconds=wait_seconds)
        self._stopping.set()
        self._beater.join()
        with self._runtime.database.write() as session:
            if self._engine.executor_id not in executors_at_work(session):
                leases.drop(session, self._engine.executor_id)
        log.info("worker_stopped", executor=self._engine.executor_id)

    def _beat_on(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            try:
                with self._runtime.database.write() as session:
                    alive = leases.beat(session, self._engine.executor_id)
            except SQLAlchemyError as error:
                log.warning("lease_not_beaten", error=type(error).__name__)
                continue
            if not alive and not self._stopping.is_set():
                log.error("lease_lost", executor=self._engine.executor_id)
                self._lost()
                return

    def _sweep_on(self) -> None:
        rounds = 0
        while not self._sweeping.wait(SWEEP_SECONDS):
            rounds += 1
            try:
                if self._reaper:
                    self._reap()
                sweep(self._runtime)
                if rounds % _FORGET_EVERY == 1:
                    with self._runtime.database.write() as session:
                        self._engine.forget_finished(session)
            except SQLAlchemyError as error:
                log.warning("sweep_failed", error=type(error).__name__)

    def _reap(self) -> None:
        """Recover first, take the lease after: whoever dies in between leaves it to the next."""
        with self._runtime.database.read() as session:
            silent = set(leases.dead(session, silent_for=SILENT_SECONDS))
            without_lease = executors_at_work(session) - set(leases.everyone(session))
        for executor_id in silent | without_lease:
            if executor_id == self._engine.executor_id:
                continue
            handed_back = self._engine.hand_back(executor_id)
            with self._runtime.database.write() as session:
                leases.drop(session, executor_id, silent_for=SILENT_SECONDS)
            log.warning("worker_reaped", executor=executor_id, jobs=handed_back)


def sweep(runtime: Runtime) -> int:
    """Enqueue again whatever is overdue. Returns how many."""
    now = runtime.now()
    before, round_ = now - OVERDUE, int(now.timestamp() // SWEEP_SECONDS)
    with runtime.database.read() as session:
        found = (
            (
                JobName.HANDLE_EVENT,
                InboxEvent,
                unscoped.overdue_events(session, before=before, limit=_SWEEP_BATCH),
            ),
            (
                JobName.DELIVER,
                DraftRow,
                unscoped.overdue_drafts(session, before=before, limit=_SWEEP_BATCH),
            ),
            (
                JobName.DEADLINE,
                DraftRow,
                unscoped.overdue_approvals(session, before=now, limit=_SWEEP_BATCH),
            ),
            (
                JobName.RUN_EFFECT,
                EffectRow,
                unscoped.overdue_effects(session, before=before, limit=_SWEEP_BATCH),
            ),
        )
    for name, kind, rows in found:
        if rows:
            log.warning("sweep_drives_on", job=name, rows=len(rows))
            with runtime.database.write() as session:
                unscoped.put_off(session, kind, [due.id for due in rows], before=before, to=now)
                for due in rows:
                    runtime.enqueue(
                        session,
                        name,
                        due.scope,
                        due.id,
                        key=f"sweep:{due.id}:{round_}",
                        ticket=ticket_key(due.account_id, due.ticket_id),
                        sweep=True,
                    )
    return sum(len(rows) for _, _, rows in found)


def _run_effect(runtime: Runtime, scope: Scope, effect_id: str) -> None:
    run_effect(runtime, scope, effect_id)


def _handle_event(runtime: Runtime, scope: Scope, event_id: str) -> None:
    """Handle an event; a fault of ours is shown on the event, so that it can be replayed."""
    try:
        pipeline.handle_event(runtime, scope, event_id)
    except Exception as fault:
        with runtime.database.write() as session:
            inbox.finish(
                session,
                scope,
                event_id,
                InboxState.FAILED,
                reason=f"internal error: {type(fault).__name__}",
                at=runtime.now(),
            )
        raise
