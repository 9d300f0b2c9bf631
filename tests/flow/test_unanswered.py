"""The customer writes again before anybody answered: what was held before is not let go."""

from plugin.models import DraftState, Oversight
from tests.bench.world import ANA, Bench

THREAT = (
    "I sent my order #1002 back and want a refund. If I hear nothing, my lawyer takes legal action."
)
WHERE = "Where is my order #1001? I have been waiting for it."
FURIOUS = "My lawyer will contact you about my order. I am furious."


def wrote(bench: Bench, ticket_id: str, text: str) -> None:
    bench.hands.customer_writes(ticket_id, text)
    bench.settle()


def test_a_threat_stays_one_when_a_harmless_question_follows_it(bench: Bench) -> None:
    ticket_id = bench.opened("where_is_my_order", text=THREAT)
    assert bench.draft(ticket_id).state is DraftState.BLOCKED
    wrote(bench, ticket_id, WHERE)
    bench.pass_time(60)
    first, second = bench.drafts(ticket_id)
    assert (first.state, second.state) == (DraftState.STALE, DraftState.BLOCKED)
    assert second.message_text == WHERE
    assert bench.public(ticket_id) == [WHERE]
    assert {"bookbag_blocked", "legal"} <= set(bench.hands.tags(ticket_id))


def test_once_it_is_answered_the_next_message_stands_for_itself(bench: Bench) -> None:
    ticket_id = bench.opened("where_is_my_order", text=THREAT)
    bench.hands.agent_writes(ticket_id, ANA, "Our lawyers have written to yours.", public=True)
    bench.settle()
    wrote(bench, ticket_id, WHERE)
    draft = bench.draft(ticket_id)
    assert draft.facts["follows_unanswered"] is False
    assert draft.state is not DraftState.BLOCKED


def test_nothing_goes_out_by_itself_while_an_earlier_message_waits(bench: Bench) -> None:
    choir = "Is there a choir in your town?"
    ticket_id = bench.opened("where_is_my_order", subject="Singing", text=choir)
    assert bench.draft(ticket_id).state is DraftState.NO_DRAFT
    wrote(bench, ticket_id, bench.tickets["where_is_my_order"]["text"])
    bench.pass_time(60)
    held = bench.held(ticket_id)
    assert held.draft.state is DraftState.AWAITING_REVIEW
    assert held.oversight is Oversight.REVIEW
    assert "nobody has answered" in (held.draft.note or "")
    assert len(bench.public(ticket_id)) == 1


def test_what_the_ai_must_not_answer_is_told_though_it_has_no_draft(bench: Bench) -> None:
    ticket_id = bench.opened("where_is_my_order", subject="Enough", text=FURIOUS)
    held = bench.held(ticket_id)
    assert (held.draft.text, held.draft.state) == (None, DraftState.BLOCKED)
    assert {"bookbag_blocked", "legal"} <= set(bench.hands.tags(ticket_id))
    (note,) = bench.notes(ticket_id)
    assert "The AI must not answer" in note
    assert "Forward the ticket to legal@" in note
