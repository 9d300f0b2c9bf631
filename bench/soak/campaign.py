"""One run: people write, the helpdesk stumbles, and processes of ours are killed all the time."""

import dataclasses
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

import requests
from sqlalchemy import select

from bench.soak.people import People
from bench.soak.relay import Relay
from bench.soak.tally import Tally
from plugin import intake
from plugin.models import InboxState
from plugin.pace import Pace
from plugin.reconciling.by_hand import whole_round
from plugin.serving import _LEASE_LOST_EXIT
from plugin.store import merchants
from plugin.store.schema import InboxEvent
from tests.bench.world import CHLOE
from tests.kills.barriers import BARRIERS
from tests.kills.child import REACHED
from tests.kills.nursery import GoneError
from tests.kills.scene import HEALER, Scene

TIMES = 10
PACE = Pace.for_tests(TIMES)
AT_RANDOM = "at a random time"
# It was taken for dead, on a busy machine; then it must end by itself.
LEASE_LOST = "ended, its lease was taken"
_SHORTEST_LIFE = 0.1
_HEALED_SECONDS = 180.0
_EXPORTED = timedelta(minutes=2)
_LOOK_SECONDS = 0.2
# With the next ones a tenth of all calls. Where only the answer is lost, it says ``done``.
_FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "500", "share": 0.015},
    {"fault": "500", "share": 0.01, "done": True},
    {"fault": "502", "share": 0.015},
    {"fault": "502", "share": 0.01, "done": True},
    {"fault": "429", "share": 0.015, "retry_after": 0},
    {"fault": "time_out", "share": 0.01},
    {"fault": "dropped", "share": 0.015},
)
_TICKETS = "/api/v2/tickets/*"
# Those that a helpdesk answers in passing, though a service must take them for final: an update
# that met another one, a row that its search has not seen yet, a rule that somebody just changed.
_REFUSALS: tuple[dict[str, object], ...] = (
    {"fault": "409", "share": 0.05, "match": {"method": "PUT", "path": _TICKETS}},
    {"fault": "422", "share": 0.02, "match": {"method": "PUT", "path": _TICKETS}},
    {"fault": "404", "share": 0.005, "match": {"method": "GET", "path": _TICKETS}},
    {"fault": "slow", "share": 0.01, "seconds": 0.3},
)
_LOST: dict[str, object] = {"fault": "lost", "share": 0.01}
# The credential is refused for so many calls on end, with this chance at each kill.
_BURST_CALLS, _BURST_CHANCE = 4, 0.03
_WEBHOOK_FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "twice", "share": 0.05},
    {"fault": "late", "share": 0.03, "seconds": 1},
    {"fault": "out_of_order", "share": 0.02},
)


@dataclass(frozen=True)
class Plan:
    """How much of everything.

    Attributes:
        longest_life: Seconds until a process is killed that meets no barrier before.
        refusals: Also what a service must take for final, and webhooks that never come.
    """

    seed: int
    kills: int
    tickets: int
    longest_life: float = 1.2
    refusals: bool = True


@contextmanager
def progress(steps: int, unit: str = "kill") -> Iterator[Callable[[int], object]]:
    """A progress bar on stderr."""
    if find_spec("tqdm"):
        with import_module("tqdm").tqdm(total=steps, unit=unit, mininterval=1) as bar:
            yield bar.update
    else:
        shown = import_module("click").progressbar
        with shown(length=steps, file=sys.stderr) as bar:
            yield bar.update


def run(scene: Scene, plan: Plan, *, workers: int) -> Tally:
    """Run, heal and count.

    Args:
        scene: On a fresh database.
        plan: How much.
        workers: Processes at a time; the first also takes webhooks in.
    """
    draw = random.Random(plan.seed)
    tally = Tally(plan.seed)
    tickets = list(scene.bench.tickets.values())
    people = People(scene.hands, tickets, CHLOE, draw=draw, wanted=plan.tickets)
    with Relay(scene.endpoint) as relay, progress(plan.kills) as killed:
        scene.hands.point_webhook(scene.bench.webhook_id, relay.url)
        _arm(scene, draw, plan)
        lives = [_Life(scene, plan, draw, web=not number) for number in range(workers)]
        for number in range(plan.kills):
            people.act((number + 1) / plan.kills)
            if plan.refusals and draw.random() < _BURST_CHANCE:
                _arm_one(scene, draw, "faults", {"fault": "401", "calls": _BURST_CALLS})
            life = draw.choice(lives)
            tally.kills[life.end()] += 1
            life.draw_and_begin()
            killed(1)
        people.act(1.0)
        _disarm(scene, tally)
        for life in lives:
            life.child.kill()
            life.begin(HEALER, barrier=None)
        _until_healed(scene, relay, people)
        tally.replayed = _replay_failed(scene)
        tally.found = _find_missed(scene)
        _until_healed(scene, relay, people)
        tally.webhooks.update(answered=relay.answered, sent_again=relay.again)
        assert not relay.refused, relay.refused
    for life in lives:
        life.child.kill()
    tally.tickets = len(people.opened)
    tally.count(scene)
    return tally


