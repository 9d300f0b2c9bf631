"""Tags of ours that somebody else changes: noticed, put right, recorded, not fought for ever."""

import pytest

from plugin.models import DraftState, InboxState
from plugin.store import effects
from plugin.watching.our_tags import MOST_OFTEN
from tests.bench.world import ANA, BEN, Bench
from tests.intake.payloads import event, kept, post
from tests.watching.seen import failed, told, told_at_all

HELD = "refund_over_limit"
APPROVAL, DRAFT = "bookbag_approval_required", "bookbag_draft"
EVENT = "our_tags_changed"


def test_a_tag_that_is_taken_off_comes_back_and_approves_nothing(both: Bench) -> None:
    ticket_id = both.opened(HELD)
    before = both.hands.tags(ticket_id)
    both.hands.change_tags(ticket_id, agent=ANA, add=["vip"], remove=[APPROVAL, "big_refund"])
    both.settle()
    assert both.hands.tags(ticket_id) == before | {"vip"}
    assert both.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    (row,) = told(both, EVENT, ticket_id)
    assert row.actor == f"person:{both.person(ANA).id}"
    assert row.detail == {
        "ticket": ticket_id,
        "removed": ["big_refund", APPROVAL],
        "added": [],
        "channel": "web",
        "restored": True,
    }


def test_a_tag_that_is_put_on_by_hand_approves_nothing_and_goes(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    shared.hands.change_tags(ticket_id, agent=ANA, add=["bookbag_approved"])
    shared.settle()
    shared.pass_time(60)
    assert shared.ours(ticket_id) == {APPROVAL, DRAFT}
    assert shared.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    assert len(shared.public(ticket_id)) == 0
    (row,) = told(shared, EVENT, ticket_id)
    assert (row.detail["added"], row.detail["removed"]) == (["bookbag_approved"], [])


def test_a_ticket_without_a_draft_gets_none_of_ours(shared: Bench) -> None:
    shared.hands.point_webhook(shared.webhook_id, f"{shared.hands.url}/nowhere")
    ticket_id = shared.hands.open_ticket(shared.tickets[HELD])
    shared.wait_for_webhooks()
    shared.hands.point_webhook(
        shared.webhook_id, f"{shared.url}/webhooks/zendesk/{shared.account_id}"
    )
    shared.hands.change_tags(ticket_id, agent=BEN, add=["bookbag_sent", "vip"])
    shared.settle()
    assert shared.ours(ticket_id) == set()
    assert "vip" in shared.hands.tags(ticket_id)
    row = told_at_all(shared, EVENT)[0]
    assert (row.draft_id, row.detail["ticket"]) == (None, ticket_id)


def test_who_takes_it_off_again_and_again_is_not_fought_for_ever(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    for _ in range(MOST_OFTEN + 2):
        shared.hands.change_tags(ticket_id, agent=ANA, remove=[DRAFT])
        shared.settle()
    assert DRAFT not in shared.ours(ticket_id)
    rows = told(shared, EVENT, ticket_id)
    assert [row.detail["restored"] for row in rows] == [True] * MOST_OFTEN + [False]
    # The last removal took nothing off any more. An hour later they are put back again.
    shared.pass_time(3700)
    shared.hands.change_tags(ticket_id, agent=ANA, remove=[APPROVAL])
    shared.settle()
    assert shared.ours(ticket_id) == {DRAFT, APPROVAL}


def test_our_own_writes_are_no_change_by_others(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    shared.note(ticket_id, BEN, "/approve done")
    shared.pass_time(10)
    shared.hands.customer_writes(ticket_id, "Thanks! And can I return the jacket as well?")
    shared.settle()
    assert told(shared, EVENT, ticket_id) == []
    with shared.runtime.database.read() as session:
        of_draft = effects.of_draft(session, shared.scope, shared.draft(ticket_id).id)
    assert not [one for one in of_draft if one.key.startswith("tags-back:")]
    assert failed(shared, ticket_id) == []


def test_a_late_or_strange_event_reads_the_ticket_again(shared: Bench) -> None:
    ticket_id = shared.opened(HELD)
    before = shared.hands.tags(ticket_id)
    for part in (
        {"tags_added": [], "tags_removed": [DRAFT]},
        {"tags_added": ["bookbag_approved"], "tags_removed": None},
        {"tags_added": ["vip"], "tags_removed": []},
        {},
    ):
        told_late = event("tags_changed", ticket=ticket_id, event=part)
        assert post(shared, told_late).ok
        shared.settle()
        assert kept(shared, told_late["id"]).state is InboxState.IGNORED
    assert shared.hands.tags(ticket_id) == before
    assert told(shared, EVENT, ticket_id) == []


@pytest.mark.parametrize("tag", ["big_refund", "bookbag_sent"])
def test_a_policys_tag_is_the_merchants_again_once_the_draft_is_over(
    shared: Bench, tag: str
) -> None:
    ticket_id = shared.opened(HELD)
    shared.note(ticket_id, BEN, "/approve done")
    shared.pass_time(10)
    assert tag in shared.hands.tags(ticket_id)
    shared.hands.change_tags(ticket_id, agent=ANA, remove=[tag])
    shared.settle()
    assert (tag in shared.hands.tags(ticket_id)) is (tag == "bookbag_sent")


def test_of_a_deleted_ticket_nothing_is_asked(shared: Bench) -> None:
    gone = event("tags_changed", ticket="999999", event={"tags_removed": [DRAFT]})
    stray = event("tags_changed", ticket="999999", event={"tags_added": [DRAFT]})
    for told_of in (gone, stray):
        assert post(shared, told_of).ok
    shared.settle()
    assert [kept(shared, one["id"]).state for one in (gone, stray)] == [InboxState.IGNORED] * 2
