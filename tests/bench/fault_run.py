"""A run with faults on the bench's own clock: people write, a tenth of all calls fails, webhooks
come twice, late, out of order or never, and twice there is an outage.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import select

from connectors.sandbox.zendesk import RateLimits
from connectors.sandbox.zendesk.wiring import sandbox_of
from plugin import intake
from plugin.config import Settings
from plugin.models import DraftState, EffectState, InboxState
from plugin.reconciling import periodic
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from plugin.workers import sweep
from tests.bench.catching_up import compare
from tests.bench.world import ANA, BEN, CHLOE, Bench

# So few that what an outage leaves behind must wait for its turn.
LIMITS = RateLimits(calls=200, updates=60, ticket_updates=30, exports=10)
# Connectors wait so many times shorter than they would.
TIMES = 40
_TICKETS = "/api/v2/tickets/*"
# Together on a tenth of all calls. Where only the answer is lost, it says ``done``.
_FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "409", "share": 0.03, "match": {"method": "PUT", "path": _TICKETS}},
    {"fault": "422", "share": 0.02, "match": {"method": "PUT", "path": _TICKETS}},
    {"fault": "404", "share": 0.005, "match": {"method": "GET", "path": _TICKETS}},
    {"fault": "500", "share": 0.015},
    {"fault": "500", "share": 0.01, "done": True},
    {"fault": "502", "share": 0.015},
    {"fault": "502", "share": 0.01, "done": True},
    {"fault": "429", "share": 0.015, "retry_after": 3},
    {"fault": "401", "share": 0.01},
    {"fault": "time_out", "share": 0.005},
    {"fault": "dropped", "share": 0.015},
)
_UNTIL_FLUSHED = 3_600
_WEBHOOK_FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "twice", "share": 0.06},
    {"fault": "late", "share": 0.05, "seconds": _UNTIL_FLUSHED},
    {"fault": "out_of_order", "share": 0.04},
    {"fault": "lost", "share": 0.1},
)
# Parts of the run in which our web service is away, and in which the helpdesk is.
_WE_ARE_AWAY, _IT_IS_AWAY = (0.3, 0.4), (0.6, 0.68)
_FLUSHED_EVERY = 6
_PATIENCE_SECONDS = 20.0
_HEALING_TURNS = 400


@dataclass
class Told:
    """What people did, for the tally: the helpdesk's log says the rest."""

    opened: list[str] = field(default_factory=list)
    tags: set[tuple[str, str]] = field(default_factory=set)
    acts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    replayed: int = 0


def at_fault(settings: Settings) -> Bench:
    """A bench for such a run. A new ticket sends one webhook: so what is lost is lost."""
    limits = {"limits": LIMITS}
    return Bench(settings, sandbox=limits, times=TIMES, comment_with_created=False)


