"""A customer who has been through everything, and jobs that stand in the job engine's tables."""

import dataclasses
from typing import Any

from sqlalchemy.orm import Session

from plugin.jobs import JobClient, JobName
from plugin.models import DraftState, InboxState, Surface, VerdictKind
from plugin.privacy.erase import Erased, erase
from plugin.privacy.finding import Found, Subject, find
from plugin.review.verdicts import Verdict, give
from plugin.store import audit
from plugin.store.schema import InboxEvent
from plugin.store.scope import Scope
from tests.bench.world import ANA, BEN, Bench
from tests.privacy.whole_database import Place, places

NAME, EMAIL = "Daniel Kovac", "daniel.kovac@example.com"
MARKER = "quagga-bell-1881"
TRACES = (NAME, EMAIL, MARKER)
DANIEL = {"name": NAME, "email": EMAIL}


@dataclasses.dataclass(frozen=True)
class EveryJob:
    """Whatever is asked of the bench's queue is asked of the real one, too."""

    bench: Bench
    client: JobClient

    def attach(self) -> None:
        runtime = dataclasses.replace(self.bench.runtime, enqueue=self.enqueue)
        self.bench.runtime = runtime
        self.bench.web.extensions["bookbag"] = runtime

    def enqueue(
        self, session: Session, name: JobName, scope: Scope, thing_id: str, **options: Any
    ) -> None:
        self.bench.queue.enqueue(session, name, scope, thing_id, **options)
        self.client.enqueue(session, name, scope, thing_id, **options)


def a_long_story(bench: Bench) -> dict[str, str]:
    """Tickets of one customer: what became of each, and its id."""
    said = f"Good morning,\n\nI would like to be refunded for order #1006. {MARKER}\n\n{NAME}"
    edited = bench.opened("refund_over_limit", text=said)
    edit(bench, edited, f"Dear {NAME}, thank you for your patience. {MARKER}")
    rejected = bench.opened("complaint", text=f"I am furious. {MARKER}", **{"from": DANIEL})
    bench.note(rejected, BEN, f"/reject {NAME} wrote {MARKER} on the phone")
    answered = bench.opened("where_is_my_order", text=f"Where is it? {MARKER}", **{"from": DANIEL})
    bench.hands.agent_writes(answered, ANA, f"{NAME}, it is on its way. {MARKER}", public=True)
    bench.settle()
    open_ = bench.opened("refund_over_limit", text=said)
    unreadable_webhook(bench)
    with bench.runtime.database.write() as session:
        audit.add(
            session,
            bench.scope,
            at=bench.clock(),
            actor="system",
            event="told",
            draft_id=bench.draft(rejected).id,
            text={"words": f"{NAME} said {MARKER}"},
        )
    return {"edited": edited, "rejected": rejected, "answered": answered, "open": open_}


def edit(bench: Bench, ticket_id: str, text: str) -> None:
    """A lead signs the draft with other words, and it goes out."""
    draft = bench.draft(ticket_id)
    said = Verdict(VerdictKind.EDIT, Surface.REVIEW_PAGE, draft.rev, text=text, done=True)
    give(bench.runtime, bench.scope, draft.id, bench.person(BEN), said)
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED


def unreadable_webhook(bench: Bench) -> None:
    """One that failed, and of which nobody knows what it is about."""
    now = bench.clock()
    with bench.runtime.database.write() as session:
        session.add(
            InboxEvent(
                merchant_id=bench.scope.merchant_id,
                account_id=bench.account_id,
                event_id="sha256:0",
                kind="other",
                vendor_type="unreadable",
                body=f'{{"from": "{EMAIL.upper()}", "text": "{MARKER} {NAME}"'.encode(),
                received_at=now,
                due_at=now,
                attempts=0,
                state=InboxState.FAILED,
                reason="body: not JSON",
                finished_at=now,
            )
        )


def found(bench: Bench) -> Found:
    """Where we hold something about the customer."""
    return find(bench.runtime, bench.scope, Subject(email=EMAIL))


def erase_daniel(bench: Bench) -> Erased:
    """As by the command."""
    one = found(bench)
    return erase(
        bench.runtime,
        bench.scope,
        one.tickets,
        why="customer_asked",
        asked_by="command",
        webhooks=one.webhooks,
    )


def traces(bench: Bench) -> set[Place]:
    """Where the database still shows something of the customer."""
    return set[Place]().union(*(places(bench.runtime.database, trace) for trace in TRACES))
