"""A helpdesk, a database, and processes of ours that come and go between them."""

import dataclasses
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from plugin.models import DraftState, EffectState, InboxState
from plugin.pace import Pace
from plugin.store import leases
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from tests.bench.databases import settings_for
from tests.bench.world import Bench
from tests.jobs.support import eventually
from tests.kills.child import Life
from tests.kills.gate import Gate
from tests.kills.nursery import Child, Nursery

# A process that will be killed takes short leases: nobody else is there to take them from it.
# What it asks to be swept may wait: looking for it forty times a second is most of its work.
KILLED = Pace.for_tests(40, poll_swept=0.1)
# The next one takes long ones, since it must not lose them to itself on a busy machine.
HEALER = Pace.for_tests(10, beat=0.05, silent=0.3, sweep=0.125, overdue=0.25)

_MARKER = re.compile(r"Bookbag draft ([0-9A-Z]{5}) rev (\d+)")
_EFFECT = "bookbag_effect"

Comment = Mapping[str, Any]


class Scene:
    """The stage of all tests in this folder.

    Attributes:
        bench: The merchant, with the helpdesk's stand-in in this process.
        gate: Before the helpdesk.
    """

    def __init__(self, bench: Bench, gate: Gate, nursery: Nursery, folder: Path) -> None:
        self.bench = bench
        self.gate = gate
        self.hands = bench.hands
        self._nursery = nursery
        self._folder = folder
        self._children: list[Child] = []
        self.port = _free_port()
        self.hands.point_webhook(bench.webhook_id, self.endpoint)

    @property
    def endpoint(self) -> str:
        """Where the helpdesk sends its webhooks."""
        return f"http://127.0.0.1:{self.port}/webhooks/zendesk/{self.bench.account_id}"

    def start(self, pace: Pace, *, at: Sequence[str] = (), **life: Any) -> Child:
        """A new process of the service; `at` names the barriers it is held at."""
        child = self._nursery.fork(
            Life(
                url=self.bench.runtime.settings.database_url,
                folder=str(self._folder),
                pace=dataclasses.asdict(pace),
                barriers=tuple(at),
                **{"port": self.port, **life},
            )
        )
        self._children.append(child)
        return child

    def close(self) -> None:
        """Leave no process behind."""
        for child in self._children:
            if child.alive:
                child.kill()

    def deliver_again(self) -> list[bool]:
        """The helpdesk sends again what was not answered. Returns for each whether it was new."""
        found = []
        for invocation in self._invocations():
            if invocation["status"] == "failed":
                attempts = self.hands.get(f"{self._webhook}/{invocation['id']}/attempts")[
                    "attempts"
                ]
                request = attempts[-1]["request"]
                answer = requests.post(
                    self.endpoint,
                    data=request["payload"].encode(),
                    headers={pair["key"]: pair["value"] for pair in request["headers"]},
                    timeout=10,
                )
                answer.raise_for_status()
                found.append(bool(answer.json()["new"]))
        return found

    def opened(self, key: str) -> str:
        """A customer writes in. Returns the ticket's id."""
        return self.hands.open_ticket(self.bench.tickets[key])

    def until_noted(self, ticket_id: str) -> None:
        """Wait until a draft's note is seen on a ticket."""
        eventually(lambda: self.markers(ticket_id), what="a note with a draft")

    def until_quiet(self) -> None:
        """Wait until every webhook was delivered and nothing is left to be done.

        No job either: one of a finished row does nothing, but it would meet the next barrier.
        """
        eventually(self.is_quiet, what="nothing left to be done")
        eventually(lambda: not self._jobs(), what="no job left")

    def is_quiet(self) -> bool:
        """Whether nothing is under way or lies about, by the database and the helpdesk."""
        return not self.unfinished() and not self.hands.pending_deliveries()

    def unfinished(self) -> set[str]:
        """The ids of all events, drafts and effects that somebody still has to do something for."""
        waiting = (
            (InboxEvent, (InboxState.ACCEPTED,)),
            (DraftRow, (DraftState.DRAFTING, DraftState.APPROVED, DraftState.DELIVERING)),
            (EffectRow, (EffectState.PLANNED, EffectState.ATTEMPTING)),
        )
        with self.bench.runtime.database.read() as session:
            return {
                found
                for kind, states in waiting
                for found in session.scalars(select(kind.id).where(kind.state.in_(states)))
            }

    def _jobs(self) -> int:
        engine = self.bench.service.jobs._client
        states: list[str] = ["ENQUEUED", "DELAYED", "PENDING"]
        return len(engine.list_workflows(status=states, load_input=False, load_output=False))

    @property
    def _webhook(self) -> str:
        return f"/api/v2/webhooks/{self.bench.webhook_id}/invocations"

    def _invocations(self) -> Iterator[Mapping[str, Any]]:
        cursor = ""
        while True:
            page = self.hands.get(f"{self._webhook}?page[size]=100{cursor}")
            yield from page["invocations"]
            if not page["meta"]["has_more"]:
                return
            cursor = f"&page[after]={page['meta']['after_cursor']}"

    def ours(self, ticket_id: str, *, public: bool) -> list[Comment]:
        """The comments on a ticket that came through the API, as the helpdesk's log has them."""
        log = self.hands.get("/sandbox/log")["public_comments" if public else "notes"]
        return [c for c in log if str(c["ticket_id"]) == ticket_id and c["channel"] == "api"]

    def replies(self, ticket_id: str) -> int:
        """How many public replies of ours a customer got."""
        return len(self.ours(ticket_id, public=True))

    def markers(self, ticket_id: str) -> Counter[tuple[str, str]]:
        """How many notes show each revision of each draft."""
        found = map(marker_of, self.ours(ticket_id, public=False))
        return Counter(marker for marker in found if marker)

    def asked_about(self, ticket_id: str) -> int:
        """How many notes ask a person whether a reply went out."""
        notes = self.ours(ticket_id, public=False)
        return sum("It is not known whether" in str(note["body"]) for note in notes)

    def effects_written(self) -> Counter[str]:
        """How many comments the helpdesk has for each effect of ours."""
        log = self.hands.get("/sandbox/log")
        comments = [c for c in (*log["public_comments"], *log["notes"]) if c["channel"] == "api"]
        return Counter(str(comment["metadata"].get(_EFFECT)) for comment in comments)

    def leases(self) -> Sequence[str]:
        """Workers that are taken for alive."""
        with self.bench.runtime.database.read() as session:
            return leases.everyone(session)

    def events(self, ticket_id: str) -> Sequence[InboxEvent]:
        """What became of a ticket's webhooks."""
        with self.bench.runtime.database.read() as session:
            return session.scalars(
                select(InboxEvent).where(InboxEvent.ticket_id == ticket_id)
            ).all()


def marker_of(note: Comment) -> tuple[str, str] | None:
    """The draft and the revision that a note shows."""
    found = _MARKER.search(str(note["body"]))
    return (found[1], found[2]) if found else None


@contextmanager
def on_stage(url: str, nursery: Nursery, folder: Path) -> Iterator[Scene]:
    """A scene on a fresh database, from its beginning to its end."""
    bench = Bench(settings_for(url, folder))
    gate = Gate(bench.helpdesk_app.wsgi_app)
    bench.helpdesk_app.wsgi_app = gate  # type: ignore[method-assign]  # as Flask advises
    with bench:
        scene = Scene(bench, gate, nursery, folder)
        try:
            yield scene
        finally:
            scene.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
