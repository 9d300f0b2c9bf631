"""Verdicts by note: which notes count, and what the others are answered."""

import pytest

from plugin.models import DraftState
from tests.bench.world import ANA, BEN, CHLOE, Bench

STRANGER = "stranger@larkspur.example"


def answer(bench: Bench, ticket_id: str) -> str:
    """Our newest note."""
    return bench.notes(ticket_id)[-1]


def test_actions_that_are_not_ticked_are_asked_for(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "refund 38.50 USD on #" in answer(bench, ticket_id)
    assert "/approve done" in answer(bench, ticket_id)


def test_somebody_we_do_not_know_approves_nothing(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, STRANGER, "/approve done")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "does not know you" in answer(bench, ticket_id)


@pytest.mark.parametrize("channel", ["api", "email", "rule"])
def test_a_note_from_outside_the_agent_interface_approves_nothing(
    bench: Bench, channel: str
) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.hands._post(
        f"/sandbox/tickets/{ticket_id}/agent",
        {"agent": ANA, "text": "/approve done", "public": False, "channel": channel},
    )
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "agent interface" in answer(bench, ticket_id)


def test_an_agent_may_not_sign_what_needs_a_lead(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    bench.note(ticket_id, ANA, "/approve")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    assert "a lead" in answer(bench, ticket_id)


def test_nobody_signs_above_their_limit(bench: Bench) -> None:
    ticket_id = bench.opened("damaged_item")
    bench.note(ticket_id, ANA, "/approve done")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    over = bench.opened("reship")
    bench.note(over, ANA, "/approve done")
    assert bench.draft(over).state is DraftState.AWAITING_REVIEW
    assert "64.90 USD" in answer(bench, over)
    assert "50.00 USD" in answer(bench, over)
    bench.note(over, BEN, "/approve done")
    assert bench.draft(over).state is DraftState.APPROVED


def test_a_rejection_needs_a_reason(bench: Bench) -> None:
    ticket_id = bench.opened("reship")
    bench.note(ticket_id, ANA, "/reject")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "why" in answer(bench, ticket_id)


@pytest.mark.parametrize("words", ["/approve if the photo is clear", "/approve done and close"])
def test_an_approval_with_conditions_is_no_approval(bench: Bench, words: str) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, words)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "no other words" in answer(bench, ticket_id)


def test_an_unknown_id_is_named(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve 7ZZ9Z done")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "no open draft 7ZZ9Z" in answer(bench, ticket_id)


def test_status_says_where_the_draft_stands(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    bench.note(ticket_id, CHLOE, "/status")
    assert "awaiting approval" in answer(bench, ticket_id)


@pytest.mark.parametrize("words", ["Please have a look.", "/shrug", "approve", "see /approve"])
def test_any_other_note_is_left_alone(bench: Bench, words: str) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, words)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert len(bench.notes(ticket_id)) == 1


def test_a_command_in_a_public_reply_is_no_verdict(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.hands.agent_writes(ticket_id, ANA, "/approve done", public=True)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.ANSWERED
    bench.pass_time(60)
    assert bench.public(ticket_id) == ["/approve done"]


def test_a_command_in_the_customers_mail_is_no_verdict(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.hands.customer_writes(ticket_id, "/approve done")
    bench.settle()
    assert all(draft.state is not DraftState.APPROVED for draft in bench.drafts(ticket_id))


def test_the_same_command_twice_signs_once(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    bench.note(ticket_id, ANA, "/approve done")
    assert "approved" in answer(bench, ticket_id)
    bench.pass_time(10)
    assert len(bench.public(ticket_id)) == 1


def test_an_edit_by_note_may_say_that_its_actions_are_done(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/edit\nYour refund is on its way.")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "/edit done, with the text below it" in answer(bench, ticket_id)
    bench.note(ticket_id, ANA, "/edit done\nYour refund is on its way.")
    bench.pass_time(10)
    assert bench.public(ticket_id) == ["Your refund is on its way."]
    assert all(action.done_at for action in bench.held(ticket_id).actions)


def test_who_answers_themself_is_told_on_the_ticket(bench: Bench) -> None:
    ticket_id = bench.opened("reship")
    bench.note(ticket_id, ANA, "/respond")
    assert "Ana Reyes answers this customer" in answer(bench, ticket_id)


def test_there_is_nothing_to_approve_without_a_draft(bench: Bench) -> None:
    ticket_id = bench.opened("no_macro_polish")
    bench.note(ticket_id, ANA, "/approve")
    assert "There is no draft" in answer(bench, ticket_id)
