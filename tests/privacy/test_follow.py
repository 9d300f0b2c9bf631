"""What is deleted or redacted in the helpdesk is erased here, and only that."""

from plugin.models import DraftState, InboxState, Oversight
from tests.bench.world import Bench
from tests.intake.payloads import event, kept, post
from tests.privacy.customer import DANIEL, EMAIL, MARKER, NAME, traces
from tests.privacy.whole_database import places

WANTS = f"I would like to be refunded for order #1006. {MARKER}\n\n{NAME}"


def test_a_deleted_ticket_is_erased_and_its_draft_withdrawn(bench: Bench) -> None:
    gone = bench.opened("refund_over_limit", text=WANTS)
    kept_ticket = bench.opened("refund_under_limit")
    for kind in ("soft_deleted", "permanently_deleted"):
        still_there = event(kind, ticket=gone)
        assert post(bench, still_there).ok
        bench.settle()
        assert kept(bench, still_there["id"]).state is InboxState.IGNORED
    assert bench.draft(gone).state is DraftState.AWAITING_APPROVAL
    bench.hands.delete_ticket(gone)
    bench.settle()
    assert bench.draft(gone).state is DraftState.STALE
    assert bench.held(gone).oversight is Oversight.APPROVAL
    assert traces(bench) == set()
    assert bench.draft(kept_ticket).text is not None


def test_a_redacted_message_is_gone_and_what_was_made_of_it(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit", text=WANTS)
    other = bench.opened("where_is_my_order", text="Where is it?", **{"from": DANIEL})
    message = str(bench.hands.comments(ticket_id)[0]["id"])
    bench.hands.customer_writes(ticket_id, "And where is my order?")
    bench.settle()
    first, second = bench.drafts(ticket_id)
    assert MARKER in second.facts["message"]
    bench.hands.redact(ticket_id, message, MARKER)
    bench.settle()
    assert places(bench.runtime.database, MARKER) == set()
    assert [draft.state for draft in bench.drafts(ticket_id)] == [DraftState.STALE] * 2
    assert bench.draft(other).erased_at is None
    assert places(bench.runtime.database, EMAIL)
    bench.hands.customer_writes(ticket_id, "So what now with my refund for order #1006?")
    bench.settle()
    assert bench.draft(ticket_id).id not in {first.id, second.id}
    assert places(bench.runtime.database, MARKER) == set()


def test_a_redaction_that_names_no_message_finds_it(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit", text=WANTS)
    untouched = bench.opened("refund_under_limit")
    bench.hands.point_webhook(bench.webhook_id, f"{bench.hands.url}/nowhere")
    message = str(bench.hands.comments(ticket_id)[0]["id"])
    bench.hands.redact(ticket_id, message, MARKER)
    for about in (ticket_id, untouched):
        assert post(bench, event("comment_redacted", ticket=about)).ok
    bench.settle()
    assert places(bench.runtime.database, MARKER) == set()
    assert bench.draft(untouched).erased_at is None


def test_a_deleted_user_is_erased_on_every_ticket(bench: Bench) -> None:
    tickets = [bench.opened("refund_over_limit", text=WANTS) for _ in range(2)]
    user = bench.hands.users()[EMAIL]
    still_there = event("created", subject=f"zen:user:{user}", type="zen:event-type:user.deleted")
    assert post(bench, still_there).ok
    bench.settle()
    assert kept(bench, still_there["id"]).state is InboxState.IGNORED
    bench.hands.delete_user(user)
    bench.settle()
    assert traces(bench) == set()
    assert {bench.draft(ticket_id).state for ticket_id in tickets} == {DraftState.STALE}