class FaultRun:
    """One run on a bench.

    Args:
        bench: From `at_fault`.
        seed: Draws everything.
        tickets: How many.
    """

    def __init__(self, bench: Bench, *, seed: int, tickets: int) -> None:
        self._bench = bench
        self._draw = random.Random(seed)
        self._wanted = tickets
        self._waiting: dict[str, str] = {}
        self._deliveries = sandbox_of(bench.helpdesk_app).deliveries
        self.told = Told()

    def run(self, on_ticket: Callable[[int], object] = lambda _: None) -> Told:
        """Run, then let everything heal."""
        self._arm()
        for number in range(self._wanted):
            self._outages(number / self._wanted)
            self._open()
            self._act()
            if number % _FLUSHED_EVERY == 0:
                self._deliveries.flush()
            self._turn(self._draw.uniform(1, 12))
            on_ticket(1)
        self._outages(1.0)
        self._disarm()
        self._heal()
        self.told.replayed = self._replay_failed()
        self._heal()
        return self.told

    def _open(self) -> None:
        ticket = self._draw.choice(list(self._bench.tickets.values()))
        ticket_id = self._bench.hands.open_ticket(ticket)
        self.told.opened.append(ticket_id)
        acts = ("approve", "approve", "answer", "ask", "tag", "solve", "nothing")
        self._waiting[ticket_id] = self._draw.choice(acts)

    def _act(self) -> None:
        """Do what was drawn for some of the tickets on which agents see a note of ours."""
        noted = {
            str(note["ticket_id"]) for note in self._log()["notes"] if note["channel"] == "api"
        }
        for ticket_id in [one for one in self._waiting if one in noted][:3]:
            act = self._waiting.pop(ticket_id)
            self.told.acts[act] += 1
            self._do(act, ticket_id)

    def _do(self, act: str, ticket_id: str) -> None:
        hands = self._bench.hands
        match act:
            case "approve":
                hands.agent_writes(ticket_id, CHLOE, "/approve done", public=False)
            case "answer":
                hands.agent_writes(ticket_id, ANA, "I look into it.", public=True)
            case "ask":
                hands.customer_writes(
                    ticket_id, "One more thing: it came with a scratch. Can I have my money back?"
                )
            case "tag":
                tag = f"seen_{len(self.told.tags)}"
                self.told.tags.add((ticket_id, tag))
                self._control(f"tickets/{ticket_id}/tags", {"add": [tag], "agent": BEN})
            case "solve":
                hands.agent_writes(ticket_id, BEN, "No more.", public=False, status="solved")

    def _turn(self, seconds: float) -> None:
        """Time goes by: webhooks arrive that are not held back, and what is due runs."""
        bench = self._bench
        bench.clock.ahead += timedelta(seconds=seconds)
        for _ in range(3):
            self._wait_for_webhooks()
            periodic.ask_due(bench.runtime)
            sweep(bench.runtime)
            if not bench.queue.run_due(bench.jobs):
                return

    def _wait_for_webhooks(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._deliveries.pending() > self._deliveries.held():
            assert time.monotonic() < until, "webhooks are not delivered"
            time.sleep(0.001)

    def _heal(self) -> None:
        """Nothing fails any more: until all is done, and what was missed is found."""
        self._until_done()
        compare(self._bench)
        self._until_done()

    def _until_done(self) -> None:
        for _ in range(_HEALING_TURNS):
            self._deliveries.flush()
            self._turn(30)
            if not unfinished(self._bench):
                return
        raise AssertionError(f"never healed: {unfinished(self._bench)}")

    def _replay_failed(self) -> int:
        """As an admin does with events that are shown as failed."""
        bench = self._bench
        with bench.runtime.database.read() as session:
            failed = session.scalars(
                select(InboxEvent.id).where(InboxEvent.state == InboxState.FAILED)
            ).all()
        for event_id in failed:
            intake.replay(bench.runtime, bench.scope, event_id)
        return len(failed)

    def _outages(self, share: float) -> None:
        hands, bench = self._bench.hands, self._bench
        away = _WE_ARE_AWAY[0] <= share < _WE_ARE_AWAY[1]
        ours = f"{bench.url}/webhooks/zendesk/{bench.account_id}"
        endpoint = f"{hands.url}/nowhere" if away else ours
        webhooks = sandbox_of(bench.helpdesk_app).webhooks
        settings = webhooks.get(bench.webhook_id).settings
        if settings.endpoint != endpoint:
            self._wait_for_webhooks()
            # Not over HTTP, where it would meet a fault, and be counted.
            webhooks.change(bench.webhook_id, replace(settings, endpoint=endpoint))
        if _IT_IS_AWAY[0] <= share < _IT_IS_AWAY[1]:
            self._control("faults", {"fault": "502", "calls": 25})

    def _arm(self) -> None:
        for path, faults in (("faults", _FAULTS), ("webhook-faults", _WEBHOOK_FAULTS)):
            for fault in faults:
                self._control(path, {**fault, "seed": self._draw.randrange(2**31)})

    def _disarm(self) -> None:
        for path in ("faults", "webhook-faults"):
            answer = requests.delete(f"{self._bench.hands.url}/sandbox/{path}", timeout=10)
            answer.raise_for_status()
            for armed in answer.json()["faults"]:
                self.told.faults[str(armed["fault"])] += armed["fired"]

    def _control(self, path: str, body: Mapping[str, object]) -> None:
        url = f"{self._bench.hands.url}/sandbox/{path}"
        requests.post(url, json=body, timeout=10).raise_for_status()

    def _log(self) -> Mapping[str, Any]:
        return sandbox_of(self._bench.helpdesk_app).ledger.report()


def unfinished(bench: Bench) -> Counter[str]:
    """What somebody still has to do something for."""
    waiting = (
        (InboxEvent, (InboxState.ACCEPTED,)),
        (DraftRow, (DraftState.DRAFTING, DraftState.APPROVED, DraftState.DELIVERING)),
        (EffectRow, (EffectState.PLANNED, EffectState.ATTEMPTING)),
    )
    with bench.runtime.database.read() as session:
        return Counter(
            f"{kind.__tablename__} {state}"
            for kind, states in waiting
            for state in session.scalars(select(kind.state).where(kind.state.in_(states)))
        )
