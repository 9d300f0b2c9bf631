"""An approval is bound to the order as it was: what changes in the shop voids it, and says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from connectors.errors import AuthError, UnavailableError
from plugin import onboarding
from plugin.errors import ForbiddenError, MovedError
from plugin.models import DraftState, Oversight
from plugin.store.reservation_tables import ReservationRow
from plugin.store.schema import ActionRow, DraftRow, VerdictRow
from tests.bench.databases import settings_for
from tests.bench.faults import closed_shop, fail_with, with_faults
from tests.bench.world import ANA, BEN, Bench
from tests.flow.saying import pay, say

GLOVES, JACKET = "refund_under_limit", "refund_over_limit"
OF_GLOVES, OF_JACKET = "1005", "1006"
TRACKED = "where_is_my_order"


@contextmanager
def changed(bench: Bench, order_id: str, **fields: str) -> Iterator[None]:
    """Inside, the shop has the order with these fields."""
    (shop,) = bench.runtime.shops(bench.scope)
    order = shop.order(order_id)
    assert order is not None
    before = {
        "total": f"{order.total.amount:.2f}",
        "status": order.status,
        "refunded": f"{order.refunded.amount:.2f}" if order.refunded else "0.00",
        "placed_at": order.placed_at.isoformat(),
        "currency": order.total.currency,
        "address": order.address or "",
        "email": order.email,
    }
    bench.in_the_shop(order_id, **fields)
    yield
    bench.in_the_shop(order_id, **before)


CHANGES = [
    ({"total": "35.00"}, "Order #1005's total is now 35.00 USD; it was 38.50 USD when this was"),
    ({"currency": "EUR"}, "total is now 38.50 EUR; it was 38.50 USD"),
    ({"placed_at": "2026-11-07T12:30:00Z"}, "Order #1005 was placed 7 Nov 2026"),
    ({"refunded": "10.00"}, "Order #1005 has 10.00 USD refunded now; it was 0.00 USD"),
    ({"status": "lost"}, "Order #1005 is now lost; it was delivered"),
    ({"address": "1 Elsewhere"}, "Order #1005 goes to another address"),
    ({"email": "somebody@example.com"}, "it is another customer's"),
]


@pytest.mark.parametrize(("fields", "words"), CHANGES)
def test_whoever_signs_is_told_what_changed_since_it_was_drafted(
    shared: Bench, fields: dict[str, str], words: str
) -> None:
    ticket_id = shared.opened(GLOVES)
    with changed(shared, OF_GLOVES, **fields):
        with pytest.raises(MovedError) as told:
            say(shared, ticket_id, BEN, "approve")
        assert words in str(told.value)
        assert str(told.value).endswith("Please look again.")
        held = shared.held(ticket_id)
        assert (held.draft.rev, held.draft.state.is_awaiting) == (2, True)
        assert held.decision is not None
        assert words in " ".join(held.decision.held_because)
        shared.settle()
        assert words in shared.notes(ticket_id)[-1]
        assert "rev 2" in shared.notes(ticket_id)[-1]
    say(shared, ticket_id, BEN, "reject", reason="The order moved.")


def test_what_was_looked_at_again_can_be_signed(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with changed(shared, OF_GLOVES, status="lost"):
        with pytest.raises(MovedError):
            say(shared, ticket_id, ANA, "approve")
        say(shared, ticket_id, ANA, "approve", done=True)
        shared.pass_time(10)
    assert shared.draft(ticket_id).state is DraftState.DELIVERED


@pytest.mark.parametrize("key", [GLOVES, JACKET])
def test_a_change_after_the_signature_voids_it_before_the_reply_leaves(
    shared: Bench, key: str
) -> None:
    ticket_id = shared.opened(key)
    awaited = shared.draft(ticket_id).state
    assert say(shared, ticket_id, BEN, "approve", done=True) is DraftState.APPROVED
    order_id = OF_GLOVES if key == GLOVES else OF_JACKET
    with changed(shared, order_id, total="30.00"):
        shared.pass_time(11)
        draft = shared.draft(ticket_id)
        assert (draft.state, draft.rev) == (awaited, 2)
        assert shared.public(ticket_id) == []
        assert "is now 30.00 USD; it was" in shared.notes(ticket_id)[-1]
        assert "when this was signed" in shared.notes(ticket_id)[-1]
        assert "bookbag_approved" not in shared.ours(ticket_id)
        # It is done by hand already, and asked for no second time.
        assert [row.done_by for row in shared.held(ticket_id).actions] == [shared.person(BEN).id]
        shared.pass_time(600)
        assert shared.public(ticket_id) == []
        say(shared, ticket_id, BEN, "approve")
        shared.pass_time(11)
    assert len(shared.public(ticket_id)) == 1


def test_a_refund_that_the_agent_has_just_made_is_what_was_to_be_expected(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with changed(shared, OF_GLOVES, refunded="38.50", status="refunded"):
        say(shared, ticket_id, ANA, "approve", done=True)
        shared.pass_time(11)
        assert shared.draft(ticket_id).state is DraftState.DELIVERED


def test_so_is_a_smaller_one_that_the_agent_has_made_of_it(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    text = (shared.draft(ticket_id).text or "").replace("38.50", "30.00")
    with changed(shared, OF_GLOVES, refunded="30.00", status="partially_refunded"):
        say(shared, ticket_id, ANA, "edit", actions=(pay("30.00"),), text=text, done=True)
        shared.pass_time(11)
        assert shared.draft(ticket_id).state is DraftState.DELIVERED
    assert shared.public(ticket_id) == [text]


def test_a_second_refund_beside_it_is_not(shared: Bench) -> None:
    ticket_id = shared.opened(JACKET)
    say(shared, ticket_id, BEN, "approve", done=True)
    with changed(shared, OF_JACKET, refunded="258.00"):
        shared.pass_time(11)
        assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
        assert shared.public(ticket_id) == []


def test_what_the_order_has_not_left_is_not_signed(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with changed(shared, OF_GLOVES, refunded="30.00"):
        with pytest.raises(MovedError):
            say(shared, ticket_id, BEN, "approve")
        with pytest.raises(ForbiddenError, match=r"only 8\.50 USD left to give back"):
            say(shared, ticket_id, BEN, "approve")


def test_a_shop_that_cannot_be_read_keeps_a_refund_back_until_it_can(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with closed_shop(shared, UnavailableError("down")):
        say(shared, ticket_id, ANA, "approve", done=True)
        for _ in range(3):
            shared.pass_time(61)
        assert shared.draft(ticket_id).state is DraftState.APPROVED
        assert shared.public(ticket_id) == []
    shared.pass_time(61)
    assert shared.draft(ticket_id).state is DraftState.DELIVERED


@pytest.mark.parametrize("error", [UnavailableError("down"), AuthError("revoked")])
def test_a_person_is_told_of_a_shop_that_stays_closed(
    shared: Bench, error: UnavailableError | AuthError
) -> None:
    ticket_id = shared.opened(GLOVES)
    with closed_shop(shared, error):
        say(shared, ticket_id, ANA, "approve", done=True)
        for _ in range(20):
            shared.pass_time(600)
        assert shared.draft(ticket_id).state is DraftState.DELIVERY_FAILED
        assert shared.public(ticket_id) == []
        assert "The shop was out of reach" in shared.notes(ticket_id)[-1]
    say(shared, ticket_id, ANA, "send_again")
    shared.pass_time(11)
    assert shared.draft(ticket_id).state is DraftState.DELIVERED


def test_a_reply_that_does_nothing_and_rests_on_no_order_waits_for_no_shop(shared: Bench) -> None:
    ticket_id = shared.hands.open_ticket(shared.tickets["complaint"])
    shared.settle()
    assert shared.held(ticket_id).actions == ()
    with closed_shop(shared, UnavailableError("down")):
        say(shared, ticket_id, BEN, "approve")
        shared.pass_time(11)
        assert shared.draft(ticket_id).state is DraftState.DELIVERED


def test_a_reply_whose_decision_rests_on_the_order_waits_for_the_shop(
    database_url: str, tmp_path: Path
) -> None:
    old_orders = """version: 1
