"""Killed at each barrier, once: nothing accepted is lost, and nothing is sent twice."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from plugin.models import DraftState, InboxState
from tests.bench.world import ANA
from tests.jobs.support import eventually
from tests.kills.barriers import BARRIERS
from tests.kills.scene import HEALER, KILLED, Scene

OVER = frozenset({InboxState.DONE, InboxState.IGNORED})


def asks(scene: Scene) -> str:
    """A customer asks for what an agent must look at."""
    return scene.opened("refund_under_limit")


def asks_for_what_goes_out_by_itself(scene: Scene) -> str:
    return scene.opened("where_is_my_order")


def asks_and_is_approved(scene: Scene) -> str:
    ticket_id = scene.opened("refund_under_limit")
    scene.until_noted(ticket_id)
    scene.hands.agent_writes(ticket_id, ANA, "/approve done", public=False)
    return ticket_id


def asks_and_is_answered_by_an_agent(scene: Scene) -> str:
    ticket_id = scene.opened("refund_under_limit")
    scene.until_noted(ticket_id)
    scene.hands.agent_writes(ticket_id, ANA, "No idea, sorry.", public=True)
    return ticket_id


@dataclass(frozen=True)
class Story:
    """What leads to a barrier, and where it ends when the kill is healed.

    Attributes:
        tell: What customers and agents do. Returns the ticket.
        ends: The draft's last state.
        replies: How many public ones of ours the customer gets.
        first: The barrier of an earlier kill, where it takes two.
    """

    tell: Callable[[Scene], str]
    ends: DraftState = DraftState.AWAITING_REVIEW
    replies: int = 0
    first: str | None = None


AUTOMATIC = asks_for_what_goes_out_by_itself
STORIES = {
    "accepted-not-answered": Story(asks),
    "job-taken-event-not-claimed": Story(asks),
    "event-claimed": Story(asks),
    "draft-being-stored": Story(asks),
    "draft-stored-note-not-written": Story(asks),
    "event-done-not-said": Story(asks),
    "note-claimed-not-written": Story(asks),
    "note-written-receipt-not-stored": Story(asks),
    "verdict-stored-job-not-run": Story(asks_and_is_approved, DraftState.DELIVERED, 1),
    "reply-planned-not-claimed": Story(AUTOMATIC, DraftState.DELIVERED, 1),
    # Nobody can prove that it did not go out, so nobody sends it again: a person is asked.
    "reply-claimed-not-checked": Story(AUTOMATIC, DraftState.DELIVERY_UNKNOWN),
    "reply-claimed-not-sent": Story(AUTOMATIC, DraftState.DELIVERY_UNKNOWN),
    "reply-about-to-leave": Story(AUTOMATIC, DraftState.DELIVERY_UNKNOWN),
    "reply-bytes-not-sent": Story(AUTOMATIC, DraftState.DELIVERY_UNKNOWN),
    "reply-sent-receipt-not-stored": Story(AUTOMATIC, DraftState.DELIVERED, 1),
    "receipt-stored-job-not-ended": Story(AUTOMATIC, DraftState.DELIVERED, 1),
    "tags-written-not-settled": Story(asks_and_is_answered_by_an_agent, DraftState.ANSWERED),
    # Whoever heals may be killed as well.
    "sweep-enqueued": Story(asks, first="event-claimed"),
    "handed-back-lease-not-taken": Story(asks, first="event-claimed"),
}


def test_every_barrier_has_its_kill() -> None:
    assert STORIES.keys() == BARRIERS.keys()


@pytest.mark.parametrize("barrier", STORIES)
def test_a_kill_at(scene: Scene, barrier: str) -> None:
    story = STORIES[barrier]
    killed = scene.start(KILLED, at=[story.first or barrier]).until_ready()
    ticket_id = story.tell(scene)
    if story.first:
        killed.until_at(story.first)
        killed.kill()
        killed = scene.start(KILLED, at=[barrier])
    killed.until_at(barrier)
    killed.kill()
    heal(scene)
    require_once(scene, ticket_id, ends=story.ends, replies=story.replies)


def test_what_was_accepted_and_not_answered_is_sent_again_and_is_one_event(scene: Scene) -> None:
    killed = scene.start(KILLED, at=["accepted-not-answered"]).until_ready()
    ticket_id = asks(scene)
    killed.until_at("accepted-not-answered")
    killed.kill()
    healer = scene.start(HEALER).until_ready()
    eventually(lambda: not scene.hands.pending_deliveries(), what="all webhooks sent once")
    assert False in scene.deliver_again()
    scene.until_quiet()
    healer.kill()
    require_once(scene, ticket_id, ends=DraftState.AWAITING_REVIEW, replies=0)
    assert len(scene.events(ticket_id)) == len({e.event_id for e in scene.events(ticket_id)})


ON_THEIR_WAY = {
    "note": Story(asks),
    "reply": Story(AUTOMATIC, DraftState.DELIVERY_UNKNOWN),
}


@pytest.mark.parametrize("write", ON_THEIR_WAY)
def test_a_write_that_is_on_its_way_when_its_worker_is_killed(scene: Scene, write: str) -> None:
    """It comes in after everybody looked for it. Its stamp is old by then, and it is refused."""
    story = ON_THEIR_WAY[write]
    killed = scene.start(KILLED).until_ready()
    scene.gate.close(public=write == "reply")
    ticket_id = story.tell(scene)
    scene.gate.until_arrived()
    killed.kill()
    heal(scene)
    scene.gate.let_in()
    require_once(scene, ticket_id, ends=story.ends, replies=story.replies)


def test_the_reaper_alone_hands_a_killed_workers_job_to_another(scene: Scene) -> None:
    killed = scene.start(KILLED, at=["job-taken-event-not-claimed"]).until_ready()
    ticket_id = asks(scene)
    killed.until_at("job-taken-event-not-claimed")
    killed.kill()
    healer = scene.start(HEALER, sweeps=False).until_ready()
    scene.until_quiet()
    eventually(lambda: len(scene.leases()) == 1, what="the dead worker's lease is taken")
    healer.kill()
    require_once(scene, ticket_id, ends=DraftState.AWAITING_REVIEW, replies=0)


def test_the_job_engine_is_told_ids_alone(scene: Scene) -> None:
    kept = scene.bench.service.jobs._client.list_workflows()
    parts = [part for job in kept if job.input for part in job.input["args"]]
    assert parts
    assert all(is_id(part) for part in parts)


def is_id(part: object) -> bool:
    # A row's, or an account's.
    return isinstance(part, str) and len(part) in (36, 32) and set(part) <= set("0123456789abcdef-")


def heal(scene: Scene) -> None:
    """Another process takes over, until nothing is left to be done."""
    healer = scene.start(HEALER).until_ready()
    scene.until_quiet()
    healer.kill()


def require_once(scene: Scene, ticket_id: str, *, ends: DraftState, replies: int) -> None:
    """One draft and one note of it, so many replies, no event stuck, no effect written twice."""
    (draft,) = scene.bench.drafts(ticket_id)
    assert draft.state is ends
    assert scene.replies(ticket_id) == replies
    assert scene.markers(ticket_id) == {(draft.short_id, "1"): 1}
    assert {event.state for event in scene.events(ticket_id)} <= OVER
    assert set(scene.effects_written().values()) == {1}
    assert scene.asked_about(ticket_id) == (ends is DraftState.DELIVERY_UNKNOWN)
