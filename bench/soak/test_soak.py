"""Many tickets at once through the real service: every one drafted, nothing sent twice."""

import os
import random
from collections import Counter
from pathlib import Path

from plugin.demo.looking import Looking
from plugin.demo.world import Options, World
from plugin.models import DraftState, InboxState

_TICKETS = int(os.environ.get("SOAK_TICKETS", "200"))
_SEED = int(os.environ.get("SOAK_SEED", "7"))
_SECONDS_EACH = 3


def test_every_ticket_gets_one_live_draft_and_no_reply_goes_out_twice(tmp_path: Path) -> None:
    draw = random.Random(_SEED)
    with World(Options(data=tmp_path, port=0)) as world:
        looking = Looking(world)
        opened = [world.hands.open_ticket(draw.choice(world.tickets)) for _ in range(_TICKETS)]
        looking.wait_for(looking.is_quiet, seconds=_SECONDS_EACH * _TICKETS)
        newest = {ticket_id: looking.newest(ticket_id) for ticket_id in opened}
        public = world.hands.get("/sandbox/log")["public_comments"]
        failed = looking.event_counts().get(InboxState.FAILED, 0)
    states = Counter(held.draft.state if held else None for held in newest.values())
    replies = Counter(str(comment["ticket_id"]) for comment in public)
    tally = f"seed {_SEED}: {dict(states)}"
    assert failed == 0, tally
    assert None not in states, tally
    for ticket_id, held in newest.items():
        sent = held is not None and held.draft.state is DraftState.DELIVERED
        assert replies[ticket_id] == (2 if sent else 1), (ticket_id, tally)
