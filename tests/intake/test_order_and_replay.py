"""Events come late, twice and out of order; what failed can be taken up again."""

import pytest

from plugin import intake, pipeline
from plugin.errors import MissingError, MovedError
from plugin.models import InboxState
from plugin.store import inbox
from tests.bench.world import ANA, Bench
from tests.intake.payloads import event, kept, kept_raw, post


@pytest.fixture
def quiet(bench: Bench) -> Bench:
    """The helpdesk's own webhooks go nowhere; a test sends what it wants."""
    bench.hands.point_webhook(bench.webhook_id, f"{bench.hands.url}/nowhere")
    return bench


def two_messages(bench: Bench) -> tuple[str, str, str]:
    """A ticket with two messages of the customer. Returns its id and theirs."""
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    second = bench.hands.customer_writes(ticket_id, "I would like a refund for order #1004.")
    bench.wait_for_webhooks()
    return ticket_id, str(bench.hands.comments(ticket_id)[0]["id"]), second


def send(bench: Bench, ticket_id: str, message_id: str | None) -> str:
    """An event comes in and is handled. Returns its id; without a message it is ``created``."""
    payload = (
        event(ticket=ticket_id, message=message_id)
        if message_id
        else event("created", ticket=ticket_id)
    )
    assert post(bench, payload).status_code == 200
    bench.settle()
    return str(payload["id"])


def test_the_second_message_first_gives_one_draft_for_the_newest_word(quiet: Bench) -> None:
    ticket_id, first, second = two_messages(quiet)
    done = send(quiet, ticket_id, second)
    late = send(quiet, ticket_id, first)
    send(quiet, ticket_id, None)
    (draft,) = quiet.drafts(ticket_id)
    assert draft.message_id == second
    assert kept(quiet, done).state is InboxState.DONE
    ignored = kept(quiet, late)
    assert (ignored.state, ignored.finished_at is None) == (InboxState.IGNORED, False)
    assert "the customer wrote again" in (ignored.reason or "")
    assert len(quiet.notes(ticket_id)) == 1


def test_one_message_told_of_twice_has_one_draft(quiet: Bench) -> None:
    ticket_id = quiet.hands.open_ticket(quiet.tickets["refund_under_limit"])
    message = str(quiet.hands.comments(ticket_id)[0]["id"])
    quiet.wait_for_webhooks()
    by_ticket = send(quiet, ticket_id, None)
    by_message = send(quiet, ticket_id, message)
    again = send(quiet, ticket_id, message)
    (draft,) = quiet.drafts(ticket_id)
    assert draft.message_id == message
    assert kept(quiet, by_ticket).state is InboxState.DONE
    for event_id in (by_message, again):
        row = kept(quiet, event_id)
        assert row.state is InboxState.IGNORED
        assert row.reason == "This message has its draft already."
    assert len(quiet.notes(ticket_id)) == 1


def test_both_events_of_a_new_ticket_at_once_make_one_draft(bench: Bench) -> None:
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    assert len(bench.queue.waiting) == 2
    bench.settle()
    assert len(bench.drafts(ticket_id)) == 1


def test_a_message_an_agent_has_answered_gets_no_draft(quiet: Bench) -> None:
    ticket_id = quiet.hands.open_ticket(quiet.tickets["refund_under_limit"])
    message = str(quiet.hands.comments(ticket_id)[0]["id"])
    quiet.hands.agent_writes(ticket_id, ANA, "It is on its way.", public=True)
    quiet.wait_for_webhooks()
    late = send(quiet, ticket_id, message)
    assert quiet.drafts(ticket_id) == []
    assert "an agent answered" in (kept(quiet, late).reason or "")


def test_what_failed_by_our_fault_is_taken_up_again(
    quiet: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id, _, second = two_messages(quiet)

    def fail(*_: object) -> None:
        raise KeyError("a fault of ours")

    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "_route", fail)
        with pytest.raises(KeyError):
            send(quiet, ticket_id, second)
    with quiet.runtime.database.read() as session:
        (row,) = inbox.recent(session, quiet.scope)
    assert row.state is InboxState.FAILED
    intake.replay(quiet.runtime, quiet.scope, row.id)
    with pytest.raises(MovedError, match="only failed or ignored"):
        intake.replay(quiet.runtime, quiet.scope, row.id)
    quiet.settle()
    again = kept(quiet, row.event_id)
    assert (again.state, again.attempts) == (InboxState.DONE, 0)
    assert len(quiet.drafts(ticket_id)) == 1
    with pytest.raises(MovedError, match="is done; only failed or ignored"):
        intake.replay(quiet.runtime, quiet.scope, row.id)


def test_what_cannot_be_read_says_so_when_it_is_replayed(bench: Bench) -> None:
    post(bench, b"{}")
    row = kept_raw(bench, b"{}")
    with pytest.raises(MovedError, match=r"still cannot be read: .*type"):
        intake.replay(bench.runtime, bench.scope, row.id)
    assert kept_raw(bench, b"{}").state is InboxState.FAILED
    assert bench.queue.waiting == []


def test_what_is_not_there_cannot_be_replayed(bench: Bench) -> None:
    with pytest.raises(MissingError):
        intake.replay(bench.runtime, bench.scope, "nothing")
