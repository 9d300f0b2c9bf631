"""With nobody who hands back what dead workers held, the sweep alone heals within a minute.

Everything runs a few times faster: every lease, wait and patience is that much shorter, and so is
the minute. The work itself does not shrink, and on a busy machine it grows: so what a start and as
many tickets of nobody's cost in the same run is taken off.
"""

import time

from plugin.models import DraftState
from plugin.pace import HEALING_SECONDS, Pace
from tests.jobs.support import eventually
from tests.kills.scene import Scene

TIMES = 5
HELD_AT = (
    ("note-written-receipt-not-stored", "refund_under_limit", DraftState.AWAITING_REVIEW),
    ("event-claimed", "refund_under_limit", DraftState.AWAITING_REVIEW),
    ("reply-claimed-not-sent", "where_is_my_order", DraftState.DELIVERY_UNKNOWN),
)


def test_three_tickets_of_a_killed_worker(scene: Scene) -> None:
    pace = Pace.for_tests(TIMES)
    killed = scene.start(pace, reaper=False, sweeps=False).until_ready()
    tickets = {}
    for barrier, key, ends in HELD_AT:
        killed.arm(barrier)
        tickets[scene.opened(key)] = ends
        killed.until_at(barrier)
    left_behind = scene.unfinished()
    began = time.monotonic()
    killed.kill()
    scene.start(pace, reaper=False).until_ready()
    working = time.monotonic() - began
    eventually(lambda: not left_behind & scene.unfinished(), what="what was left behind is done")
    eventually(lambda: all(told(scene, *ticket) for ticket in tickets.items()), what="all is shown")
    took = time.monotonic() - began
    for _ in tickets:
        before = time.monotonic()
        scene.until_noted(scene.opened("refund_under_limit"))
        working += time.monotonic() - before
    assert took - working <= HEALING_SECONDS / TIMES
    for ticket_id, ends in tickets.items():
        (draft,) = scene.bench.drafts(ticket_id)
        assert draft.state is ends
        assert scene.replies(ticket_id) == 0
        assert scene.markers(ticket_id) == {(draft.short_id, "1"): 1}


def told(scene: Scene, ticket_id: str, ends: DraftState) -> bool:
    """Whether the agents can see in the helpdesk what they have to do."""
    if ends is DraftState.DELIVERY_UNKNOWN:
        return scene.asked_about(ticket_id) == 1
    return bool(scene.markers(ticket_id))
