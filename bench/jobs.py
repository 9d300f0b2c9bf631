"""How many jobs of two durable steps are done a second. Alone: ``python -m bench.jobs``.

All run on a real worker with its lease and sweep, and are asked for as the service asks. The plain
job claims an effect in one transaction and settles it in another. A note's whole job, beside it,
also looks between the two whether the note is still wanted and still its own; only the helpdesk is
away: it takes every note at once. The floor does two commits of one row each, from as many
processes and threads, without a job engine.
"""

import dataclasses
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import func, select, text

from bench.machine import Meter, Used
from bench.report import Figure
from connectors.types import Receipt
from plugin import onboarding, workers
from plugin.app import Service
from plugin.jobs import Job, JobName
from plugin.logs import log_to_stderr
from plugin.models import EffectState
from plugin.onboarding import NewAccount
from plugin.outbox import ask_note
from plugin.pace import Pace
from plugin.runtime import Runtime
from plugin.store import effects
from plugin.store.columns import new_id
from plugin.store.engine import Database
from plugin.store.schema import EffectRow
from plugin.store.scope import Scope
from plugin.workers import Worker
from tests.bench.databases import databases, settings_for

_JOBS, _WARM_UP = 600, 100
_THREADS = 8
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 240.0
# What is asked for, and with how many worker processes.
_STEPS, _NOTE = "steps", "note"
_NAMES = {_STEPS: "2-step jobs", _NOTE: "notes' whole jobs"}
_GOALS = {"sqlite": (60, 1), "postgresql": (100, 2)}


def figures() -> Iterator[Figure]:
    """Both databases."""
    with databases() as found, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for kind, (goal, processes) in _GOALS.items():
            floor = _floor(found.fresh(kind), folder, processes)
            workers = f"{processes} worker" + ("s" if processes > 1 else "")
            for job, name in _NAMES.items():
                yield from _measured(
                    f"{name}, {kind}, {workers}",
                    job,
                    found.fresh(kind),
                    folder,
                    goal=goal if job == _STEPS else None,
                    processes=processes,
                    floor=floor,
                )


def _measured(
    name: str,
    job: str,
    url: str,
    folder: str,
    *,
    goal: int | None,
    processes: int,
    floor: float,
) -> Iterator[Figure]:
    _plan(url, Path(folder), _JOBS + _WARM_UP)
    with _children(job, url, folder, processes) as children:
        meter, rate = _watch(url, [child.pid for child in children])
        used = meter.read()
        in_jobs = sum(float(_ask(child, "stop")) for child in children)
    pace = Pace()
    most = processes * _THREADS / pace.poll
    yield Figure(
        name=name,
        value=rate,
        unit="/s",
        goal=goal,
        at_least=True,
        limit=_limit(used, in_jobs, most),
    )
    yield Figure(
        name=f"{name}: share of bare commits",
        value=rate / floor,
        limit=f"two bare commits of one row each, as many processes and threads: {floor:.0f}/s",
    )


def _limit(used: Used, in_jobs: float, most: float) -> str:
    """Measured over all jobs, warm-up included for the part inside jobs."""
    each = used.ours / _JOBS * 1000
    inside = in_jobs / (_JOBS + _WARM_UP) * 1000
    return (
        f"processor: {each:.1f} ms a job, {inside:.1f} ms of it in our steps, the rest in the job "
        f"engine and its polls; no more than {most:.0f}/s by poll and threads; {used.others}"
    )


def _plan(url: str, folder: Path, count: int) -> None:
    """Ask for so many notes, each on a ticket of its own, as the service does."""
    service = Service(settings_for(url, folder))
    merchant_id = onboarding.add_merchant(service.runtime, "Bench")
    account_id, _ = onboarding.add_account(
        service.runtime,
        merchant_id,
        NewAccount(
            helpdesk="zendesk",
            url="http://127.0.0.1:9",
            vendor_account="1",
            webhook_secret="bench-secret",  # noqa: S106 (made up)
            credentials={"api_user": "bot@bench.example", "api_token": "bench-token"},
        ),
    )
    for number in range(count):
        with service.database.write() as session:
            ask_note(
                session,
                service.jobs.enqueue,
                Scope(merchant_id),
                account_id=account_id,
                ticket_id=str(number + 1),
                html="<p>A note.</p>",
                key=str(number),
                at=datetime.now(UTC),
            )
    service.close()


def _watch(url: str, pids: Sequence[int]) -> tuple[Meter, float]:
    """Jobs a second after the warm-up, and what was used from there on."""
    database = Database(url)
    until = time.monotonic() + _PATIENCE_SECONDS
    meter, began, begun_at = Meter(pids), 0.0, 0
    try:
        while (done := _done(database)) < _WARM_UP + _JOBS:
            if not began and done >= _WARM_UP:
                meter, began, begun_at = Meter(pids), time.perf_counter(), done
            if time.monotonic() > until:
                raise TimeoutError(f"{done} jobs were done in {_PATIENCE_SECONDS:.0f} s")
            time.sleep(_LOOK_SECONDS)
        return meter, (done - begun_at) / (time.perf_counter() - began)
    finally:
        database.close()


