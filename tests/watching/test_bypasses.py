"""A reply that left without its approval: by a person past the hook, or by another app."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from connectors.errors import RejectedError
from plugin import onboarding
from plugin.models import DraftState
from plugin.store import bypasses
from plugin.telling import channels
from tests.bench.faults import fail_with, with_faults
from tests.bench.world import ANA, BEN, Bench
from tests.flow.telling import approvers_told, subject
from tests.intake.payloads import event, post
from tests.watching.seen import bypassed, correction, told
from tests.web.visitor import Visitor

HELD = "refund_over_limit"
OWN_WORDS = "We have refunded you in full, sorry."


@contextmanager
def made_private(bench: Bench) -> Iterator[None]:
    for wanted in (True, False):
        onboarding.set_bypass(
            bench.runtime, bench.scope.merchant_id, bench.account_id, make_private=wanted
        )
        if wanted:
            yield


def test_a_bypass_is_kept_tagged_noted_and_names_what_was_lacking(both: Bench) -> None:
    ticket_id = both.opened(HELD)
    message = both.hands.agent_writes(ticket_id, ANA, OWN_WORDS, public=True)
    both.settle()
    (row,) = bypassed(both, ticket_id)
    person = both.person(ANA)
    assert (row.message_id, row.author, row.by_app) == (message, f"person:{person.id}", False)
    assert both.draft(ticket_id).state is DraftState.ANSWERED
    assert "bookbag_bypass" in both.ours(ticket_id)
    note = both.notes(ticket_id)[-1]
    for words in ("Ana Reyes answered", "big-refund", "approval of a lead or an admin", "nobody"):
        assert words in note
    assert "internal note" not in note
    assert [c["public"] for c in both.hands.comments(ticket_id) if str(c["id"]) == message] == [
        True
    ]


def test_it_is_found_out_once_however_often_it_is_told(both: Bench) -> None:
    ticket_id = both.opened(HELD)
    both.hands.agent_writes(ticket_id, ANA, OWN_WORDS, public=True)
    both.settle()
    before = both.notes(ticket_id)
    both.hands.customer_writes(ticket_id, "And where is the rest?")
    both.settle()
    with both.runtime.database.read() as session:
        (row,) = bypasses.of_draft(session, both.scope, both.drafts(ticket_id)[0].id)
    assert row.taken_back_at is None
    told_of = [note for note in both.notes(ticket_id) if "without the approval" in note]
    assert told_of == [before[-1]]


def test_a_bypass_is_made_private_where_the_account_wants_it(both: Bench) -> None:
    with made_private(both):
        ticket_id = both.opened(HELD)
        message = both.hands.agent_writes(ticket_id, ANA, OWN_WORDS, public=True)
        both.settle()
    shown = {str(c["id"]): c["public"] for c in both.hands.comments(ticket_id)}
    assert shown[message] is False
    assert "An e-mail of it may have gone out already" in both.notes(ticket_id)[-1]
    written = both.hands.get("/sandbox/log")["writes"]
    (hidden,) = [count for name, count in written.items() if name.endswith("make_private")]
    assert hidden == 1
    # What was sent is marked as taken back, and stays on record.
    (row,) = bypassed(both, ticket_id)
    sent = correction(both, ticket_id)
    assert row.taken_back_at is not None
    assert sent is not None
    assert sent.taken_back_at is not None
    assert sent.final_text == OWN_WORDS
    assert len(told(both, "taken_back", ticket_id)) == 1


def test_what_cannot_be_made_private_is_said(shared: Bench) -> None:
    with made_private(shared):
        ticket_id = shared.opened(HELD)
        shared.hands.agent_writes(ticket_id, ANA, OWN_WORDS, public=True, status="solved")
        shared.wait_for_webhooks()
        runtime = shared.runtime
        refused = [fail_with(RejectedError("422"))]
        with_faults(shared, "make_private", *refused)
        shared.settle()
        shared.runtime = shared.web.extensions["bookbag"] = runtime
    assert "could not be made an internal note" in shared.notes(ticket_id)[-1]
    (row,) = told(shared, "not_made_private", ticket_id)
    assert row.detail["reason"] == RejectedError.reason


def test_another_apps_answer_on_a_held_ticket_is_a_bypass_and_answers_nothing(
    shared: Bench,
) -> None:
    ticket_id = shared.opened(HELD)
    shared.hands.app_writes(ticket_id, BEN, OWN_WORDS)
    shared.settle()
    (row,) = bypassed(shared, ticket_id)
    assert row.by_app
    draft = shared.draft(ticket_id)
    assert (draft.state, draft.bypassed) == (DraftState.AWAITING_APPROVAL, True)
    assert correction(shared, ticket_id) is None
    assert {"bookbag_bypass", "bookbag_approval_required"} <= shared.ours(ticket_id)
    note = shared.notes(ticket_id)[-1]
    assert "An app (Ben Mercer) answered" in note
    assert "approve it, or reject it" in note
    visitor = Visitor(shared)
    visitor.sign_in(BEN)
    queue = visitor.get(f"/queue?q={draft.short_id}").text
    assert queue.count(f"/drafts/{draft.id}") == 1
    assert "A reply went out without the approval that this draft needed." in queue
    page = visitor.get(f"/drafts/{draft.id}").text
    assert "Another app</bdi> answered" in page
    visitor.http.close()
    # A person decides, who can read what the app wrote: then it goes out.
    shared.pass_time(2)
    shared.note(ticket_id, BEN, "/approve done")
    shared.pass_time(10)
    assert len(shared.public(ticket_id)) == 2
    assert shared.draft(ticket_id).state is DraftState.DELIVERED


def test_a_rules_acknowledgement_changes_nothing(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    shared.hands.app_writes(ticket_id, BEN, "We got your message.", channel="rule")
    shared.settle()
    assert bypassed(shared, ticket_id) == []
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    assert "bookbag_bypass" not in shared.ours(ticket_id)
    shared.note(ticket_id, BEN, "/approve done")
    shared.hands.app_writes(ticket_id, BEN, "We are on it.", channel="rule")
    shared.pass_time(10)
    assert shared.draft(ticket_id).state is DraftState.DELIVERED


@pytest.mark.parametrize("channel", ["rule", "api"])
def test_a_machines_words_before_the_draft_leave_the_customer_unanswered(
    shared: Bench, channel: str
) -> None:
    ticket_id = shared.hands.open_ticket(shared.tickets["refund_under_limit"])
    shared.hands.app_writes(ticket_id, BEN, "We got your message.", channel=channel)
    shared.settle()
    assert shared.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    shared.hands.customer_writes(ticket_id, "Hello? I want my money back for order #1003.")
    shared.settle()
    assert shared.draft(ticket_id).facts["follows_unanswered"] is True


def test_an_app_that_answered_before_the_draft_was_made_went_past_it_too(shared: Bench) -> None:
    shared.hands.point_webhook(shared.webhook_id, f"{shared.hands.url}/nowhere")
    ticket_id = shared.hands.open_ticket(shared.tickets[HELD])
    shared.hands.app_writes(ticket_id, BEN, OWN_WORDS)
    shared.wait_for_webhooks()
    address = f"{shared.url}/webhooks/zendesk/{shared.account_id}"
    shared.hands.point_webhook(shared.webhook_id, address)
    assert post(shared, event("created", ticket=ticket_id)).ok
    shared.settle()
    (row,) = bypassed(shared, ticket_id)
    assert row.by_app
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


def test_what_an_app_wrote_after_the_approval_is_read_before_ours_goes_out(shared: Bench) -> None:
    ticket_id = shared.opened("refund_under_limit")
    shared.note(ticket_id, ANA, "/approve done")
    shared.clock.ahead += timedelta(seconds=2)
    shared.hands.app_writes(ticket_id, BEN, "Your refund is on its way.")
    shared.pass_time(10)
    draft = shared.draft(ticket_id)
    assert (draft.state, draft.rev) == (DraftState.AWAITING_REVIEW, 2)
    assert "Another app wrote to the customer" in shared.notes(ticket_id)[-1]
    shared.note(ticket_id, ANA, "/approve")
    shared.pass_time(10)
    assert shared.draft(ticket_id).state is DraftState.DELIVERED


def test_an_automatic_reply_waits_where_an_app_has_answered(shared: Bench) -> None:
    ticket_id = shared.hands.open_ticket(shared.tickets["where_is_my_order"])
    shared.hands.app_writes(ticket_id, BEN, "It ships tomorrow.")
    shared.settle()
    shared.pass_time(5)
    assert shared.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert len(shared.public(ticket_id)) == 1


def test_approvers_are_told_of_a_bypass(shared: Bench) -> None:
    runtime = shared.runtime
    with approvers_told(shared) as telling:
        ticket_id = shared.opened(HELD)
        shared.hands.agent_writes(ticket_id, ANA, OWN_WORDS, public=True)
        shared.settle()
    channels.set_chat(runtime, shared.scope.merchant_id, None)
    shared.runtime = shared.web.extensions["bookbag"] = runtime
    short_id = shared.draft(ticket_id).short_id
    (letter,) = [one for one in telling.office.to(BEN) if "without its approval" in subject(one)]
    assert short_id in subject(letter)
    assert OWN_WORDS not in letter.as_string()
    assert telling.subjects(ANA) == []
    assert any(
        short_id in line and "without the approval" in line for line in telling.room.messages
    )
