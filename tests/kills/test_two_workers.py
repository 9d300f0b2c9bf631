"""Two workers on one PostgreSQL: they share the tickets, and one that froze sends nothing."""

from collections.abc import Sequence

import pytest

from plugin.models import DraftState
from plugin.pace import Pace
from plugin.serving import _LEASE_LOST_EXIT
from tests.jobs.support import eventually
from tests.kills.nursery import Child
from tests.kills.scene import Scene
from tests.kills.test_barriers import require_once

PACE = Pace.for_tests(10)
TICKETS = 12
BEFORE_IT_LEAVES = (
    "reply-claimed-not-checked",
    "reply-claimed-not-sent",
    "reply-about-to-leave",
    "reply-bytes-not-sent",
)

pytestmark = [
    pytest.mark.parametrize("scene", ["postgresql"], indirect=True),
    pytest.mark.one_database("two workers want PostgreSQL"),
]


def test_they_share_the_tickets_and_send_nothing_twice(scene: Scene) -> None:
    workers = [scene.start(PACE).until_ready(), scene.start(PACE, port=0).until_ready()]
    tickets = [
        scene.opened("where_is_my_order" if number % 2 else "refund_under_limit")
        for number in range(TICKETS)
    ]
    scene.until_quiet()
    for number, ticket_id in enumerate(tickets):
        ends = DraftState.DELIVERED if number % 2 else DraftState.AWAITING_REVIEW
        require_once(scene, ticket_id, ends=ends, replies=number % 2)
    assert all("event_handled" in worker.log() for worker in workers)
    for worker in workers:
        worker.kill()


def test_workers_that_froze_past_their_claims_send_nothing_when_they_wake_up(scene: Scene) -> None:
    """One ends, as it must. The other is made to live on, and still sends nothing."""
    web = scene.start(PACE, worker=False).until_ready()
    ending = scene.start(PACE, port=0, sweeps=False).until_ready()
    tickets = hold_each(scene, ending, BEFORE_IT_LEAVES[:1])
    ending.freeze()
    staying = scene.start(PACE, port=0, sweeps=False, reaper=False, stays=True).until_ready()
    tickets += hold_each(scene, staying, BEFORE_IT_LEAVES)
    staying.freeze()
    other = take_over(scene, tickets)
    ending.wake()
    assert ending.ended() == _LEASE_LOST_EXIT
    staying.wake()
    for barrier in BEFORE_IT_LEAVES:
        staying.go_on(barrier)
    staying.wait_for("lease lost")
    eventually(lambda: given_up(staying) == len(BEFORE_IT_LEAVES), what="it gave up every reply")
    scene.until_quiet()
    for ticket_id in tickets:
        require_once(scene, ticket_id, ends=DraftState.DELIVERY_UNKNOWN, replies=0)
    for process in (staying, other, web):
        process.kill()


def test_a_worker_that_froze_in_a_transaction_holds_nobody_up(scene: Scene) -> None:
    web = scene.start(PACE, worker=False).until_ready()
    frozen = scene.start(PACE, port=0, at=["draft-being-stored"], stays=True).until_ready()
    ticket_id = scene.opened("refund_under_limit")
    frozen.until_at("draft-being-stored")
    frozen.freeze()
    other = scene.start(PACE, port=0)
    scene.until_noted(ticket_id)
    frozen.wake()
    frozen.go_on("draft-being-stored")
    frozen.wait_for("lease lost")
    scene.until_quiet()
    require_once(scene, ticket_id, ends=DraftState.AWAITING_REVIEW, replies=0)
    for process in (frozen, other, web):
        process.kill()


def hold_each(scene: Scene, worker: Child, barriers: Sequence[str]) -> list[str]:
    """A ticket for each barrier, with the worker held there in the middle of its reply."""
    tickets = []
    for barrier in barriers:
        worker.arm(barrier)
        tickets.append(scene.opened("where_is_my_order"))
        worker.until_at(barrier)
    return tickets


def take_over(scene: Scene, tickets: Sequence[str]) -> Child:
    """Another worker finds the claims run out, does what can be done, and asks a person."""
    other = scene.start(PACE, port=0)
    eventually(lambda: all(map(scene.asked_about, tickets)), what="a person was asked")
    return other


def given_up(worker: Child) -> int:
    """How many replies it found to be no longer its own."""
    return worker.log().count('"event": "claim_lost"')