def _done(database: Database) -> int:
    with database.read() as session:
        query = select(func.count()).where(EffectRow.state == EffectState.DONE)
        return session.scalar(query) or 0


def _floor(url: str, folder: str, processes: int) -> float:
    database = Database(url)
    ids = [new_id() for _ in range(_JOBS)]
    with database.write() as session:
        session.execute(text("CREATE TABLE bench_bare (id VARCHAR PRIMARY KEY, state VARCHAR)"))
        rows = [{"id": one, "state": "planned"} for one in ids]
        session.execute(text("INSERT INTO bench_bare VALUES (:id, :state)"), rows)
    database.close()
    with _children("floor", url, folder, processes) as children:
        began = time.perf_counter()
        for number, child in enumerate(children):
            _tell(child, json.dumps(ids[number::processes]))
        for child in children:
            _hear(child)
        return _JOBS / (time.perf_counter() - began)


@contextmanager
def _children(kind: str, url: str, folder: str, count: int) -> Iterator[list[Any]]:
    command = [sys.executable, "-m", "bench.jobs", kind, url, folder]
    with ExitStack() as stack:
        found = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 (our own module)
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(count)
        ]
        try:
            for child in found:
                _hear(child)
            yield found
        finally:
            for child in found:
                child.kill()


def _ask(child: Any, word: str) -> str:
    _tell(child, word)
    return _hear(child)


def _tell(child: Any, word: str) -> None:
    child.stdin.write(word + "\n")
    child.stdin.flush()


def _hear(child: Any) -> str:
    line: str = child.stdout.readline()
    if not line:
        raise RuntimeError("a process of the measurement ended")
    return line.strip()


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


class _Willing:
    """A helpdesk that takes every note."""

    def add_note(self, *_: object, **__: object) -> Receipt:
        return Receipt(new_id(), datetime.now(UTC))


class _InJobs:
    """Processor time inside jobs, which is ours; the rest of the process is the engine's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.seconds = 0.0

    def around(self, job: Job) -> Job:
        def counted(scope: Scope, thing_id: str) -> None:
            began = time.thread_time()
            try:
                job(scope, thing_id)
            finally:
                with self._lock:
                    self.seconds += time.thread_time() - began

        return counted


def _two_steps(runtime: Runtime, scope: Scope, effect_id: str) -> None:
    now, lease = runtime.now(), timedelta(seconds=runtime.pace.claim_lease)
    with runtime.database.write() as session:
        effect = effects.get(session, scope, effect_id)
        token = effect and effects.claim(session, scope, effect, at=now, lease=lease)
    if token:
        with runtime.database.write() as session:
            effects.settle(session, scope, effect_id, token, EffectState.DONE)


def _work(url: str, folder: Path, *, plain: bool) -> None:
    settings = dataclasses.replace(settings_for(url, folder), worker_threads=_THREADS)
    service = Service(settings)
    willing: Any = _Willing()
    runtime = dataclasses.replace(service.runtime, helpdesk=lambda _account: willing)
    counted, real = _InJobs(), workers.jobs

    def jobs(runtime: Runtime) -> Mapping[JobName, Job]:
        ours = dict(real(runtime))
        if plain:
            ours[JobName.RUN_EFFECT] = partial(_two_steps, runtime)
        return {name: counted.around(job) for name, job in ours.items()}

    workers.jobs = jobs
    Worker(runtime, lost=lambda: None).start()
    _say("ready")
    sys.stdin.readline()
    _say(str(counted.seconds))
    sys.stdin.read()


def _bare(url: str, _folder: Path) -> None:
    database = Database(url)
    _say("ready")
    ids: SimpleQueue[str] = SimpleQueue()
    for one in json.loads(sys.stdin.readline()):
        ids.put(one)
    threads = [
        threading.Thread(target=_commit_twice, args=(database, ids)) for _ in range(_THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _say("done")
    sys.stdin.read()


def _commit_twice(database: Database, ids: SimpleQueue[str]) -> None:
    change = text("UPDATE bench_bare SET state = :state WHERE id = :id")
    while True:
        try:
            one = ids.get_nowait()
        except Empty:
            return
        for state in ("attempting", "done"):
            with database.write() as session:
                session.execute(change, {"id": one, "state": state})


_CHILDREN: dict[str, Callable[[str, Path], None]] = {
    _STEPS: partial(_work, plain=True),
    _NOTE: partial(_work, plain=False),
    "floor": _bare,
}


def main() -> None:
    """Measure, or be one of the measured processes."""
    log_to_stderr(level="error")
    if len(sys.argv) > 1:
        _CHILDREN[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
        return
    for figure in figures():
        sys.stdout.write(figure.line() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
