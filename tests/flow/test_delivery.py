"""Delivery when the helpdesk fails: nothing goes out twice, and nothing is guessed."""

import dataclasses

import pytest

from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from plugin.models import DraftState, Surface, VerdictKind
from plugin.review.verdicts import Verdict, give
from plugin.workers import sweep
from tests.bench.faults import (
    Faulty,
    Killed,
    done_but_lost,
    fail_with,
    killed_after,
    killed_before,
    with_faults,
)
from tests.bench.world import ANA, Bench


def approved(bench: Bench) -> str:
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    verdict = Verdict(VerdictKind.APPROVE, Surface.REVIEW_PAGE, rev=1, done=True)
    give(bench.runtime, bench.scope, draft.id, bench.person(ANA), verdict)
    return ticket_id


@pytest.mark.parametrize(
    "error", [UnavailableError("down"), RateLimitedError("slow down", retry_after=3)]
)
def test_where_nothing_was_done_it_is_tried_again(bench: Bench, error: ConnectorError) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", fail_with(error), fail_with(error))
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERING
    assert bench.public(ticket_id) == []
    for _ in range(5):
        bench.pass_time(30)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_done_with_a_lost_answer_is_found_and_not_repeated(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", done_but_lost)
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    bench.pass_time(600)
    assert len(bench.public(ticket_id)) == 1
    assert bench.ours(ticket_id) == {"bookbag_sent"}


def test_done_with_a_lost_answer_is_found_by_its_text_where_metadata_is_not_kept(
    bench: Bench,
) -> None:
    ticket_id = approved(bench)
    connect = bench.runtime.helpdesk

    class Forgetful(Faulty):
        def find_effect(self, ticket_id: str, effect_id: str) -> None:
            del ticket_id, effect_id

    left = iter([done_but_lost])
    bench.runtime = dataclasses.replace(
        bench.runtime,
        helpdesk=lambda account: Forgetful(connect(account), "send_reply", left),
    )
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_a_time_out_without_a_trace_is_unknown_and_a_person_is_asked(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", fail_with(AmbiguousError("time-out")))
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERY_UNKNOWN
    assert "bookbag_delivery_unknown" in bench.ours(ticket_id)
    assert "not known whether" in bench.notes(ticket_id)[-1]
    bench.pass_time(600)
    assert bench.public(ticket_id) == []


def decide(bench: Bench, ticket_id: str, kind: VerdictKind) -> DraftState:
    verdict = Verdict(kind, Surface.REVIEW_PAGE, rev=1)
    return give(bench.runtime, bench.scope, bench.draft(ticket_id).id, bench.person(ANA), verdict)


def test_a_person_lets_an_unknown_one_go_out_again_once(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", fail_with(AmbiguousError("time-out")))
    bench.pass_time(10)
    assert decide(bench, ticket_id, VerdictKind.SEND_AGAIN) is DraftState.APPROVED
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1
    assert bench.ours(ticket_id) == {"bookbag_sent"}


def test_a_person_says_that_an_unknown_one_was_sent(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", fail_with(AmbiguousError("time-out")))
    bench.pass_time(10)
    assert decide(bench, ticket_id, VerdictKind.WAS_SENT) is DraftState.DELIVERED
    bench.pass_time(60)
    assert bench.public(ticket_id) == []
    assert bench.ours(ticket_id) == {"bookbag_sent"}


@pytest.mark.parametrize("error", [RejectedError("closed"), AuthError("revoked")])
def test_a_refusal_is_shown_and_not_repeated(bench: Bench, error: ConnectorError) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", fail_with(error))
    bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERY_FAILED
    assert "bookbag_delivery_failed" in bench.ours(ticket_id)
    bench.pass_time(600)
    assert bench.public(ticket_id) == []


def test_a_note_with_a_lost_answer_is_not_written_twice(bench: Bench) -> None:
    with_faults(bench, "add_note", done_but_lost)
    ticket_id = bench.opened("refund_under_limit")
    bench.pass_time(600)
    assert len(bench.notes(ticket_id)) == 1


def test_a_note_that_cannot_be_written_now_is_written_later(bench: Bench) -> None:
    with_faults(bench, "add_note", *[fail_with(UnavailableError("down"))] * 3)
    ticket_id = bench.opened("refund_under_limit")
    assert bench.notes(ticket_id) == []
    for _ in range(4):
        bench.pass_time(60)
    assert len(bench.notes(ticket_id)) == 1


def test_an_unreadable_helpdesk_defers_the_event_and_loses_nothing(bench: Bench) -> None:
    with_faults(bench, "conversation", *[fail_with(UnavailableError("down"))] * 4)
    ticket_id = bench.opened("refund_under_limit")
    for _ in range(8):
        bench.pass_time(120)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW


def test_a_worker_that_died_after_sending_has_sent_it_once(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", killed_after)
    with pytest.raises(Killed):
        bench.pass_time(10)
    assert bench.draft(ticket_id).state is DraftState.DELIVERING
    bench.queue.lose_all()
    for _ in range(6):
        bench.pass_time(15)
        sweep(bench.runtime)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_a_worker_that_died_before_sending_asks_a_person(bench: Bench) -> None:
    ticket_id = approved(bench)
    with_faults(bench, "send_reply", killed_before)
    with pytest.raises(Killed):
        bench.pass_time(10)
    bench.queue.lose_all()
    for _ in range(6):
        bench.pass_time(15)
        sweep(bench.runtime)
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.DELIVERY_UNKNOWN
    assert bench.public(ticket_id) == []
