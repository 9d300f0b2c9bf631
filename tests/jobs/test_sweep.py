"""The sweep drives on what lost its job, by the clock, and nothing else."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import update

from plugin import pipeline, workers
from plugin.jobs import JobName, swept_and_waiting
from plugin.models import DraftState, EffectState, InboxState
from plugin.store import effects, inbox
from plugin.store.schema import EffectRow, InboxEvent
from tests.bench.faults import Killed, killed_after, with_faults
from tests.bench.world import ANA, Bench

# Longer than a claim and what the sweep waits after it.
LATE = timedelta(seconds=45)


def events(bench: Bench) -> list[InboxEvent]:
    with bench.runtime.database.read() as session:
        return list(inbox.recent(session, bench.scope))


def our_effects(bench: Bench, ticket_id: str) -> list[EffectRow]:
    with bench.runtime.database.read() as session:
        return list(effects.of_draft(session, bench.scope, bench.draft(ticket_id).id))


def handle_events_only(bench: Bench) -> None:
    """Everything is drafted, and the worker dies before it wrote or asked for anything."""
    with pytest.MonkeyPatch.context() as dying:
        dying.setattr(workers, "_write_at_once", lambda *_: None)
        for waiting in list(bench.queue.waiting):
            bench.jobs[waiting.name](waiting.scope, waiting.thing_id)
    bench.queue.lose_all()


def swept(bench: Bench, later: timedelta) -> int:
    bench.clock.ahead += later
    count = workers.sweep(bench.runtime)
    bench.settle()
    return count


def test_a_lost_event_is_handled_once_it_is_overdue(bench: Bench) -> None:
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    bench.queue.lose_all()
    assert swept(bench, timedelta(seconds=5)) == 0
    assert bench.drafts(ticket_id) == []
    assert swept(bench, LATE) == 2
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert len(bench.notes(ticket_id)) == 1
    assert InboxState.ACCEPTED not in {event.state for event in events(bench)}
    assert swept(bench, LATE) == 0
    assert len(bench.notes(ticket_id)) == 1


def test_a_lost_note_is_written_and_a_lost_automatic_reply_is_sent(bench: Bench) -> None:
    ticket_id = bench.hands.open_ticket(bench.tickets["where_is_my_order"])
    bench.wait_for_webhooks()
    handle_events_only(bench)
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert (bench.notes(ticket_id), bench.public(ticket_id)) == ([], [])
    assert swept(bench, LATE) >= 2
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert (len(bench.notes(ticket_id)), len(bench.public(ticket_id))) == (1, 1)
    assert {effect.state for effect in our_effects(bench, ticket_id)} == {EffectState.DONE}
    assert swept(bench, LATE) == 0
    assert len(bench.public(ticket_id)) == 1


def test_a_note_is_written_with_its_event_and_its_own_job_adds_none(bench: Bench) -> None:
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    waiting = bench.queue.waiting[0]
    bench.jobs[waiting.name](waiting.scope, waiting.thing_id)
    assert len(bench.notes(ticket_id)) == 1
    assert JobName.RUN_EFFECT in {job.name for job in bench.queue.waiting}
    bench.settle()
    assert len(bench.notes(ticket_id)) == 1


def test_a_lost_approved_draft_goes_out_once(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    bench.queue.lose_all()
    assert swept(bench, timedelta(seconds=15)) == 0
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    assert swept(bench, LATE) == 1
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
    assert len(bench.public(ticket_id)) == 1


def test_the_sweep_and_a_living_job_together_change_nothing(bench: Bench) -> None:
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    bench.clock.ahead += LATE
    assert workers.sweep(bench.runtime) == 2
    assert workers.sweep(bench.runtime) == 0
    bench.settle()
    assert len(bench.drafts(ticket_id)) == 1
    assert len(bench.notes(ticket_id)) == 1


def test_an_event_looks_again_soon_while_an_effect_of_ours_is_claimed(bench: Bench) -> None:
    with_faults(bench, "add_note", killed_after)
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    with pytest.raises(Killed):
        bench.settle()
    (claimed,) = our_effects(bench, ticket_id)
    bench.wait_for_webhooks()
    with bench.runtime.database.write() as session:
        # By the doubling alone it would wait two minutes more.
        session.execute(update(InboxEvent).values(attempts=6))
    bench.settle()
    waiting = [event for event in events(bench) if event.state is InboxState.ACCEPTED]
    assert waiting
    soon = bench.clock() + timedelta(seconds=bench.runtime.pace.first_delay)
    for event in waiting:
        assert event.due_at <= soon < claimed.due_at
    bench.pass_time(LATE.total_seconds())
    assert InboxState.ACCEPTED not in {event.state for event in events(bench)}
    assert our_effects(bench, ticket_id)[0].state is EffectState.DONE


def test_the_sweep_does_not_ask_again_and_again_for_what_nobody_begins(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real engine's queue, and no worker."""
    monkeypatch.setattr(workers, "_MOST_SWEPT", 10)
    runtime = dataclasses.replace(bench.runtime, enqueue=bench.service.runtime.enqueue)
    for _ in range(5):
        bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    bench.queue.lose_all()
    asked = []
    for _ in range(6):
        bench.clock.ahead += LATE
        asked.append(workers.sweep(runtime))
    assert asked[:4] == [2, 1, 1, 1]
    with runtime.database.read() as session:
        assert swept_and_waiting(session) == sum(asked) == 6


def test_a_fault_of_ours_is_shown_on_the_event_without_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("my neighbour took the parcel")

    monkeypatch.setattr(pipeline, "_route", fail)
    bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    for waiting in list(bench.queue.waiting):
        with pytest.raises(KeyError):
            bench.jobs[waiting.name](waiting.scope, waiting.thing_id)
    found = {(event.state, event.reason) for event in events(bench)}
    assert found == {(InboxState.FAILED, "internal error: KeyError")}
