"""A reviewer changes what a draft does: held against policies, limits and the order again."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from plugin import onboarding
from plugin.errors import ForbiddenError, InvalidInputError, MovedError
from plugin.models import DraftState, Oversight, RejectReason, VerdictKind
from plugin.store import verdicts
from plugin.store.reservation_tables import ReservationRow
from plugin.store.schema import VerdictRow
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.flow.saying import drop, pay, say

GLOVES, JACKET, MUG = "refund_under_limit", "refund_over_limit", "damaged_item"
HOUR = 3600.0
LIMITED = """version: 1
currency: USD
limits:
  - {id: hour, actions: [refund], per: customer, window: 1h, max: 77.00, require: approval}
"""
FOUR_EYES = """version: 1
currency: USD
policies:
  - {id: every-refund, when: {action: refund}, require: approval, approvers: [agent], approvals: 2}
"""


def amounts(bench: Bench, ticket_id: str) -> list[str]:
    return [f"{row.amount_minor} {row.currency}" for row in bench.held(ticket_id).actions]


def reserved(bench: Bench, ticket_id: str) -> list[int]:
    draft_id = bench.draft(ticket_id).id
    with bench.runtime.database.read() as session:
        rows = session.scalars(select(ReservationRow).where(ReservationRow.draft_id == draft_id))
        return [row.amount_minor for row in rows]


def said(bench: Bench, ticket_id: str) -> Sequence[VerdictRow]:
    with bench.runtime.database.read() as session:
        return verdicts.of_draft(session, bench.scope, bench.draft(ticket_id).id)


@pytest.fixture
def four_eyes(shared: Bench) -> Bench:
    use(shared, FOUR_EYES)
    return shared


@pytest.fixture(autouse=True)
def _own_policies(shared: Bench) -> None:
    use(shared, shared.policies)


def use(bench: Bench, policies: str) -> None:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, policies, by="test")


def lowered_text(bench: Bench, ticket_id: str, was: str, now: str) -> str:
    return (bench.draft(ticket_id).text or "").replace(was, now)


def test_an_agent_lowers_a_refund_and_signs_it(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    text = lowered_text(shared, ticket_id, "38.50", "30.00")
    assert say(shared, ticket_id, ANA, "edit", actions=(pay("30"),), text=text, done=True) is (
        DraftState.APPROVED
    )
    assert amounts(shared, ticket_id) == ["3000 USD"]
    assert reserved(shared, ticket_id) == [3000]
    (verdict,) = said(shared, ticket_id)
    assert verdict.action_changes == [{"position": 0, "amount": "30.00", "currency": "USD"}]
    decision = shared.held(ticket_id).decision
    assert decision is not None
    assert (verdict.rev, verdict.signed_policy) == (2, decision.policy_number)
    shared.pass_time(11)
    assert shared.public(ticket_id) == [text]


def test_an_action_is_taken_out(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    say(shared, ticket_id, ANA, "edit", actions=(drop(),), text="I look into it.")
    assert said(shared, ticket_id)[0].action_changes == [{"position": 0, "dropped": True}]
    assert amounts(shared, ticket_id) == []
    assert reserved(shared, ticket_id) == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Write the amount in USD"),
        ("-5", "Write the amount"),
        ("30,00", "Write the amount"),
        ("3e1", "Write the amount"),
        ("30.001", "Write the amount"),
        ("٣٠", "Write the amount"),
        ("9" * 200, "too much"),
        ("0", "Take the action out"),
        ("38.51", r"only 38\.50 USD left"),
    ],
)
def test_an_amount_is_read_strictly(shared: Bench, typed: str, why: str) -> None:
    ticket_id = shared.opened(GLOVES)
    with pytest.raises(InvalidInputError, match=why) as wrong:
        say(shared, ticket_id, CHLOE, "edit", actions=(pay(typed),), done=True)
    assert wrong.value.field == "amount-0"
    assert shared.draft(ticket_id).rev == 1


def test_the_reply_must_not_say_another_amount(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with pytest.raises(InvalidInputError, match=r"still says 38\.50 USD. It is 30\.00 USD now"):
        say(shared, ticket_id, ANA, "edit", actions=(pay("30.00"),), done=True)


def test_who_may_approve_50_cannot_make_it_80(shared: Bench) -> None:
    ticket_id = shared.opened(JACKET)
    text = lowered_text(shared, ticket_id, "129.00", "80.00")
    with pytest.raises(ForbiddenError, match="needs a lead"):
        say(shared, ticket_id, ANA, "edit", actions=(pay("80.00"),), text=text, done=True)
    use(shared, shared.policies.replace("amount_over: 50.00", "amount_over: 500.00"))
    other = shared.opened(JACKET)
    assert shared.held(other).oversight is Oversight.REVIEW
    with pytest.raises(ForbiddenError, match=r"This moves 80\.00 USD, and your limit is 50\.00"):
        say(shared, other, ANA, "edit", actions=(pay("80.00"),), text=text, done=True)
    small = lowered_text(shared, other, "129.00", "50.00")
    assert say(shared, other, ANA, "edit", actions=(pay("50.00"),), text=small, done=True) is (
        DraftState.APPROVED
    )


def test_who_may_approve_50_cannot_write_80_either(shared: Bench) -> None:
    """Not instead of what the draft moves, and not beside it, in whatever words."""
    ticket_id = shared.opened(GLOVES)
    instead = lowered_text(shared, ticket_id, "38.50", "80.00")
    with pytest.raises(InvalidInputError, match=r"says 80\.00 USD.*refund 38\.50 USD.*name 38\.50"):
        say(shared, ticket_id, ANA, "edit", text=instead, done=True)
    offered = shared.draft(ticket_id).text or ""
    for more in ("$80 in store credit", "80,00 USD", "€5", "USD 50.01", "9000 cents"):
        with pytest.raises(ForbiddenError, match=r"Your limit is 50\.00 USD, and this reply names"):
            say(shared, ticket_id, ANA, "edit", text=f"{offered}\n\nAnd {more}.", done=True)
    assert shared.draft(ticket_id).rev == 1
    little = f"{offered}\n\nPostage was 4.95 USD, or 495 cents."
    assert say(shared, ticket_id, ANA, "edit", text=little, done=True) is DraftState.APPROVED


def test_what_the_order_says_may_be_named_whatever_the_limit(shared: Bench) -> None:
    ticket_id = shared.opened(JACKET)
    small = lowered_text(shared, ticket_id, "129.00", "40.00")
    text = f"{small}\n\nThe jacket was 129.00 USD."
    assert say(shared, ticket_id, BEN, "edit", actions=(pay("40.00"),), text=text, done=True) is (
        DraftState.APPROVED
    )


def test_what_is_done_by_hand_already_stays_as_it_is(shared: Bench) -> None:
    ticket_id = shared.opened(JACKET)
    small = lowered_text(shared, ticket_id, "129.00", "40.00")
    say(shared, ticket_id, BEN, "edit", actions=(pay("40.00"),), text=small, done=True)
    say(shared, ticket_id, BEN, "undo")
    shared.settle()
    assert "refund 40.00 USD" in shared.notes(ticket_id)[-1]
    for change in (pay("30.00"), drop()):
        with pytest.raises(InvalidInputError, match="done already and stays"):
            say(shared, ticket_id, BEN, "edit", actions=(change,), text="30.00 USD", done=True)


def test_more_than_it_was_held_for_is_refused_with_who_could(shared: Bench) -> None:
    """Held for review; with this amount it needs a lead, and a lead it is who may make it so."""
    ticket_id = shared.opened(MUG)
    text = lowered_text(shared, ticket_id, "18.00", "80.00")
    assert shared.held(ticket_id).oversight is Oversight.REVIEW
    with pytest.raises(ForbiddenError, match="by a lead or an admin: The refund is 80"):
        say(shared, ticket_id, ANA, "edit", actions=(pay("80.00"),), text=text, done=True)
    assert (shared.draft(ticket_id).rev, reserved(shared, ticket_id)) == (1, [1800])
    say(shared, ticket_id, BEN, "edit", actions=(pay("80.00"),), text=text, done=True)
    held = shared.held(ticket_id)
    assert (held.oversight, held.draft.state) == (Oversight.APPROVAL, DraftState.APPROVED)
    assert reserved(shared, ticket_id) == [8000]
    shared.pass_time(11)
    assert shared.public(ticket_id) == [text]


def test_an_edit_that_needs_more_people_waits_for_them_with_the_edit(shared: Bench) -> None:
    use(
        shared,
        "version: 1\ncurrency: USD\npolicies:\n"
        "  - {id: words, when: {reply_contains: [alas]}, require: approval,"
        " approvers: [lead], approvals: 2}\n",
    )
    ticket_id = shared.opened(GLOVES)
    assert shared.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    text = f"{shared.draft(ticket_id).text}\n\nAlas!"
    with pytest.raises(ForbiddenError, match="needs approval by a lead"):
        say(shared, ticket_id, ANA, "edit", text=text, done=True)
    assert shared.draft(ticket_id).rev == 1
    assert say(shared, ticket_id, BEN, "edit", text=text) is DraftState.AWAITING_APPROVAL
    held = shared.held(ticket_id)
    assert (held.draft.rev, held.draft.final_text) == (2, text)
    shared.settle()
    assert "bookbag_approval_required" in shared.ours(ticket_id)
    assert "Alas!" in shared.notes(ticket_id)[-1]
    with pytest.raises(MovedError, match="another person"):
        say(shared, ticket_id, BEN, "approve", done=True)
    assert say(shared, ticket_id, CHLOE, "approve", done=True) is DraftState.APPROVED
    shared.pass_time(11)
    assert shared.public(ticket_id) == [text]


def test_who_edited_signed_first_and_the_other_signs_the_same(four_eyes: Bench) -> None:
    bench = four_eyes
    ticket_id = bench.opened(GLOVES)
    text = lowered_text(bench, ticket_id, "38.50", "30.00")
    stale = bench.draft(ticket_id)
    assert say(bench, ticket_id, ANA, "edit", actions=(pay("30.00"),), text=text) is (
        DraftState.AWAITING_APPROVAL
    )
    bench.settle()
    assert "refund 30.00 USD" in bench.notes(ticket_id)[-1]
    with pytest.raises(MovedError, match="moved meanwhile"):
        say(bench, ticket_id, BEN, "approve", rev=stale.rev, done=True)
    with pytest.raises(MovedError, match="signed this text"):
        say(bench, ticket_id, BEN, "edit", actions=(pay("38.50"),), done=True)
    with pytest.raises(MovedError, match="another person"):
        say(bench, ticket_id, ANA, "approve", done=True)
    assert say(bench, ticket_id, BEN, "approve", done=True) is DraftState.APPROVED
    digests = [row.signed_digest for row in said(bench, ticket_id)]
    assert digests[0] is not None
    assert digests[0] == digests[1]
    bench.pass_time(11)
    assert bench.public(ticket_id) == [text]


def test_one_person_through_two_surfaces_is_one_person(four_eyes: Bench) -> None:
    bench = four_eyes
    ticket_id = bench.opened(GLOVES)
    bench.note(ticket_id, ANA, "/approve")
    with pytest.raises(MovedError, match="another person"):
        say(bench, ticket_id, ANA, "approve", done=True)
    bench.note(ticket_id, ANA, "/approve done")
    assert "another person must too" in bench.notes(ticket_id)[-1]
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    with pytest.raises(InvalidInputError, match="already here"):
        onboarding.add_person(
            bench.runtime,
            bench.scope.merchant_id,
            email=f" {ANA.upper()} ",
            name="Ana again",
            role=bench.person(ANA).role,
            limit=None,
            helpdesk_user=None,
        )


def test_a_changed_amount_counts_anew_against_limits(shared: Bench) -> None:
    shared.pass_time(3 * HOUR)
    use(shared, LIMITED)
    first = shared.opened(MUG)
    assert shared.held(first).oversight is Oversight.REVIEW
    other = shared.opened(MUG)
    assert shared.held(other).oversight is Oversight.REVIEW
    # 18 and 18 are counted; 60 beside the other's 18 are over 77.
    much = lowered_text(shared, first, "18.00", "60.00")
    with pytest.raises(ForbiddenError, match="over the limit of 77"):
        say(shared, first, ANA, "edit", actions=(pay("60.00"),), text=much, done=True)
    less = lowered_text(shared, first, "18.00", "50.00")
    say(shared, first, ANA, "edit", actions=(pay("50.00"),), text=less, done=True)
    # Now 50 are: 18 and 10 more have no room, a smaller sum has.
    third = shared.opened(MUG)
    assert shared.held(third).oversight is Oversight.APPROVAL
    small = lowered_text(shared, third, "18.00", "9.00")
    assert say(shared, third, BEN, "edit", actions=(pay("9.00"),), text=small, done=True) is (
        DraftState.APPROVED
    )
    assert shared.held(third).oversight is Oversight.REVIEW


def test_a_rejection_says_why_in_short(shared: Bench) -> None:
    ticket_id = shared.opened(GLOVES)
    with pytest.raises(InvalidInputError, match="few words"):
        say(shared, ticket_id, ANA, "reject", reason_kind=RejectReason.OTHER)
    say(shared, ticket_id, ANA, "reject", reason_kind=RejectReason.WRONG_AMOUNT)
    other = shared.opened(GLOVES)
    shared.note(other, ANA, "/reject the gloves were worn")
    kinds = [said(shared, one)[-1].reason_kind for one in (ticket_id, other)]
    assert kinds == [RejectReason.WRONG_AMOUNT, RejectReason.OTHER]
    shared.note(ticket_id, ANA, f"/status {shared.draft(ticket_id).short_id}")
    assert "rejected by Ana Reyes: wrong amount" in shared.notes(ticket_id)[-1]
    assert said(shared, other)[-1].kind is VerdictKind.REJECT