class _Life:
    """A process, and the next one as soon as it is killed."""

    def __init__(self, scene: Scene, plan: Plan, draw: random.Random, *, web: bool) -> None:
        self._scene = scene
        self._plan = plan
        self._draw = draw
        self._web = web
        self.draw_and_begin()

    def draw_and_begin(self) -> None:
        """The next process, with a barrier or without one."""
        self.begin(PACE, barrier=self._draw.choice((*BARRIERS, None, None)))

    def begin(self, pace: Pace, *, barrier: str | None) -> None:
        """Fork."""
        self._barrier = barrier
        self.child = self._scene.start(
            pace,
            at=[barrier] if barrier else [],
            port=self._scene.port if self._web else 0,
            limits=TIMES,
        )
        lasts = self._draw.uniform(_SHORTEST_LIFE, self._plan.longest_life)
        # With a barrier it is given time to get there.
        self._ends = time.monotonic() + (1.5 * self._plan.longest_life if self._barrier else lasts)

    def end(self) -> str:
        """Kill it at its barrier, or when its time is over. Returns where that was."""
        where = AT_RANDOM
        try:
            while (left := self._ends - time.monotonic()) > 0:
                said = self.child.hear(left)
                if self._barrier and said == f"{REACHED} {self._barrier}":
                    where = self._barrier
                    break
        except GoneError:
            if self.child.ended() != _LEASE_LOST_EXIT:
                raise
            return LEASE_LOST
        self.child.kill()
        return where


def _arm(scene: Scene, draw: random.Random, plan: Plan) -> None:
    more = plan.refusals
    for fault in (*(_REFUSALS if more else ()), *_FAULTS):
        _arm_one(scene, draw, "faults", fault)
    for fault in (*_WEBHOOK_FAULTS, *((_LOST,) if more else ())):
        _arm_one(scene, draw, "webhook-faults", fault)


def _arm_one(scene: Scene, draw: random.Random, path: str, fault: dict[str, object]) -> None:
    requests.post(
        f"{scene.hands.url}/sandbox/{path}",
        json={**fault, "seed": draw.randrange(2**31)},
        timeout=10,
    ).raise_for_status()


def _disarm(scene: Scene, tally: Tally) -> None:
    for path in ("faults", "webhook-faults"):
        answer = requests.delete(f"{scene.hands.url}/sandbox/{path}", timeout=10)
        answer.raise_for_status()
        armed_here = answer.json()["faults"]
        tally.met[path] = max(armed["seen"] for armed in armed_here)
        for armed in armed_here:
            done = ", done" if armed.get("done") else ""
            tally.faults[f"{armed['fault']}{done}"] += armed["fired"]


def _replay_failed(scene: Scene) -> int:
    """As an admin does with events that are shown as failed: ``bookbag events replay --failed``.

    The queue of a living worker runs them; the bench's own queue would only keep them.
    """
    runtime = dataclasses.replace(scene.bench.runtime, enqueue=scene.bench.service.jobs.enqueue)
    with runtime.database.read() as session:
        failed = session.scalars(
            select(InboxEvent.id).where(InboxEvent.state == InboxState.FAILED)
        ).all()
    for event_id in failed:
        intake.replay(runtime, scene.bench.scope, event_id)
    return len(failed)


def _find_missed(scene: Scene) -> int:
    """As an admin does after an outage: ``bookbag reconcile --since``. Returns how much was found.

    The helpdesk's clock is two minutes ahead of all others: its exports leave out the last minute.
    """
    bench = scene.bench
    bench.clock.ahead += _EXPORTED
    runtime = dataclasses.replace(bench.runtime, enqueue=bench.service.jobs.enqueue)
    with runtime.database.read() as session:
        account = merchants.account(session, bench.scope, bench.account_id)
    rounds = whole_round(
        runtime, bench.scope, account, since=account.created_at - _EXPORTED, wait=time.sleep
    )
    return [step.found for step in rounds][-1]


def _until_healed(scene: Scene, relay: Relay, people: People) -> None:
    """No more kills: wait until everything that was asked for is done."""
    until = time.monotonic() + _HEALED_SECONDS
    quiet = 0
    while quiet < 3:
        people.act(1.0)
        quiet = quiet + 1 if scene.is_quiet() and not relay.pending() else 0
        assert time.monotonic() < until, f"never healed: {scene.unfinished()}"
        time.sleep(_LOOK_SECONDS)
