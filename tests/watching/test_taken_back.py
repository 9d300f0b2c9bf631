"""A message that is made private, a merged ticket, and what is deleted while a reply is due."""

import pytest

from plugin.models import DraftState, InboxState
from tests.bench.world import ANA, BEN, Bench
from tests.intake.payloads import event, kept, post
from tests.watching.seen import correction, failed, told

HELD, QUICK = "refund_over_limit", "refund_under_limit"


def due(bench: Bench, key: str = QUICK) -> str:
    """A ticket whose reply is approved and goes out in ten seconds."""
    ticket_id = bench.opened(key)
    bench.note(ticket_id, BEN, "/approve done")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    return ticket_id


def test_a_reply_that_is_taken_back_is_marked_and_stays_on_record(both: Bench) -> None:
    ticket_id = due(both)
    both.pass_time(10)
    reply = next(c for c in both.hands.comments(ticket_id)[1:] if c["public"])
    for _ in range(2):
        both.hands.make_private(ticket_id, str(reply["id"]))
        both.settle()
    sent = correction(both, ticket_id)
    assert sent is not None
    assert sent.taken_back_at is not None
    assert both.draft(ticket_id).state is DraftState.DELIVERED
    (row,) = told(both, "taken_back", ticket_id)
    assert row.detail == {"message": str(reply["id"])}


@pytest.mark.parametrize("named", [True, False])
def test_a_customers_message_that_is_made_private_is_answered_no_more(
    shared: Bench, named: bool
) -> None:
    ticket_id = due(shared)
    message = str(shared.hands.comments(ticket_id)[0]["id"])
    if not named:
        shared.hands.point_webhook(shared.webhook_id, f"{shared.hands.url}/nowhere")
    shared.hands.make_private(ticket_id, message)
    shared.settle()
    if not named:
        address = f"{shared.url}/webhooks/zendesk/{shared.account_id}"
        shared.hands.point_webhook(shared.webhook_id, address)
        assert post(shared, event("comment_made_private", ticket=ticket_id)).ok
    shared.settle()
    shared.pass_time(60)
    assert shared.draft(ticket_id).state is DraftState.STALE
    assert shared.public(ticket_id) == []
    assert shared.ours(ticket_id) == set()
    assert "is void: the customer's message was made an internal note" in "".join(
        shared.notes(ticket_id)
    )


def test_a_reply_to_what_was_made_private_does_not_leave_before_that_is_told(
    shared: Bench,
) -> None:
    ticket_id = due(shared)
    shared.hands.point_webhook(shared.webhook_id, f"{shared.hands.url}/nowhere")
    shared.hands.make_private(ticket_id, str(shared.hands.comments(ticket_id)[0]["id"]))
    shared.wait_for_webhooks()
    address = f"{shared.url}/webhooks/zendesk/{shared.account_id}"
    shared.hands.point_webhook(shared.webhook_id, address)
    shared.pass_time(60)
    assert shared.public(ticket_id) == []
    assert shared.draft(ticket_id).state is DraftState.STALE


def test_an_internal_note_made_private_changes_nothing(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    hint = event("comment_made_private", ticket=ticket_id)
    assert post(shared, hint).ok
    shared.settle()
    assert kept(shared, hint["id"]).state is InboxState.IGNORED
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


def test_a_merged_tickets_reply_is_not_sent_and_the_other_is_told(both: Bench) -> None:
    into = both.opened(HELD)
    gone = due(both)
    both.hands.merge(gone, into=into, agent=ANA)
    both.settle()
    both.pass_time(60)
    assert both.draft(gone).state is DraftState.STALE
    assert both.public(gone) == []
    assert both.draft(into).state is DraftState.AWAITING_APPROVAL
    assert not both.draft(into).bypassed
    note = both.notes(into)[-1]
    assert f"Ticket {gone} was merged into this one" in note
    assert both.draft(gone).short_id in note
    again = event("merged", ticket=gone, event={"target_ticket_id": into})
    assert post(both, again).ok
    both.settle()
    assert kept(both, again["id"]).state is InboxState.IGNORED
    assert both.notes(into)[-1] == note
    assert failed(both, gone) == []


def test_a_public_word_of_a_merge_answers_nobody(shared: Bench) -> None:
    """Whoever merges may let the requester see it; it is Zendesk's sentence all the same."""
    into = shared.opened(HELD)
    told_publicly = {"channel": "merge", "agent": ANA, "public": True, "text": "was merged"}
    shared.hands._post(f"/sandbox/tickets/{into}/agent", told_publicly)
    shared.settle()
    assert shared.draft(into).state is DraftState.AWAITING_APPROVAL
    assert not shared.draft(into).bypassed


def test_a_merge_that_is_told_of_an_open_ticket_sets_nothing_aside(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    hint = event("merged", ticket=ticket_id, event={"target_ticket_id": "999999"})
    assert post(shared, hint).ok
    shared.settle()
    assert kept(shared, hint["id"]).state is InboxState.IGNORED
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


@pytest.mark.parametrize("how", ["redact", "delete"])
def test_what_is_deleted_or_redacted_stops_a_reply_that_is_due(shared: Bench, how: str) -> None:
    ticket_id = due(shared)
    message = shared.hands.comments(ticket_id)[0]
    before = len(shared.hands.get("/sandbox/log")["public_comments"])
    if how == "delete":
        shared.hands.delete_ticket(ticket_id)
    else:
        words = str(message["plain_body"])[:20]
        shared.hands.redact(ticket_id, str(message["id"]), words)
    shared.settle()
    shared.pass_time(60)
    assert shared.draft(ticket_id).state is DraftState.STALE
    assert len(shared.hands.get("/sandbox/log")["public_comments"]) == before
