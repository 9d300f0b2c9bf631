"""A process that is told to stop finishes what it has begun, or leaves it to the next."""

import socket

import pytest

from plugin.models import DraftState
from tests.jobs.support import eventually
from tests.kills.nursery import Child
from tests.kills.scene import HEALER, Scene
from tests.kills.test_barriers import asks, require_once


@pytest.fixture
def writing(scene: Scene) -> tuple[Child, str]:
    """A process whose note is on its way when it is told to stop, and its ticket."""
    stopping = scene.start(HEALER).until_ready()
    scene.gate.close(public=False)
    ticket_id = asks(scene)
    scene.gate.until_arrived()
    eventually(lambda: not scene.hands.pending_deliveries(), what="all webhooks taken")
    stopping.ask_to_end()
    eventually(lambda: not listens(scene.port), what="no more requests taken")
    return stopping, ticket_id


def test_what_runs_is_finished(scene: Scene, writing: tuple[Child, str]) -> None:
    stopping, ticket_id = writing
    assert stopping.alive
    scene.gate.let_in()
    assert stopping.ended() == 0, stopping.log()
    assert scene.leases() == []
    require_once(scene, ticket_id, ends=DraftState.AWAITING_REVIEW, replies=0)


def test_what_does_not_end_in_time_is_left_to_the_next(
    scene: Scene, writing: tuple[Child, str]
) -> None:
    stopping, ticket_id = writing
    assert stopping.ended() == 0, stopping.log()
    assert scene.unfinished()
    healer = scene.start(HEALER).until_ready()
    scene.until_quiet()
    scene.gate.let_in()
    healer.kill()
    require_once(scene, ticket_id, ends=DraftState.AWAITING_REVIEW, replies=0)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
