"""What goes wrong only when two things happen at once, or one of them late."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import AmbiguousError, AuthError, UnavailableError
from plugin import facts, onboarding
from plugin.errors import BookbagError, MovedError
from plugin.models import DraftState, InboxState, Oversight, Surface, VerdictKind
from plugin.pipeline import handle_event
from plugin.review.verdicts import Verdict, give
from plugin.store import inbox, verdicts
from tests.bench.faults import Killed, fail_with, killed_after, with_faults
from tests.bench.world import ANA, BEN, Bench

TWO_APPROVALS = """
version: 1
policies:
  - {id: two, when: {actions: any}, require: approval, approvers: [agent], approvals: 2}
"""
BLOCK_ALL = "version: 1\npolicies:\n  - {id: none, require: block}\n"


def say(bench: Bench, draft_id: str, email: str, kind: VerdictKind, **fields: Any) -> DraftState:
    fields = {"rev": 1, "surface": Surface.REVIEW_PAGE, **fields}
    return give(bench.runtime, bench.scope, draft_id, bench.person(email), Verdict(kind, **fields))


def needs_two(bench: Bench) -> str:
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, TWO_APPROVALS, by="test")
    return bench.opened("refund_under_limit")


def in_doubt(bench: Bench) -> str:
    """A ticket whose approved reply went out just before its worker died."""
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    with_faults(bench, "send_reply", killed_after)
    with pytest.raises(Killed):
        bench.pass_time(10)
    return ticket_id


def accepted(bench: Bench) -> list[str]:
    """Webhooks that wait to be handled, newest first."""
    with bench.runtime.database.read() as session:
        found = inbox.recent(session, bench.scope, state=InboxState.ACCEPTED)
    return [event.id for event in found]


def failed(bench: Bench) -> list[str | None]:
    with bench.runtime.database.read() as session:
        found = inbox.recent(session, bench.scope, state=InboxState.FAILED)
    return [event.reason for event in found]


@pytest.mark.parametrize("error", [UnavailableError("503"), AuthError("401")])
def test_a_reply_in_doubt_is_never_sent_while_nobody_can_look(
    bench: Bench, error: UnavailableError | AuthError
) -> None:
    ticket_id = in_doubt(bench)
    with_faults(bench, "find_effect", *[fail_with(error)] * 2)
    for _ in range(10):
        bench.pass_time(60)
    bench.sweep()
    assert len(bench.public(ticket_id)) == 1
    assert bench.draft(ticket_id).state in {DraftState.DELIVERED, DraftState.DELIVERY_UNKNOWN}


def test_a_command_signs_no_draft_that_was_not_shown_yet(bench: Bench) -> None:
    ticket_id = bench.opened("second_message_before_answer")
    then = bench.tickets["second_message_before_answer"]["then"]
    bench.hands.customer_writes(ticket_id, then)
    bench.hands.agent_writes(ticket_id, BEN, "/approve done", public=False)
    bench.settle()
    assert bench.draft(ticket_id).message_text == then
    assert bench.draft(ticket_id).state is not DraftState.APPROVED
    assert "not shown yet" in bench.notes(ticket_id)[-1]


def test_a_note_signs_no_text_that_another_signer_has_edited(bench: Bench) -> None:
    ticket_id = needs_two(bench)
    draft = bench.draft(ticket_id)
    say(bench, draft.id, ANA, VerdictKind.EDIT, text=f"{draft.text}\nAnd a word of mine.")
    bench.note(ticket_id, BEN, "/approve done")
    bench.pass_time(60)
    assert bench.public(ticket_id) == []
    assert "review page" in bench.notes(ticket_id)[-1]


@pytest.mark.parametrize("second", [VerdictKind.APPROVE, VerdictKind.EDIT])
def test_two_signers_at_once_are_both_counted_on_one_text(
    bench: Bench, second: VerdictKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = needs_two(bench)
    draft = bench.draft(ticket_id)
    meeting = threading.Barrier(2)
    real = verdicts.signers

    def slowly(*args: Any) -> frozenset[str]:
        found = real(*args)
        try:
            meeting.wait(0.5)
        except threading.BrokenBarrierError:
            return found
        return found

    monkeypatch.setattr(verdicts, "signers", slowly)

    def sign(email: str, kind: VerdictKind, text: str | None) -> None:
        try:
            say(bench, draft.id, email, kind, text=text, done=True)
        except BookbagError as refused:
            refusals.append(refused)

    refusals: list[BookbagError] = []
    people = [
        threading.Thread(target=sign, args=(ANA, VerdictKind.APPROVE, None)),
        threading.Thread(target=sign, args=(BEN, second, "Other words for the customer.")),
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    with bench.runtime.database.read() as session:
        signed = verdicts.signers(session, bench.scope, draft.id, 1)
    if second is VerdictKind.APPROVE:
        assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert len(signed) + len(refusals) == 2
    assert bench.draft(ticket_id).state is DraftState.APPROVED or len(signed) < 2


def test_an_approval_that_was_undone_and_given_anew_goes_out_as_given_anew(bench: Bench) -> None:
    ticket_id = bench.opened("complaint")
    draft = bench.draft(ticket_id)
    say(bench, draft.id, BEN, VerdictKind.EDIT, text=f"{draft.text}\nFirst thought.")

    def meanwhile(read: Callable[[], Any]) -> Any:
        found = read()
        say(bench, draft.id, BEN, VerdictKind.UNDO)
        say(bench, draft.id, BEN, VerdictKind.EDIT, text=f"{draft.text}\nSecond thought.")
        return found

    with_faults(bench, "conversation", meanwhile)
    bench.pass_time(10)
    assert bench.public(ticket_id) == []
    bench.pass_time(11)
    assert [words.splitlines()[-1] for words in bench.public(ticket_id)] == ["Second thought."]


def test_a_reply_that_is_tried_again_does_not_follow_an_agents_own(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    with_faults(bench, "send_reply", fail_with(UnavailableError("503")))
    bench.pass_time(10)
    bench.hands.agent_writes(ticket_id, BEN, "I have answered this by hand.", public=True)
    bench.settle()
    bench.pass_time(300)
    assert bench.public(ticket_id) == ["I have answered this by hand."]
    assert bench.draft(ticket_id).state is DraftState.ANSWERED


def test_a_late_reply_leaves_the_newer_drafts_tags_alone(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    with_faults(bench, "send_reply", fail_with(UnavailableError("503")))
    bench.pass_time(10)
    bench.hands.customer_writes(ticket_id, "I will call my lawyer.")
    bench.settle()
    bench.pass_time(300)
    assert bench.draft(ticket_id).state is DraftState.BLOCKED
    assert bench.ours(ticket_id) == {"bookbag_blocked"}


def test_our_own_reply_does_not_overtake_what_the_customer_wrote_just_before(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")

    def crossed(send: Callable[[], Any]) -> Any:
        bench.hands.customer_writes(ticket_id, "One more thing: where is my order?")
        return send()

    with_faults(bench, "send_reply", crossed)
    bench.pass_time(10)
    first, second = bench.drafts(ticket_id)
    assert first.state is DraftState.DELIVERED
    assert second.message_text == "One more thing: where is my order?"


@pytest.mark.parametrize("when", ["before it is signed", "after it is signed"])
def test_a_policy_that_became_stricter_holds_a_draft_of_yesterday(bench: Bench, when: str) -> None:
    ticket_id = bench.opened("refund_under_limit")
    if when == "after it is signed":
        bench.note(ticket_id, ANA, "/approve done")
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, TWO_APPROVALS, by="test")
    bench.note(ticket_id, ANA, "/approve done")
    bench.pass_time(60)
    held = bench.held(ticket_id)
    assert bench.public(ticket_id) == []
    assert (held.draft.state, held.draft.rev) == (DraftState.AWAITING_APPROVAL, 2)
    assert held.oversight is Oversight.APPROVAL
    # What Ana did by hand stays done: nobody is asked to refund again.
    assert [bool(action.done_at) for action in held.actions] == [when == "after it is signed"]
    assert any("rev 2" in note for note in bench.notes(ticket_id))


def test_an_automatic_reply_is_held_back_by_a_policy_that_came_in_time(bench: Bench) -> None:
    down = fail_with(UnavailableError("503"))
    with_faults(bench, "conversation", lambda read: read(), down)
    ticket_id = bench.opened("where_is_my_order")
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, BLOCK_ALL, by="test")
    bench.pass_time(120)
    assert bench.draft(ticket_id).state is DraftState.BLOCKED
    assert bench.public(ticket_id) == []


def test_a_verdict_by_note_counts_once_even_if_its_worker_died(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = bench.opened("refund_under_limit")

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("plugin.pipeline.inbox.finish", dies)
        with pytest.raises(Killed):
            bench.note(ticket_id, ANA, "/approve done")
    say(bench, bench.draft(ticket_id).id, ANA, VerdictKind.UNDO)
    (event_id,) = accepted(bench)
    bench.clock.ahead += timedelta(minutes=1)
    handle_event(bench.runtime, bench.scope, event_id)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW


def test_a_message_that_is_read_late_is_not_lost(bench: Bench) -> None:
    with_faults(bench, "conversation", *[lambda _read: ()] * 3)
    ticket_id = bench.opened("refund_under_limit")
    for _ in range(5):
        bench.pass_time(30)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert failed(bench) == []


def test_a_bypass_is_noticed_though_its_webhook_comes_after_the_customers_next(
    bench: Bench,
) -> None:
    ticket_id = bench.opened("refund_over_limit")
    bench.hands.agent_writes(ticket_id, ANA, "I refunded all of it.", public=True)
    bench.wait_for_webhooks()
    early = accepted(bench)
    bench.hands.customer_writes(ticket_id, "Thanks, and where is it?")
    bench.wait_for_webhooks()
    late = [event_id for event_id in accepted(bench) if event_id not in early]
    for event_id in (*late, *early):
        handle_event(bench.runtime, bench.scope, event_id)
    bench.settle()
    first, _second = bench.drafts(ticket_id)
    assert first.bypassed
    assert first.state is DraftState.ANSWERED


def test_a_slow_worker_does_not_make_a_newer_draft_stale(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = facts.gather
    slowed: list[str] = []

    def slowly(ticket: Any, *read: Any, **more: Any) -> Any:
        if not slowed:
            slowed.append(ticket.id)
            bench.hands.customer_writes(ticket.id, "Newer words: send it somewhere else.")
            bench.wait_for_webhooks()
            handle_event(bench.runtime, bench.scope, accepted(bench)[0])
        return real(ticket, *read, **more)

    monkeypatch.setattr(facts, "gather", slowly)
    ticket_id = bench.opened("refund_under_limit")
    bench.pass_time(60)
    (draft,) = bench.drafts(ticket_id)
    assert draft.message_text.startswith("Newer words")
    assert draft.state.is_open


def test_our_own_reply_found_late_is_ours_and_not_the_agents(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")

    def lost(send: Callable[[], Any]) -> Any:
        send()
        raise AmbiguousError("time-out")

    with_faults(bench, "send_reply", lost)
    # What was just written may be read late: the worker sees nothing, its webhook tells.
    monkeypatch.setattr("plugin.delivery.effects.look", lambda *_: None)
    bench.pass_time(10)
    assert "not known whether" in "".join(bench.notes(ticket_id))
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert bench.ours(ticket_id) == {"bookbag_sent"}


def test_a_verdict_while_the_next_message_is_presented_loses_neither(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    outcomes: list[str] = []

    def approve() -> None:
        try:
            outcomes.append(say(bench, draft.id, ANA, VerdictKind.APPROVE, done=True).value)
        except MovedError as moved:
            outcomes.append(str(moved))

    bench.hands.customer_writes(ticket_id, "Another word.")
    person = threading.Thread(target=approve)
    person.start()
    bench.settle()
    person.join()
    bench.pass_time(60)
    assert failed(bench) == []
    assert [d.message_text for d in bench.drafts(ticket_id)][-1] == "Another word."
    assert bench.drafts(ticket_id)[0].state is DraftState.STALE
    assert len(outcomes) == 1


def test_a_blocked_note_asks_nobody_to_do_its_actions(bench: Bench) -> None:
    text = "I want a refund for the jacket, order #1006. Otherwise my lawyer will call."
    ticket_id = bench.opened("refund_over_limit", text=text)
    assert bench.draft(ticket_id).state is DraftState.BLOCKED
    assert "by hand" not in "".join(bench.notes(ticket_id))
