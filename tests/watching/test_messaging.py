"""A messaging conversation: drafted as any ticket, and answered by an agent in their composer."""

import pytest

from plugin import onboarding
from plugin.errors import MovedError
from plugin.models import DraftState, Outcome, Surface, VerdictKind
from plugin.review import insertion
from plugin.review.verdicts import Verdict, give
from plugin.store.columns import new_id
from tests.bench.world import ANA, BEN, Bench
from tests.intake.payloads import event, kept, post
from tests.watching.seen import bypassed, correction, failed
from tests.web.visitor import Visitor

MAYA = {"name": "Maya Lindqvist", "email": "maya.lindqvist@example.org"}
STATUS = "Where is my order? When will it arrive?"
REFUND = "I want my money back for order #1006."


def begun(bench: Bench, text: str = STATUS, key: str = "where_is_my_order") -> str:
    """A conversation whose first message is drafted."""
    ticket_id = bench.hands.begin_conversation(bench.tickets[key]["from"], text)
    bench.settle()
    return ticket_id


def approve(bench: Bench, ticket_id: str, email: str, *, done: bool = False) -> DraftState:
    draft = bench.draft(ticket_id)
    verdict = Verdict(VerdictKind.APPROVE, Surface.REVIEW_PAGE, rev=draft.rev, done=done)
    return give(bench.runtime, bench.scope, draft.id, bench.person(email), verdict)


def inserted(bench: Bench, ticket_id: str, email: str) -> str:
    draft = bench.draft(ticket_id)
    who = bench.person(email)
    return insertion.insert(
        bench.runtime, bench.scope, draft.id, who, rev=draft.rev, state=draft.state, done=True
    )


def test_a_conversation_is_drafted_for_an_agent_who_sends_it(shared: Bench) -> None:
    ticket_id = begun(shared)
    draft = shared.draft(ticket_id)
    assert draft.state is DraftState.AWAITING_REVIEW  # by the demo's policies it would go out
    assert draft.message_text == STATUS
    assert draft.facts["channel"] == "chat"
    assert "send it there" in shared.notes(ticket_id)[-1]
    assert "/approve" not in shared.notes(ticket_id)[-1]
    with pytest.raises(MovedError, match="cannot write where the customer wrote"):
        approve(shared, ticket_id, ANA)
    words = inserted(shared, ticket_id, ANA)
    shared.hands.says(ticket_id, words, who="agent", agent=ANA)
    shared.settle()
    assert shared.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    sent = correction(shared, ticket_id)
    assert sent is not None
    assert sent.outcome is Outcome.SENT_AS_IS
    assert sent.author == f"person:{shared.person(ANA).id}"
    assert shared.ours(ticket_id) == {"bookbag_sent"}
    assert failed(shared, ticket_id) == []


def test_what_needs_approval_is_signed_first_and_never_sent_by_us(shared: Bench) -> None:
    ticket_id = begun(shared, REFUND, "refund_over_limit")
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    shared.note(ticket_id, BEN, "/approve done")
    assert "send it there" in shared.notes(ticket_id)[-1]
    shared.pass_time(3600)
    shared.sweep()
    draft = shared.draft(ticket_id)
    assert (draft.state, draft.due_at) == (DraftState.APPROVED, None)
    assert shared.public(ticket_id) == []
    words = inserted(shared, ticket_id, ANA)
    insertion.release(shared.runtime, shared.scope, draft.id, shared.person(ANA))
    shared.pass_time(3600)
    assert shared.public(ticket_id) == []
    shared.hands.says(ticket_id, words, who="agent", agent=ANA)
    shared.settle()
    assert shared.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    assert bypassed(shared, ticket_id) == []


def test_an_agents_word_without_the_approval_is_a_bypass_there_too(shared: Bench) -> None:
    ticket_id = begun(shared, REFUND, "refund_over_limit")
    shared.hands.says(ticket_id, "Sure, all of it.", who="agent", agent=ANA)
    shared.settle()
    (row,) = bypassed(shared, ticket_id)
    assert row.author == f"person:{shared.person(ANA).id}"
    assert "bookbag_bypass" in shared.ours(ticket_id)


def test_what_was_said_cannot_be_taken_back_and_nobody_tries(shared: Bench) -> None:
    merchant_id, account_id = shared.scope.merchant_id, shared.account_id
    onboarding.set_bypass(shared.runtime, merchant_id, account_id, make_private=True)
    ticket_id = begun(shared, REFUND, "refund_over_limit")
    shared.hands.says(ticket_id, "Sure, all of it.", who="bot")
    shared.settle()
    onboarding.set_bypass(shared.runtime, merchant_id, account_id, make_private=False)
    (row,) = bypassed(shared, ticket_id)
    assert row.by_app
    assert "internal note" not in shared.notes(ticket_id)[-1]
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


@pytest.mark.parametrize("who", ["bot", "system"])
def test_a_bots_word_answers_nobody(shared: Bench, who: str) -> None:
    ticket_id = begun(shared)
    shared.hands.says(ticket_id, "A person will be with you.", who=who)
    shared.settle()
    assert shared.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    shared.hands.says(ticket_id, "Hello? Where is my order?")
    shared.settle()
    first, second = shared.drafts(ticket_id)
    assert (first.state, second.state) == (DraftState.STALE, DraftState.AWAITING_REVIEW)
    assert second.facts["follows_unanswered"] is True


def test_the_private_stub_is_no_message(shared: Bench) -> None:
    ticket_id = begun(shared)
    (draft,) = shared.drafts(ticket_id)
    assert draft.message_text == STATUS


def test_a_message_that_the_log_calls_otherwise_is_found_in_the_end(shared: Bench) -> None:
    shared.hands.point_webhook(shared.webhook_id, f"{shared.hands.url}/nowhere")
    ticket_id = shared.hands.begin_conversation(MAYA, STATUS)
    shared.wait_for_webhooks()
    address = f"{shared.url}/webhooks/zendesk/{shared.account_id}"
    shared.hands.point_webhook(shared.webhook_id, address)
    strange = event(
        type="zen:event-type:messaging_ticket.message_added",
        ticket=ticket_id,
        event={"actor": {"id": "1", "type": "end_user"}, "message": {"id": new_id(), "body": "x"}},
    )
    assert post(shared, strange).ok
    for _ in range(12):
        shared.pass_time(60)
    assert kept(shared, strange["id"]).state == "done"
    assert shared.draft(ticket_id).message_text == STATUS


def test_the_page_says_how_it_goes_out(shared: Bench) -> None:
    review, held = begun(shared), begun(shared, REFUND, "refund_over_limit")
    visitor = Visitor(shared)
    visitor.sign_in(BEN)
    page = visitor.get(f"/drafts/{shared.draft(review).id}").text
    assert "An agent sends this." in page
    assert "Approve and send" not in page
    page = visitor.get(f"/drafts/{shared.draft(held).id}").text
    assert "An agent sends this." in page
    assert ">Approve</button>" in page
    approve(shared, held, BEN, done=True)
    page = visitor.get(f"/drafts/{shared.draft(held).id}").text
    assert "Approved, an agent sends it" in page
    assert "Undo the approval" in page
    visitor.http.close()
