"""Who may give which verdict, and what a verdict does."""

from typing import Any

import pytest

from plugin import onboarding
from plugin.errors import BookbagError, ForbiddenError, InvalidInputError, MovedError
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.verdicts import Verdict, give
from tests.bench.world import ANA, BEN, CHLOE, Bench

TWO_APPROVALS = """
version: 1
currency: USD
policies:
  - id: every-refund
    when: {action: refund}
    require: approval
    approvers: [agent]
    approvals: 2
  - id: no-free-things
    when: {reply_contains: [for free]}
    require: approval
    approvers: [admin]
"""


def say(bench: Bench, ticket_id: str, email: str, kind: str, **fields: Any) -> DraftState:
    """Give a verdict on the review page, as the page does."""
    draft = bench.draft(ticket_id)
    verdict = Verdict(
        kind=VerdictKind(kind),
        surface=Surface.REVIEW_PAGE,
        rev=draft.rev,
        state=draft.state,
        **fields,
    )
    return give(bench.runtime, bench.scope, draft.id, bench.person(email), verdict)


@pytest.fixture
def two_approvals(bench: Bench) -> Bench:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, TWO_APPROVALS, by="test")
    return bench


def test_four_eyes_are_two_people(two_approvals: Bench) -> None:
    bench = two_approvals
    ticket_id = bench.opened("refund_under_limit")
    assert say(bench, ticket_id, ANA, "approve") is DraftState.AWAITING_APPROVAL
    with pytest.raises(MovedError, match="another person"):
        say(bench, ticket_id, ANA, "approve", done=True)
    with pytest.raises(InvalidInputError, match=r"refund 38\.50 USD"):
        say(bench, ticket_id, BEN, "approve")
    bench.pass_time(60)
    assert bench.public(ticket_id) == []
    assert say(bench, ticket_id, BEN, "approve", done=True) is DraftState.APPROVED
    bench.pass_time(10)
    assert len(bench.public(ticket_id)) == 1


def test_nobody_changes_a_text_that_somebody_has_signed(two_approvals: Bench) -> None:
    bench = two_approvals
    ticket_id = bench.opened("refund_under_limit")
    say(bench, ticket_id, ANA, "approve")
    with pytest.raises(MovedError, match="signed this text"):
        say(bench, ticket_id, BEN, "edit", text="We refund twice that.", done=True)


def test_an_edit_is_held_against_the_policies_again(two_approvals: Bench) -> None:
    bench = two_approvals
    ticket_id = bench.opened("reship")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    with pytest.raises(ForbiddenError, match="for free"):
        say(bench, ticket_id, BEN, "edit", text="We send it again for free.", done=True)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW


def test_undo_in_time_takes_all_back_but_what_was_done_by_hand(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    say(bench, ticket_id, ANA, "approve", done=True)
    assert say(bench, ticket_id, BEN, "undo") is DraftState.AWAITING_REVIEW
    bench.pass_time(60)
    assert bench.public(ticket_id) == []
    assert bench.ours(ticket_id) == {"bookbag_draft"}
    assert [action.done_by for action in bench.held(ticket_id).actions] == [bench.person(ANA).id]
    assert say(bench, ticket_id, BEN, "approve") is DraftState.APPROVED
    bench.pass_time(10)
    assert len(bench.public(ticket_id)) == 1


def test_undo_takes_back_the_signature_and_keeps_the_edit(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    say(bench, ticket_id, BEN, "edit", text="I have read it myself. I am sorry.")
    say(bench, ticket_id, BEN, "undo")
    assert bench.draft(ticket_id).final_text == "I have read it myself. I am sorry."
    say(bench, ticket_id, BEN, "approve")
    bench.pass_time(10)
    assert bench.public(ticket_id) == ["I have read it myself. I am sorry."]


def test_undo_then_approve_again_waits_the_whole_time(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    say(bench, ticket_id, ANA, "approve", done=True)
    bench.pass_time(8)
    say(bench, ticket_id, ANA, "undo")
    say(bench, ticket_id, ANA, "approve", done=True)
    bench.pass_time(5)
    assert bench.public(ticket_id) == []
    bench.pass_time(6)
    assert len(bench.public(ticket_id)) == 1


def test_undo_is_too_late_once_it_is_sent(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    say(bench, ticket_id, ANA, "approve", done=True)
    bench.pass_time(10)
    with pytest.raises(MovedError, match="delivered"):
        say(bench, ticket_id, ANA, "undo")


def test_respond_opens_the_ticket_for_one_person_and_is_no_bypass(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    with pytest.raises(ForbiddenError):
        say(bench, ticket_id, ANA, "respond")
    say(bench, ticket_id, BEN, "respond")
    bench.hands.agent_writes(ticket_id, BEN, "I will call you this afternoon.", public=True)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.ANSWERED
    assert "bookbag_bypass" not in bench.ours(ticket_id)


@pytest.mark.parametrize("verdict", [None, "reject"])
def test_a_reply_without_its_signature_is_noticed_as_a_bypass(
    bench: Bench, verdict: str | None
) -> None:
    ticket_id = bench.opened("complaint")
    if verdict:
        say(bench, ticket_id, BEN, verdict, reason="I want to look into this first.")
    bench.hands.agent_writes(ticket_id, ANA, "Sorry, we will do better.", public=True)
    bench.settle()
    assert bench.draft(ticket_id).bypassed
    assert "bookbag_bypass" in bench.ours(ticket_id)


def test_an_agents_own_reply_at_review_level_is_no_bypass(bench: Bench) -> None:
    ticket_id = bench.opened("reship")
    bench.hands.agent_writes(ticket_id, ANA, "I have found your parcel.", public=True)
    bench.settle()
    assert not bench.draft(ticket_id).bypassed


@pytest.mark.parametrize("kind", ["approve", "edit", "reject", "respond"])
def test_nothing_can_be_said_to_a_finished_draft(bench: Bench, kind: str) -> None:
    ticket_id = bench.opened("where_is_my_order")
    with pytest.raises(BookbagError):
        say(bench, ticket_id, CHLOE, kind, text="Again", reason="Again", done=True)
    bench.pass_time(60)
    assert len(bench.public(ticket_id)) == 1


def test_a_revision_that_is_not_the_newest_is_refused(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    verdict = Verdict(VerdictKind.APPROVE, Surface.REVIEW_PAGE, rev=draft.rev + 1, done=True)
    with pytest.raises(MovedError):
        give(bench.runtime, bench.scope, draft.id, bench.person(ANA), verdict)
