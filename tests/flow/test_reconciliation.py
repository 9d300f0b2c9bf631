"""What no webhook tells is found in the helpdesk's export: once, and the most urgent first."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from connectors.errors import AuthError, RateLimitedError, RejectedError
from plugin.models import DraftState, InboxState, Outcome
from plugin.reconciling.round import read_page
from plugin.store import corrections, reconciling
from plugin.store.audit_tables import AuditRow
from plugin.store.schema import CorrectionRow, DraftRow
from tests.bench.catching_up import compare, compared, found_events, without_webhooks
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.faults import fail_with, with_faults
from tests.bench.world import ANA, Bench

HOUR = 3600.0


@pytest.fixture(scope="module", params=KINDS)
def running(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    settings = settings_for(all_databases.fresh(request.param), tmp_path_factory.mktemp("found"))
    with Bench(settings, sandbox={"export_page": 40}) as bench:
        yield bench


@pytest.fixture
def caught_up(running: Bench) -> Bench:
    """A merchant of whom nothing is missed."""
    compare(running)
    return running


def held_back(bench: Bench, **fault: object) -> None:
    address = f"{bench.hands.url}/sandbox/webhook-faults"
    requests.post(address, json=fault, timeout=10).raise_for_status()


def flush(bench: Bench) -> None:
    requests.delete(f"{bench.hands.url}/sandbox/webhook-faults", timeout=10).raise_for_status()
    bench.settle()


def corrections_of(bench: Bench, ticket_id: str) -> list[CorrectionRow]:
    with bench.runtime.database.read() as session:
        rows = corrections.recent(session, bench.scope, limit=100)
    return [row for row in rows if row.ticket_id == ticket_id]


def test_nothing_is_found_where_all_was_told(caught_up: Bench) -> None:
    ticket_id = caught_up.opened("refund_under_limit")
    caught_up.note(ticket_id, ANA, "Called the carrier.")
    caught_up.note(ticket_id, ANA, "/approve done")
    caught_up.pass_time(15)
    assert caught_up.draft(ticket_id).state is DraftState.DELIVERED
    assert compare(caught_up) == 0


def test_a_missed_message_gets_its_draft_and_a_late_webhook_no_second(caught_up: Bench) -> None:
    held_back(caught_up, fault="late", seconds=HOUR)
    ticket_id = caught_up.hands.open_ticket(caught_up.tickets["refund_under_limit"])
    caught_up.clock.ahead += timedelta(minutes=5)
    caught_up.queue.run_due(caught_up.jobs)
    with_held = caught_up.wait_for_webhooks
    try:
        caught_up.wait_for_webhooks = lambda: None  # type: ignore[method-assign] # they are held
        caught_up._undelivered = lambda: 0  # type: ignore[method-assign] # the same
        assert compare(caught_up) == 1
    finally:
        caught_up.wait_for_webhooks = with_held  # type: ignore[method-assign] # as it was
        del caught_up._undelivered
    assert caught_up.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    flush(caught_up)
    assert len(caught_up.drafts(ticket_id)) == 1
    assert len(caught_up.notes(ticket_id)) == 1


def test_a_missed_reply_of_an_agent_becomes_one_correction(caught_up: Bench) -> None:
    ticket_id = caught_up.opened("refund_under_limit")
    text = caught_up.draft(ticket_id).text or ""
    with without_webhooks(caught_up):
        caught_up.hands.agent_writes(ticket_id, ANA, text, public=True)
    assert compare(caught_up) == 1
    assert caught_up.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    (correction,) = corrections_of(caught_up, ticket_id)
    assert correction.outcome is Outcome.SENT_AS_IS
    with caught_up.runtime.database.write() as session:
        since = caught_up.clock() - timedelta(hours=1)
        reconciling.begin_again(
            session, caught_up.scope, caught_up.account_id, at=caught_up.clock(), since=since
        )
    assert compare(caught_up) == 0
    assert len(corrections_of(caught_up, ticket_id)) == 1


def test_a_message_that_was_answered_meanwhile_gets_no_draft(caught_up: Bench) -> None:
    with without_webhooks(caught_up):
        ticket_id = caught_up.hands.open_ticket(caught_up.tickets["refund_under_limit"])
        caught_up.hands.agent_writes(ticket_id, ANA, "I look into it.", public=True)
    assert compare(caught_up) == 2
    assert caught_up.drafts(ticket_id) == []
    assert caught_up.notes(ticket_id) == []


def test_nor_does_one_whose_ticket_was_solved(caught_up: Bench) -> None:
    with without_webhooks(caught_up):
        ticket_id = caught_up.hands.open_ticket(caught_up.tickets["refund_under_limit"])
        caught_up.hands.agent_writes(ticket_id, ANA, "Spam.", public=False, status="solved")
    assert compare(caught_up) == 1
    assert caught_up.drafts(ticket_id) == []
    assert "solved" in (found_events(caught_up)[-1].reason or "")


def test_a_draft_is_settled_by_its_answer_before_the_next_message_gets_its_own(
    caught_up: Bench,
) -> None:
    ticket_id = caught_up.opened("refund_under_limit")
    text = caught_up.draft(ticket_id).text or ""
    with without_webhooks(caught_up):
        caught_up.hands.agent_writes(ticket_id, ANA, text, public=True)
        caught_up.clock.ahead += timedelta(seconds=5)
        caught_up.hands.customer_writes(
            ticket_id, str(caught_up.tickets["refund_under_limit"]["text"])
        )
    assert compare(caught_up) == 2
    assert [draft.state for draft in caught_up.drafts(ticket_id)] == [
        DraftState.SENT_BY_AGENT,
        DraftState.AWAITING_REVIEW,
    ]
    assert len(corrections_of(caught_up, ticket_id)) == 1


def test_a_missed_command_is_followed_and_other_notes_are_nothing(caught_up: Bench) -> None:
    ticket_id = caught_up.opened("refund_under_limit")
    settled = caught_up.opened("refund_under_limit")
    caught_up.note(settled, ANA, "/approve done")
    caught_up.pass_time(15)
    with without_webhooks(caught_up):
        caught_up.hands.agent_writes(ticket_id, ANA, "/approve done", public=False)
        caught_up.hands.agent_writes(settled, ANA, "Nice.", public=False)
    assert compare(caught_up) == 1
    caught_up.pass_time(15)
    assert caught_up.draft(ticket_id).state is DraftState.DELIVERED
    assert len(caught_up.public(ticket_id)) == 1


def test_a_missed_deletion_is_followed(caught_up: Bench) -> None:
    ticket_id = caught_up.opened("refund_under_limit")
    with without_webhooks(caught_up):
        unknown = caught_up.hands.open_ticket(caught_up.tickets["refund_under_limit"])
        for one in (ticket_id, unknown):
            caught_up.hands.delete_ticket(one)
    compare(caught_up)
    assert caught_up.draft(ticket_id).message_text == "(erased)"
    kinds = [one.kind for one in found_events(caught_up) if one.ticket_id == ticket_id]
    assert kinds == ["ticket_deleted"]
    assert compare(caught_up) == 0


def test_after_a_day_without_webhooks_the_oldest_deadline_comes_first(caught_up: Bench) -> None:
    bench = caught_up
    late, soon = bench.opened("refund_over_limit"), ""
    bench.clock.ahead += timedelta(hours=1)
    soon = bench.opened("refund_over_limit")
    with bench.runtime.database.write() as session:
        for ticket_id, hours in ((late, 9), (soon, 2)):
            (draft,) = session.scalars(
                select(DraftRow).where(
                    DraftRow.merchant_id == bench.scope.merchant_id,
                    DraftRow.ticket_id == ticket_id,
                )
            )
            draft.sign_by = bench.clock() + timedelta(hours=hours)
    waited = []
    with without_webhooks(bench):
        for key in ("refund_under_limit", "where_is_my_order", "refund_under_limit"):
            waited.append(bench.hands.open_ticket(bench.tickets[key]))
            bench.clock.ahead += timedelta(hours=8)
        for ticket_id in (late, soon):
            bench.hands.customer_writes(ticket_id, "Hello? Where is my refund?")
        answered = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
        bench.hands.agent_writes(answered, ANA, "I look into it.", public=True)
    compare(bench)
    handled = sorted(
        (one for one in found_events(bench) if one.ticket_id in {late, soon, *waited, answered}),
        key=lambda one: one.finished_at or bench.clock(),
    )
    assert [one.ticket_id for one in handled] == [soon, late, *waited, answered, answered]
    assert [one.state for one in handled[:5]] == [InboxState.DONE] * 5
    for ticket_id in waited:
        assert len(bench.drafts(ticket_id)) == len(bench.notes(ticket_id)) == 1
    assert bench.drafts(answered) == []


def test_two_read_no_page_at_once(caught_up: Bench) -> None:
    with caught_up.runtime.database.write() as session:
        now = caught_up.clock()
        of = (session, caught_up.scope, caught_up.account_id)
        reconciling.begin_again(*of, at=now, since=None)
        assert reconciling.claim(*of, at=now, until=now + timedelta(seconds=40))
    assert read_page(caught_up.runtime, caught_up.scope, caught_up.account_id) is None


def test_who_lost_the_claim_moves_no_cursor(caught_up: Bench) -> None:
    of = (caught_up.scope, caught_up.account_id)
    with caught_up.runtime.database.write() as session:
        reconciling.begin_again(session, *of, at=caught_up.clock(), since=None)
        now = caught_up.clock()
        stale = reconciling.claim(session, *of, at=now, until=now)
        assert stale
        session.expunge(stale)
        assert reconciling.claim(session, *of, at=now, until=now + timedelta(seconds=40))
        assert not reconciling.keep(session, caught_up.scope, stale, cursor="mine")


@pytest.fixture
def mended(caught_up: Bench) -> Iterator[Bench]:
    before = caught_up.runtime
    yield caught_up
    caught_up.runtime = before
    caught_up.web.extensions["bookbag"] = before


def test_what_cannot_be_read_is_told_and_read_when_it_can_be(mended: Bench) -> None:
    with_faults(mended, "changes", fail_with(AuthError("no admin")))
    with without_webhooks(mended):
        ticket_id = mended.hands.open_ticket(mended.tickets["refund_under_limit"])
    compare(mended)
    row = compared(mended)
    assert (row.error, row.failing_since is not None) == ("auth", True)
    assert compare(mended) == 1
    row = compared(mended)
    assert (row.error, row.failing_since) == (None, None)
    assert len(mended.drafts(ticket_id)) == 1


def test_to_be_told_to_wait_is_no_fault(mended: Bench) -> None:
    with_faults(mended, "changes", fail_with(RateLimitedError("slow down", retry_after=200)))
    began = mended.clock()
    compare(mended)
    row = compared(mended)
    assert row.error is None
    assert row.checked_at is not None
    assert row.checked_at - began >= timedelta(seconds=200)


def test_a_cursor_that_the_helpdesk_forgot_is_replaced_by_the_time(mended: Bench) -> None:
    with_faults(mended, "changes", fail_with(RejectedError("what cursor?")))
    with without_webhooks(mended):
        mended.hands.open_ticket(mended.tickets["refund_under_limit"])
    compare(mended)
    assert compared(mended).cursor is None
    assert compare(mended) == 1


def test_a_gap_that_is_too_long_is_told_and_not_hidden(caught_up: Bench) -> None:
    since = compared(caught_up).since
    caught_up.clock.ahead += timedelta(days=40)
    caught_up.settle()
    compare(caught_up)
    row = compared(caught_up)
    assert row.gap_from == since
    assert row.gap_to is not None
    assert abs(caught_up.clock() - row.gap_to - timedelta(days=30)) < timedelta(hours=1)
    with caught_up.runtime.database.read() as session:
        told = session.scalars(
            select(AuditRow).where(
                AuditRow.merchant_id == caught_up.scope.merchant_id,
                AuditRow.event == "changes_not_told",
            )
        ).all()
    assert len(told) == 1
    for _ in range(3):
        compare(caught_up)
    assert compared(caught_up).gap_to == row.gap_to
