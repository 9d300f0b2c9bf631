"""An erased customer is gone from the whole database, and what they counted for stands."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from connectors.errors import UnavailableError
from connectors.types import Money
from plugin import intake
from plugin.audit.verify import verify
from plugin.demo.world import data
from plugin.errors import MovedError
from plugin.models import DraftState, InboxState, Per
from plugin.policy.load import load
from plugin.privacy import retention
from plugin.privacy.erase import erase
from plugin.privacy.export import document
from plugin.privacy.finding import Subject, find
from plugin.privacy.wiping import ERASED_NOTE
from plugin.replay import replay
from plugin.review import status
from plugin.store import customers, drafts, erasures, reservations
from plugin.store.reservation_tables import ReservationRow
from plugin.store.schema import CorrectionRow, DecisionRow, DraftRow, VerdictRow
from tests.bench.faults import fail_with, with_faults
from tests.bench.world import ANA, BEN, Bench
from tests.intake.payloads import event, kept, post
from tests.privacy.customer import (
    EMAIL,
    MARKER,
    NAME,
    TRACES,
    a_long_story,
    erase_daniel,
    found,
    traces,
)
from tests.privacy.whole_database import Place, places
from tests.store.support import add_draft, owner
from tests.web.visitor import Visitor

pytestmark = pytest.mark.each_database("what is erased is gone from the database")


def pages_show_no_trace(bench: Bench, tickets: Iterable[str]) -> None:
    """Pages, notes and replays get by without the texts."""
    ben = Visitor(bench)
    ben.sign_in(BEN)
    pages = [f"/drafts/{bench.draft(ticket_id).id}" for ticket_id in tickets]
    for page in (*pages, "/queue"):
        shown = ben.get(page)
        assert shown.status_code == 200
        assert not any(trace in shown.text for trace in TRACES)
    assert "its texts are erased" in ben.get(pages[-1]).text
    assert [ERASED_NOTE in ben.get(page).text for page in pages] == [True] * len(pages)
    for ticket_id in tickets:
        with bench.runtime.database.read() as session:
            found = drafts.of_ticket(session, bench.scope, bench.account_id, ticket_id)
        assert status.of_ticket(bench.runtime, bench.scope, found)
    file = load(data("policies.yaml"))
    replay(bench.runtime.database, bench.scope, file, since=bench.clock() - timedelta(days=1))


def totals(bench: Bench) -> dict[str, Any]:
    """What is counted, whoever's it is."""
    merchant = bench.scope.merchant_id
    questions: dict[str, Any] = {
        "intents": select(DraftRow.intent, func.count()).group_by(DraftRow.intent),
        "oversight": select(DecisionRow.oversight, func.count()).group_by(DecisionRow.oversight),
        "verdicts": select(VerdictRow.kind, func.count()).group_by(VerdictRow.kind),
        "outcomes": select(
            CorrectionRow.outcome, func.count(), func.sum(CorrectionRow.hter)
        ).group_by(CorrectionRow.outcome),
        "money": select(func.count(), func.sum(ReservationRow.amount_minor)).select_from(
            ReservationRow
        ),
    }
    with bench.runtime.database.read() as session:
        return {
            name: sorted(map(tuple, session.execute(query.where(_owner(query) == merchant))))
            for name, query in questions.items()
        }


def money_of_daniel(bench: Bench) -> Any:
    """What counts against a limit for each customer, when Daniel asks for money once more."""
    with bench.runtime.database.read() as session:
        return reservations.counted(
            session,
            bench.scope,
            Per.CUSTOMER,
            EMAIL,
            types=["refund"],
            since=bench.clock() - timedelta(days=30),
            before="g",
        )


def _owner(query: Any) -> Any:
    (table,) = query.get_final_froms()
    return table.c.merchant_id


def test_nothing_of_an_erased_customer_is_left_anywhere(bench: Bench) -> None:
    tickets = a_long_story(bench)
    before = totals(bench)
    assert money_of_daniel(bench) == [Money.from_minor(25800, "USD")]
    states = {key: bench.draft(one).state for key, one in tickets.items()}
    held = document(bench.runtime, bench.scope, found(bench))["held"]
    seen = traces(bench)
    assert {place.table for place in seen} >= {
        *("bb_inbox", "bb_draft", "bb_verdict", "bb_correction", "bb_effect"),
        *("bb_reservation", "bb_ticket_customer", "bb_audit_text"),
    }
    exported = {
        Place(table, column, row["id"])
        for table, rows in held.items()
        for row in rows
        for column, value in row.items()
        if any(trace.casefold() in str(value).casefold() for trace in TRACES)
    }
    assert seen == exported

    done = erase_daniel(bench)
    assert (done.tickets, done.left) == (len(tickets), 0)
    assert traces(bench) == set()
    assert totals(bench) == before
    # What was paid counts on; what was only proposed is not.
    assert money_of_daniel(bench) == [Money.from_minor(12900, "USD")]
    assert verify(bench.runtime.database, bench.scope).wrong is None
    assert states.pop("open") is DraftState.AWAITING_APPROVAL
    assert bench.draft(tickets["open"]).state is DraftState.STALE
    assert {key: bench.draft(tickets[key]).state for key in states} == states
    bench.settle()
    pages_show_no_trace(bench, tickets.values())
    assert traces(bench) == set()
    if bench.runtime.database.is_sqlite:
        bench.runtime.database.forget_past()
        kept = Path(bench.runtime.database.url.removeprefix("sqlite:///"))
        for file in kept.parent.glob(f"{kept.name}*"):
            raw = file.read_bytes()
            assert not any(trace.encode() in raw for trace in TRACES), file


