"""Jobs run one by one in the test's own thread, by the bench's clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from plugin.jobs import Job, JobName
from plugin.store.scope import Scope


@dataclass(frozen=True)
class Waiting:
    """A job that was asked for."""

    name: JobName
    scope: Scope
    thing_id: str
    due: datetime
    lane: str | None


class BenchQueue:
    """An `Enqueue` that keeps the engine's promises: in the transaction, once for each key."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._keys: set[str] = set()
        self.waiting: list[Waiting] = []

    def enqueue(
        self,
        session: Session,
        name: JobName,
        scope: Scope,
        thing_id: str,
        *,
        key: str,
        ticket: str,
        delay: float = 0,
        lane: str | None = None,
    ) -> None:
        assert ticket, "every job belongs to a ticket"
        job = Waiting(name, scope, thing_id, self._now() + timedelta(seconds=delay), lane)

        def commit(_session: Session) -> None:
            if f"{name}:{key}" not in self._keys:
                self._keys.add(f"{name}:{key}")
                self.waiting.append(job)

        event.listen(session, "after_commit", commit, once=True)

    def run_due(self, jobs: Mapping[JobName, Job]) -> int:
        """Run what is due, in order, until nothing is. Returns how many ran."""
        ran = 0
        while due := [job for job in self.waiting if job.due <= self._now()]:
            job = min(due, key=lambda waiting: waiting.due)
            self.waiting.remove(job)
            jobs[job.name](job.scope, job.thing_id)
            ran += 1
        return ran

    def lose_all(self) -> None:
        """As if the worker and the engine's rows were gone."""
        self.waiting.clear()
