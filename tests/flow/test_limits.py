"""Limits over several drafts: splitting gains nothing, not even with everything at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from plugin import onboarding
from plugin.models import DraftState, Oversight, ReservationState
from plugin.store.reservation_tables import ReservationRow
from tests.bench.databases import settings_for
from tests.bench.world import ANA, BEN, Bench

pytestmark = pytest.mark.each_database("limits are reserved by locks")

# Priya's gloves cost 38.50: a second refund in a month is over it.
POLICY = """version: 1
currency: USD
limits:
  - {id: month, actions: [refund], per: customer, window: 30d, max: 60.00, require: approval,
     tag: over_limit}
  - {id: address, actions: refund, per: household, window: 90d, max: 500.00, require: approval}
"""
PRIYA = "refund_under_limit"
OVER = (
    "With this draft, what counts for the customer within 30 days comes to 77.00 USD, over the"
    " limit of 60.00 USD; 21.50 USD of it were left."
)
AT_ONCE = 25
# Ten times 38.50, and not eleven.
ROOM_FOR, ENOUGH = 10, POLICY.replace("60.00", "400.00")


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    with Bench(settings_for(database_url, tmp_path), policies=POLICY) as running:
        yield running


def oversight(bench: Bench, ticket_id: str) -> Oversight | None:
    return bench.held(ticket_id).oversight


def reserved(bench: Bench) -> list[ReservationState]:
    with bench.runtime.database.read() as session:
        return list(session.scalars(select(ReservationRow.state).order_by(ReservationRow.draft_id)))


def test_a_second_ticket_gains_nothing_and_is_told_what_was_left(bench: Bench) -> None:
    first, second = bench.opened(PRIYA), bench.opened(PRIYA)
    assert (oversight(bench, first), oversight(bench, second)) == (
        Oversight.REVIEW,
        Oversight.APPROVAL,
    )
    left = "After this draft 21.50 USD of 60.00 USD are left for the customer within 30 days."
    assert left in "\n".join(bench.notes(first))
    assert OVER in "\n".join(bench.notes(second))
    assert "over_limit" in bench.hands.tags(second)
    assert reserved(bench) == [ReservationState.HELD, ReservationState.HELD]


def test_what_is_rejected_is_free_again(bench: Bench) -> None:
    first = bench.opened(PRIYA)
    bench.note(first, ANA, "/reject not this time")
    assert reserved(bench) == [ReservationState.RELEASED]
    assert oversight(bench, bench.opened(PRIYA)) is Oversight.REVIEW


def test_what_was_sent_counts_until_the_window_is_over(bench: Bench) -> None:
    first = bench.opened(PRIYA)
    bench.note(first, ANA, "/approve done")
    bench.pass_time(11)
    assert bench.draft(first).state is DraftState.DELIVERED
    assert reserved(bench) == [ReservationState.USED]
    assert oversight(bench, bench.opened(PRIYA)) is Oversight.APPROVAL
    bench.pass_time(31 * 86400)
    assert oversight(bench, bench.opened(PRIYA)) is Oversight.REVIEW


def test_what_was_done_by_hand_counts_though_its_draft_is_set_aside(bench: Bench) -> None:
    first = bench.opened(PRIYA)
    bench.note(first, ANA, "/approve done")
    bench.hands.customer_writes(first, "Oh, and can I also have my money back for the gloves?")
    bench.settle()
    older, newer = bench.drafts(first)
    assert older.state is DraftState.STALE
    assert reserved(bench)[0] is ReservationState.USED
    assert newer.state in (DraftState.AWAITING_APPROVAL, DraftState.NO_DRAFT)


def test_a_customer_who_writes_again_is_not_held_for_the_draft_that_was_set_aside(
    bench: Bench,
) -> None:
    ticket_id = bench.opened(PRIYA)
    bench.hands.customer_writes(ticket_id, bench.tickets[PRIYA]["text"])
    bench.settle()
    assert [draft.state for draft in bench.drafts(ticket_id)] == [
        DraftState.STALE,
        DraftState.AWAITING_REVIEW,
    ]


def test_who_came_first_keeps_the_headroom_they_were_given(bench: Bench) -> None:
    first, _second = bench.opened(PRIYA), bench.opened(PRIYA)
    bench.note(first, BEN, "/approve done")
    bench.pass_time(11)
    assert bench.draft(first).state is DraftState.DELIVERED


def test_another_customer_is_not_held_for_it(bench: Bench) -> None:
    bench.opened(PRIYA)
    other = {"name": "Nobody Else", "email": "nobody.else@example.com"}
    assert oversight(bench, bench.opened(PRIYA, **{"from": other})) is not Oversight.APPROVAL


def test_of_fifty_requests_at_once_as_many_pass_as_the_limit_lets(bench: Bench) -> None:
    """Each ticket's webhook came twice, and nothing keeps the two apart but the database."""
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, ENOUGH, by="test")
    tickets = [bench.hands.open_ticket(bench.tickets[PRIYA]) for _ in range(AT_ONCE)]
    bench.wait_for_webhooks()
    waiting, barrier = list(bench.queue.waiting), Barrier(2 * AT_ONCE)
    bench.queue.lose_all()
    assert len(waiting) == 2 * AT_ONCE

    def run(number: int) -> None:
        job = waiting[number]
        barrier.wait(30)
        bench.jobs[job.name](job.scope, job.thing_id)

    with ThreadPoolExecutor(2 * AT_ONCE) as threads:
        list(threads.map(run, range(2 * AT_ONCE)))
    bench.sweep()
    bench.pass_time(60)
    bench.sweep()
    passed = [ticket for ticket in tickets if oversight(bench, ticket) is Oversight.REVIEW]
    assert len(passed) == ROOM_FOR
    assert len(reserved(bench)) == AT_ONCE