def test_nothing_that_leaves_is_torn(bench: Bench) -> None:
    with_faults(bench, "send_reply", fail_with(UnavailableError("away")))
    ticket_id = bench.opened("refund_under_limit")
    priya = Subject(email="priya.nair@example.com")
    bench.note(ticket_id, ANA, "/approve done")
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERING
    text = bench.draft(ticket_id).final_text
    one = find(bench.runtime, bench.scope, priya)
    with pytest.raises(MovedError, match=r"leaving on ticket 1 .* nothing was erased"):
        erase(bench.runtime, bench.scope, one.tickets, why="customer_asked", asked_by="command")
    assert bench.draft(ticket_id).final_text == text
    bench.pass_time(60)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    erase(bench.runtime, bench.scope, one.tickets, why="customer_asked", asked_by="command")
    assert places(bench.runtime.database, "Priya") == set()
    assert bench.public(ticket_id) == [text]


def test_what_was_begun_is_ended_by_the_sweep(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit", text=f"I want a refund. {MARKER}")
    begin(bench, ticket_id)
    assert traces(bench)
    retention.round_of_all(bench.runtime)
    assert traces(bench) == set()
    with bench.runtime.database.read() as session:
        assert erasures.unfinished(session, bench.scope, limit=9) == []


def begin(bench: Bench, ticket_id: str) -> None:
    """As if the process had died after the first transaction."""
    with bench.runtime.database.write() as session:
        erasures.begin(
            session,
            bench.scope,
            [(bench.account_id, ticket_id)],
            why="customer_asked",
            asked_by="command",
            digest=None,
            at=bench.clock(),
        )


def test_an_erased_tickets_past_does_not_come_back(bench: Bench) -> None:
    """Neither by a webhook that is delivered late, nor by a worker that had read the ticket."""
    ticket_id = bench.opened("refund_over_limit", text=f"I want a refund. {MARKER}")
    neighbours = neighbours_rows(bench)
    past = bench.hands.comments(ticket_id)[0]
    erase_daniel(bench)
    bench.settle()
    bench.clock.ahead += timedelta(seconds=2)
    for late in ("created", "comment_added"):
        payload = event(late, ticket=ticket_id, message=str(past["id"]))
        payload["detail"]["description"] = f"{NAME} {MARKER}"
        assert post(bench, payload).ok
        bench.settle()
        assert kept(bench, payload["id"]).state is InboxState.IGNORED
        intake.replay(bench.runtime, bench.scope, kept(bench, payload["id"]).id)
        bench.settle()
    assert {place.row for place in traces(bench)} == neighbours
    bench.hands.customer_writes(ticket_id, "I have another question: where is my order?")
    bench.settle()
    drafts = bench.drafts(ticket_id)
    assert len(drafts) == 2
    assert MARKER not in str(drafts[1].facts)
    assert {place.table for place in traces(bench)} >= {"bb_draft", "bb_ticket_customer"}


def neighbours_rows(bench: Bench) -> set[str]:
    """Another merchant's customer of the same name and address. Returns the rows' ids."""
    other = owner(bench.runtime.database, "Other")
    row = add_draft(
        bench.runtime.database, other, customer_name=NAME, facts={"customer": EMAIL, "tags": []}
    )
    with bench.runtime.database.write() as session:
        named = {("77", EMAIL)}
        customers.note(session, other.scope, other.account_id, "7", named, at=bench.clock())
        (noted,) = customers.by_email(session, other.scope, EMAIL)
    return {row.id, noted.id}


def test_a_ticket_that_is_erased_while_it_is_drafted_gets_no_draft(bench: Bench) -> None:
    def erased_meanwhile(do: Callable[[], Any]) -> Any:
        begin(bench, "1")
        retention.end_erasures(bench.runtime, bench.scope)
        return do()

    with_faults(bench, "ticket", erased_meanwhile)
    ticket_id = bench.opened("refund_over_limit", text=f"I want a refund. {MARKER}")
    bench.pass_time(10)
    assert bench.drafts(ticket_id) == []
    retention.round_of_all(bench.runtime)
    assert traces(bench) == set()