currency: USD
policies:
  - {id: old, when: {intent: order_status, order_age_over: 300d}, require: approval}
"""
    with Bench(settings_for(database_url, tmp_path), policies=old_orders) as bench:
        ticket_id = bench.opened(TRACKED)
        assert bench.held(ticket_id).oversight is Oversight.REVIEW
        with closed_shop(bench, UnavailableError("down")):
            say(bench, ticket_id, ANA, "approve")
            bench.pass_time(70)
            assert bench.public(ticket_id) == []
        bench.pass_time(70)
        assert len(bench.public(ticket_id)) == 1


def test_an_automatic_reply_about_an_order_that_moved_is_read_by_a_person(shared: Bench) -> None:
    shared.hands.open_ticket(shared.tickets[TRACKED])
    shared.wait_for_webhooks()
    # Its job runs between the draft and its delivery.
    job = next(job for job in shared.queue.waiting if job.name == "handle_event")
    shared.queue.waiting.remove(job)
    shared.jobs[job.name](job.scope, job.thing_id)
    with shared.runtime.database.read() as session:
        draft = session.scalars(select(DraftRow).order_by(DraftRow.id.desc())).first()
    assert draft is not None
    assert draft.state is DraftState.APPROVED
    with changed(shared, "1002", status="delivered"):
        shared.settle()
        now = shared.held(draft.ticket_id)
        assert now.draft.state is DraftState.AWAITING_REVIEW
        assert shared.public(draft.ticket_id) == []
        assert now.decision is not None
        assert "is now delivered; it was in transit" in now.decision.held_because[0]


def test_an_order_that_is_gone(shared: Bench) -> None:
    ticket_id = shared.opened("reship")
    draft = shared.held(ticket_id)
    (row,) = draft.actions
    assert row.order_id is not None
    shared.in_the_shop(row.order_id)
    with pytest.raises(MovedError, match="not in the shop any more"):
        say(shared, ticket_id, BEN, "approve", done=True)


def test_a_reply_in_doubt_of_its_order_is_not_repeated_blindly(shared: Bench) -> None:
    """It was planned, the helpdesk was away, and meanwhile the order changed."""
    ticket_id = shared.opened(GLOVES)
    say(shared, ticket_id, ANA, "approve", done=True)
    before = shared.runtime
    with_faults(shared, "send_reply", fail_with(UnavailableError("down")))
    shared.pass_time(11)
    assert shared.draft(ticket_id).state is DraftState.DELIVERING
    with changed(shared, OF_GLOVES, total="30.00"):
        for _ in range(4):
            shared.pass_time(60)
        assert shared.draft(ticket_id).state is DraftState.DELIVERY_FAILED
        assert "The order changed in the shop" in shared.notes(ticket_id)[-1]
        say(shared, ticket_id, ANA, "send_again")
        shared.pass_time(11)
        assert shared.draft(ticket_id).state is DraftState.AWAITING_REVIEW
        assert shared.public(ticket_id) == []
    shared.runtime = before
    shared.web.extensions["bookbag"] = before


@pytest.mark.parametrize("what", ["text", "amount", "signature", "old signature"])
def test_what_is_not_what_was_signed_does_not_leave(shared: Bench, what: str) -> None:
    ticket_id = shared.opened(JACKET)
    say(shared, ticket_id, BEN, "approve", done=True)
    draft_id = shared.draft(ticket_id).id
    behind = {
        "text": update(DraftRow).where(DraftRow.id == draft_id).values(final_text="We pay all."),
        "amount": update(ActionRow).where(ActionRow.draft_id == draft_id).values(amount_minor=1),
        "signature": update(VerdictRow).where(VerdictRow.draft_id == draft_id).values(counts=False),
        "old signature": update(VerdictRow)
        .where(VerdictRow.draft_id == draft_id)
        .values(signed_digest=None),
    }
    with shared.runtime.database.write() as session:
        session.execute(behind[what])
    shared.pass_time(11)
    assert shared.draft(ticket_id).state.is_awaiting
    assert shared.public(ticket_id) == []
    assert "not what was signed" in shared.notes(ticket_id)[-1]


def test_what_counts_for_a_household_follows_the_order(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    draft_id = shared.draft(ticket_id).id
    with changed(shared, OF_GLOVES, address="1 Elsewhere"), pytest.raises(MovedError):
        say(shared, ticket_id, ANA, "approve")
    with shared.runtime.database.read() as session:
        (row,) = session.scalars(select(ReservationRow).where(ReservationRow.draft_id == draft_id))
    assert row.household == "1 elsewhere"


def test_a_stricter_policy_still_voids_and_is_named(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    strict = shared.policies.replace("amount_over: 50.00", "amount_over: 5.00")
    onboarding.activate_policy(shared.runtime, shared.scope.merchant_id, strict, by="test")
    with pytest.raises(MovedError, match="policies have become stricter"):
        say(shared, ticket_id, ANA, "approve", done=True)
    onboarding.activate_policy(shared.runtime, shared.scope.merchant_id, shared.policies, by="test")
