"""Verdicts by note: which notes count, and what the others are answered."""

import pytest

from plugin import onboarding
from plugin.models import DraftState
from plugin.staff import changes
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


def test_a_note_in_somebody_elses_name_approves_nothing(bench: Bench) -> None:
    """The helpdesk's API writes as anybody; its audit log says who it was."""
    ticket_id = bench.opened("refund_under_limit")
    forged = {"body": "/approve done", "public": False, "author_id": int(bench.hands.users()[ANA])}
    written = bench.hands._session.put(
        f"{bench.hands.url}/api/v2/tickets/{ticket_id}.json",
        json={"ticket": {"comment": forged}},
        auth=bench.hands._admin,
        timeout=15,
    )
    assert written.status_code == 200
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "not counted: the note names another author" in answer(bench, ticket_id)


def test_whoever_is_deactivated_approves_nothing(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    changes.deactivate(bench.runtime, bench.scope, "command", bench.person(ANA).id)
    for command in ("/approve done", "/reject no", "/respond", "/status"):
        bench.note(ticket_id, ANA, command)
        assert "not counted: you are deactivated. Ask an admin." in answer(bench, ticket_id)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW


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
    assert "Your /reject was not counted: say why" in answer(bench, ticket_id)
    assert "/reject the parcel was found" in answer(bench, ticket_id)


@pytest.mark.parametrize("words", ["/approve if the photo is clear", "/approve done and close"])
def test_an_approval_with_conditions_is_no_approval(bench: Bench, words: str) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, words)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert "no other words" in answer(bench, ticket_id)


def test_an_unknown_id_is_named(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    open_id = bench.draft(ticket_id).short_id
    for unknown in ("7ZZ9Z", "ZZZZZ"):
        bench.note(ticket_id, ANA, f"/approve {unknown} done")
        assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
        assert f"not counted: there is no open draft {unknown}" in answer(bench, ticket_id)
        assert f"Open here: {open_id} (awaiting review)." in answer(bench, ticket_id)


def test_an_approval_is_confirmed_with_the_time_to_undo_it(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    draft = bench.draft(ticket_id)
    assert draft.due_at is not None
    told = f"Ana Reyes approved draft {draft.short_id}; it goes out at {draft.due_at:%H:%M:%S} UTC."
    assert answer(bench, ticket_id) == f"{told} Undo it in the sidebar or on the review page."
    assert len(bench.notes(ticket_id)) == 2


def test_a_first_signature_of_two_says_who_is_missing(bench: Bench) -> None:
    twice = "version: 1\npolicies: [{id: two, when: {action: refund}, require: approval,"
    twice += " approvers: [lead], approvals: 2}]\n"
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, twice, by="test")
    ticket_id = bench.opened("refund_over_limit")
    short_id = bench.draft(ticket_id).short_id
    bench.note(ticket_id, BEN, "/approve")
    told = f"Ben Mercer approved draft {short_id}. It needs 1 more by a lead or an admin."
    assert answer(bench, ticket_id) == told
    bench.note(ticket_id, ANA, "/status")
    assert "1 of 2 signed: Ben Mercer." in answer(bench, ticket_id)


def test_status_says_whom_it_waits_for_until_when_and_why(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    bench.note(ticket_id, CHLOE, "/status")
    deadline = bench.held(ticket_id).decision.deadline_at  # type: ignore[union-attr] # it has one
    assert f"awaiting approval by a lead or an admin, until {deadline:%H:%M} UTC. The ticket" in (
        answer(bench, ticket_id).replace(f"{deadline:%-d %b} ", "")
    )


def test_status_says_what_became_of_the_draft(bench: Bench) -> None:
    """After each step: approved, sent, asked about by its ID, and with a newer one open."""
    ticket_id = bench.opened("refund_under_limit")
    first = bench.draft(ticket_id).short_id
    bench.note(ticket_id, ANA, "/approve done")
    bench.note(ticket_id, BEN, "/status")
    assert f"Draft {first} goes out at" in answer(bench, ticket_id)
    assert "approved by Ana Reyes. Undo it" in answer(bench, ticket_id)

    bench.pass_time(10)
    bench.note(ticket_id, BEN, "/status")
    assert answer(bench, ticket_id).startswith(f"There is no open draft.\n\nDraft {first} was sent")
    assert answer(bench, ticket_id).endswith("approved by Ana Reyes.")
    bench.note(ticket_id, BEN, "/approve")
    assert f"The newest, {first}, is delivered." in answer(bench, ticket_id)

    bench.hands.customer_writes(ticket_id, "Thank you! And where is my order #1001?")
    bench.settle()
    second = bench.draft(ticket_id).short_id
    bench.note(ticket_id, BEN, "/status")
    assert f"{second}" in answer(bench, ticket_id) or "no reply to offer" in answer(
        bench, ticket_id
    )
    assert f"Draft {first} was sent to the customer" in answer(bench, ticket_id)
    bench.note(ticket_id, BEN, f"/status {first}")
    assert answer(bench, ticket_id).startswith(f"Draft {first} was sent")
    bench.note(ticket_id, BEN, f"/reject {first} too late")
    assert f"That one is delivered. Open here: {second}" in answer(bench, ticket_id)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/reject the parcel was found", "was rejected by Ana Reyes: the parcel was found. The"),
        ("/respond", "Ana Reyes said that they answer this customer themselves."),
    ],
)
def test_status_says_what_people_said(bench: Bench, command: str, told: str) -> None:
    ticket_id = bench.opened("reship")
    bench.note(ticket_id, ANA, command)
    bench.note(ticket_id, BEN, "/status")
    assert told in answer(bench, ticket_id)


@pytest.mark.parametrize(
    ("key", "told"),
    [("legal_threat", "is blocked: a person must answer."), ("no_macro_polish", "in Polish")],
)
def test_status_where_nothing_is_offered(bench: Bench, key: str, told: str) -> None:
    ticket_id = bench.opened(key)
    bench.note(ticket_id, ANA, "/status")
    assert told in answer(bench, ticket_id)


@pytest.mark.parametrize(
    "words", ["Please have a look.", "/shrug", "/statu", "approve", "see /approve"]
)
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
