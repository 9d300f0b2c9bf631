"""Runs jobs: registers the functions under their names, keeps a lease, and sweeps.

Open-source DBOS has no failover between live workers, so a dead one would block its tickets:

- each worker keeps a lease row, beaten by the database's clock;
- the reaper hands the jobs of a worker that fell silent back, then takes its lease;
- a worker whose lease was taken stops at once: others do its work now;
- the sweep drives on every row that sits in a state nobody waits in, whatever the engine thinks.
  It alone heals a killed worker's tickets within a minute.
"""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from plugin import pipeline, redrafting
from plugin.delivery import replies
from plugin.delivery.effects import run_effect
from plugin.jobs import Job, JobEngine, JobName, executors_at_work, swept_and_waiting
from plugin.models import InboxState
from plugin.outbox import ticket_key
from plugin.privacy import retention
from plugin.reconciling import periodic
from plugin.reconciling.round import reconcile
from plugin.review import deadlines
from plugin.runtime import Runtime
from plugin.store import effects, inbox, leases, unscoped, unscoped_reconciling
from plugin.store.columns import new_id
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

# At most so many swept jobs wait at a time. A worker that cannot keep up is not helped by asking
# for the same again and again: what it has not begun would bury what is still to be asked for.
_MOST_SWEPT = 100
_KINDS_SWEPT = 5
# Longer than any limit of a single ticket.
_COUNTED = timedelta(hours=1)


def jobs(runtime: Runtime) -> Mapping[JobName, Job]:
    """What this service does under each job's name."""
    return {
        JobName.HANDLE_EVENT: partial(_handle_event, runtime),
        JobName.DELIVER: partial(replies.deliver, runtime),
        JobName.DEADLINE: partial(deadlines.passed, runtime),
        JobName.REDRAFT: partial(redrafting.redraft, runtime),
        JobName.RECONCILE: partial(reconcile, runtime),
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
        self._pace = runtime.pace
        self._engine = JobEngine(runtime.database, runtime.settings, runtime.pace)
        self._lost = lost
        self._reaper = reaper
        self._stopping, self._sweeping = threading.Event(), threading.Event()
        self._beater = threading.Thread(target=self._beat_on, name="lease", daemon=True)
        self._sweeper = threading.Thread(target=self._sweep_on, name="sweep", daemon=True)

    def start(self) -> None:
        """Take a lease and begin."""
        with self._runtime.database.write() as session:
            leases.take(session, self._engine.executor_id)
        # Beaten from the first moment: on a slow machine the engine's start outlasts a lease.
        self._beater.start()
        self._engine.start(jobs(self._runtime))
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
        while not self._stopping.wait(self._pace.beat):
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
        forget_at = time.monotonic()
        while not self._sweeping.wait(self._pace.sweep):
            if self._reaper:
                self._guarded(self._reap)
            self._guarded(lambda: sweep(self._runtime))
            self._guarded(lambda: periodic.ask_due(self._runtime))
            if time.monotonic() >= forget_at:
                forget_at = time.monotonic() + self._pace.forget
                self._guarded(self._forget)

    def _guarded(self, do: Callable[[], object]) -> None:
        """One failing part stops neither the next nor the next round: the sweep must outlive all.

        Above all the reaper, which goes through a private door of the job engine.
        """
        try:
            do()
        except Exception as error:
            expected = isinstance(error, SQLAlchemyError)
            log.warning(
                "sweep_failed", error=type(error).__name__, exc_info=None if expected else error
            )

    def _forget(self) -> None:
        with self._runtime.database.write() as session:
            self._engine.forget_finished(session)
            now = self._runtime.now()
            unscoped.forget_sessions(session, before=now)
            unscoped_reconciling.forget_rates(session, before=now - _COUNTED)
        retention.round_of_all(self._runtime)

    def _reap(self) -> None:
        """Recover first, take the lease after: whoever dies in between leaves it to the next."""
        with self._runtime.database.read() as session:
            silent = set(leases.dead(session, silent_for=self._pace.silent))
            without_lease = executors_at_work(session) - set(leases.everyone(session))
        for executor_id in silent | without_lease:
            if executor_id == self._engine.executor_id:
                continue
            handed_back = self._engine.hand_back(executor_id)
            with self._runtime.database.write() as session:
                leases.drop(session, executor_id, silent_for=self._pace.silent)
            log.warning("worker_reaped", executor=executor_id, jobs=handed_back)


def sweep(runtime: Runtime) -> int:
    """Enqueue again whatever is overdue. Returns how many."""
    now, lane = runtime.now(), new_id()
    before = now - timedelta(seconds=runtime.pace.overdue)
    round_ = int(now.timestamp() // runtime.pace.sweep)
    with runtime.database.read() as session:
        limit = max(0, _MOST_SWEPT - swept_and_waiting(session)) // _KINDS_SWEPT
        found = (
            (
                JobName.HANDLE_EVENT,
                InboxEvent,
                unscoped.overdue_events(session, before=before, limit=limit),
            ),
            (
                JobName.DELIVER,
                DraftRow,
                unscoped.overdue_drafts(session, before=before, limit=limit),
            ),
            (
                JobName.DEADLINE,
                DraftRow,
                unscoped.overdue_approvals(session, before=now, limit=limit),
            ),
            (
                JobName.REDRAFT,
                DraftRow,
                unscoped.overdue_redrafts(session, before=before, limit=limit),
            ),
            (
                JobName.RUN_EFFECT,
                EffectRow,
                unscoped.overdue_effects(session, before=before, limit=limit),
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
                        lane=lane,
                    )
    return sum(len(rows) for _, _, rows in found)


def _run_effect(runtime: Runtime, scope: Scope, effect_id: str) -> None:
    run_effect(runtime, scope, effect_id)


def _handle_event(runtime: Runtime, scope: Scope, event_id: str) -> None:
    """Handle an event, and write what it asked for on the ticket.

    A fault of ours is shown on the event, so that it can be replayed.
    """
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
    _write_at_once(runtime, scope, event_id)


def _write_at_once(runtime: Runtime, scope: Scope, event_id: str) -> None:
    """Spare the note another look for jobs. Its own job is in the queue and finds nothing to do.

    Which also means that it is written if this worker dies here.
    """
    with runtime.database.read() as session:
        event = inbox.get(session, scope, event_id)
        planned = effects.planned_on_ticket(session, scope, event.account_id, event.ticket_id or "")
    for effect_id in planned:
        run_effect(runtime, scope, effect_id)
