"""The main path, from a signed webhook to a logged correction, as the helpdesk sees it."""

from pathlib import Path

import pytest

from plugin.models import DraftState, InboxState, Outcome, Oversight, Surface, VerdictKind
from plugin.store import corrections, inbox, verdicts
from tests.bench.databases import settings_for
from tests.bench.world import ANA, BEN, Bench

pytestmark = pytest.mark.each_database("the main path")


def correction_of(bench: Bench, ticket_id: str) -> tuple[Outcome, str]:
    with bench.runtime.database.read() as session:
        found = corrections.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    assert found is not None
    return found.outcome, found.final_text


def test_an_order_question_is_answered_without_a_person(bench: Bench) -> None:
    ticket_id = bench.opened("where_is_my_order")
    held = bench.held(ticket_id)
    assert held.draft.state is DraftState.DELIVERED
    assert held.oversight is Oversight.AUTO
    assert bench.public(ticket_id) == [held.draft.text]
    assert bench.ours(ticket_id) == {"bookbag_sent"}
    assert correction_of(bench, ticket_id) == (Outcome.SENT_AS_IS, held.draft.text)


def test_a_draft_for_review_is_one_note_with_tags_in_one_update(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    assert draft.state is DraftState.AWAITING_REVIEW
    assert bench.ours(ticket_id) == {"bookbag_draft"}
    (note,) = bench.notes(ticket_id)
    assert f"Bookbag draft {draft.short_id} rev 1" in note.splitlines()[-1]
    assert "refund 38.50 USD" in note
    assert f"/approve {draft.short_id} done" in note
    writes = bench.hands.get("/sandbox/log")["writes"]
    assert writes["PUT /api/v2/tickets/<ticket_id>"] == 1
    assert bench.public(ticket_id) == []


def test_what_exceeds_the_limit_is_tagged_and_waits_for_a_lead(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    tags = bench.hands.tags(ticket_id)
    assert {"bookbag_draft", "bookbag_approval_required", "big_refund"} <= tags
    bench.pass_time(3600)
    assert bench.public(ticket_id) == []


def test_an_approval_by_note_sends_the_reply_as_the_agent_after_the_undo_time(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    bench.note(ticket_id, ANA, f"/approve {draft.short_id} done")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert bench.ours(ticket_id) == {"bookbag_draft", "bookbag_approved"}
    assert bench.public(ticket_id) == []
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert bench.public(ticket_id) == [draft.text]
    assert bench.ours(ticket_id) == {"bookbag_sent"}
    sent = [c for c in bench.hands.comments(ticket_id) if c["public"]][-1]
    assert str(sent["author_id"]) == bench.hands.users()[ANA]


def test_a_verdict_by_note_is_recorded_with_who_and_how(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    with bench.runtime.database.read() as session:
        (verdict,) = verdicts.of_draft(session, bench.scope, bench.draft(ticket_id).id)
    assert (verdict.kind, verdict.surface) == (VerdictKind.APPROVE, Surface.NOTE)
    assert verdict.person_id == bench.person(ANA).id


def test_an_edit_by_note_is_what_goes_out_and_is_logged(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    draft = bench.draft(ticket_id)
    words = f"{draft.text}\n\nI have read all three of your messages myself."
    bench.note(ticket_id, BEN, f"/edit {draft.short_id}\n{words}")
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert bench.public(ticket_id) == [words]
    assert correction_of(bench, ticket_id) == (Outcome.LIGHT_EDIT, words)


def test_a_rejection_keeps_the_approval_tag_of_what_was_held(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    bench.note(ticket_id, BEN, "/reject the jacket was worn for a year")
    assert bench.draft(ticket_id).state is DraftState.REJECTED
    assert bench.ours(ticket_id) == {"bookbag_rejected", "bookbag_approval_required"}
    bench.pass_time(60)
    assert bench.public(ticket_id) == []


def test_the_customer_writing_again_makes_the_draft_stale_and_starts_a_new_one(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("second_message_before_answer")
    then = bench.tickets["second_message_before_answer"]["then"]
    bench.hands.customer_writes(ticket_id, then)
    bench.settle()
    first, second = bench.drafts(ticket_id)
    assert first.state is DraftState.STALE
    assert second.state is DraftState.AWAITING_REVIEW
    assert second.message_text == then
    assert bench.ours(ticket_id) == {"bookbag_draft"}
    assert len(bench.notes(ticket_id)) == 2


def test_an_approved_draft_does_not_go_out_once_the_customer_wrote_again(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    bench.hands.customer_writes(ticket_id, "Please do not refund me, I will keep the gloves.")
    bench.pass_time(60)
    assert bench.drafts(ticket_id)[0].state is DraftState.STALE
    assert bench.public(ticket_id)[0].startswith("Please do not refund")
    assert len(bench.public(ticket_id)) == 1


def test_an_approved_draft_does_not_go_out_even_if_that_webhook_is_lost(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    bench.hands.point_webhook(bench.webhook_id, f"{bench.hands.url}/nowhere")
    bench.hands.customer_writes(ticket_id, "Please do not refund me, I will keep the gloves.")
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.STALE
    assert len(bench.public(ticket_id)) == 1


def test_an_agents_own_words_close_the_draft(bench: Bench) -> None:
    ticket_id = bench.opened("german_html_thread")
    words = "Ich rufe gleich selbst beim Paketdienst an und melde mich. Herzlich, Ana"
    bench.hands.agent_writes(ticket_id, ANA, words, public=True)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.ANSWERED
    assert bench.ours(ticket_id) == set()
    assert correction_of(bench, ticket_id) == (Outcome.DISCARDED, words)


def test_an_agent_who_retypes_the_draft_has_sent_it(bench: Bench) -> None:
    ticket_id = bench.opened("reship")
    text = bench.draft(ticket_id).text or ""
    bench.hands.agent_writes(ticket_id, ANA, text.replace("Hi", "Hello"), public=True)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.SENT_BY_AGENT
    assert bench.ours(ticket_id) == {"bookbag_sent"}
    outcome, _ = correction_of(bench, ticket_id)
    assert outcome in {Outcome.SENT_AS_IS, Outcome.COSMETIC}


def test_no_macro_in_the_language_gives_the_tag_and_one_plain_note(bench: Bench) -> None:
    ticket_id = bench.opened("no_macro_polish")
    assert bench.draft(ticket_id).state is DraftState.NO_DRAFT
    assert bench.ours(ticket_id) == {"bookbag_no_draft"}
    (note,) = bench.notes(ticket_id)
    assert "Polish" in note


def test_an_empty_message_gives_no_draft(bench: Bench) -> None:
    ticket_id = bench.opened("empty_message")
    assert bench.draft(ticket_id).state is DraftState.NO_DRAFT


def test_a_blocked_draft_offers_no_text_anywhere(bench: Bench) -> None:
    ticket_id = bench.opened("legal_threat")
    draft = bench.draft(ticket_id)
    assert draft.state is DraftState.BLOCKED
    assert draft.text
    assert draft.text not in "\n".join(bench.notes(ticket_id))
    tags = bench.hands.tags(ticket_id)
    assert "bookbag_blocked" in tags
    assert "legal" in tags
    bench.note(ticket_id, BEN, "/approve")
    bench.pass_time(60)
    assert bench.public(ticket_id) == []


def test_an_injection_moves_no_amount_and_is_held(bench: Bench) -> None:
    ticket_id = bench.opened("injection_attempt")
    held = bench.held(ticket_id)
    assert held.oversight is Oversight.APPROVAL
    assert [row.amount_minor for row in held.actions] == [2700]


def test_our_own_notes_and_replies_come_back_and_are_ignored(bench: Bench) -> None:
    ticket_id = bench.opened("where_is_my_order")
    with bench.runtime.database.read() as session:
        ignored = inbox.recent(session, bench.scope, state=InboxState.IGNORED)
        failed = inbox.recent(session, bench.scope, state=InboxState.FAILED)
    reasons = [event.reason for event in ignored if event.ticket_id == ticket_id]
    assert reasons.count("Our own message.") == 2
    assert failed == []


def test_others_tags_survive_all_of_it(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit", tags=["vip", "gloves"])
    bench.note(ticket_id, ANA, "/approve done")
    bench.pass_time(10)
    assert bench.hands.tags(ticket_id) == {"vip", "gloves", "bookbag_sent"}


@pytest.mark.parametrize("comment_with_created", [True, False])
def test_a_new_ticket_gets_one_draft_whichever_events_tell_of_it(
    database_url: str, tmp_path: Path, comment_with_created: bool
) -> None:
    settings = settings_for(database_url, tmp_path)
    with Bench(settings, comment_with_created=comment_with_created) as bench:
        ticket_id = bench.opened("refund_under_limit")
        (draft,) = bench.drafts(ticket_id)
        assert draft.state is DraftState.AWAITING_REVIEW
        assert len(bench.notes(ticket_id)) == 1
