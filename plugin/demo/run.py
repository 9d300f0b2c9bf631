"""``bookbag demo``: show it, or play it once and say what was found."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from shlex import quote

import structlog
from requests import RequestException

from plugin.demo.looking import Looking, NotSeenError
from plugin.demo.play import let_in, merge_duplicates, open_tickets, play_week
from plugin.demo.proofs import Stage, Tickets
from plugin.demo.stages import STAGES
from plugin.demo.world import World
from plugin.models import InboxState

log = structlog.get_logger(__name__)

_AT_ONCE = 12
_PAUSE_SECONDS = 1.0

Say = Callable[[str], None]


def addresses(world: World) -> list[str]:
    """Where a person goes, one a line."""
    lines = [
        f"workspace: {world.workspace_url}",
        f"queue: {world.service_url}/queue",
        f"service: {world.service_url}",
        f"commands: . {quote(str(world.commands))}",
    ]
    return lines + [
        f"sign in as {world.names[role]} ({role}): {world.invitation(role)}"
        for role in world.people
    ]


def show(world: World, say: Say) -> None:
    """Let the week's tickets come in, then leave the floor to the person watching.

    The first come at once. The rest come one by one, so that the pages stay quick meanwhile.
    """
    for line in addresses(world):
        say(line)
    opened = let_in(world, world.tickets[:_AT_ONCE])
    rest = threading.Thread(target=_one_by_one, args=(world, opened), name="customers", daemon=True)
    rest.start()


def _one_by_one(world: World, opened: dict[str, str]) -> None:
    try:
        for ticket in world.tickets[_AT_ONCE:]:
            if world.ended.wait(_PAUSE_SECONDS):
                return
            opened |= let_in(world, [ticket], number=len(opened))
        merge_duplicates(world, opened)
    except RequestException as error:
        # Whoever stops the demo stops the sandbox under us.
        if not world.ended.is_set():
            log.warning("demo_tickets_missing", error=type(error).__name__)


def once(world: World, say: Say) -> int:
    """Play the whole week and read every stage back. Returns the exit code."""
    looking = Looking(world)
    tickets: Tickets = {}
    try:
        tickets = open_tickets(world, looking)
        play_week(world, looking, tickets)
    except (NotSeenError, RequestException) as missing:
        say(f"the tickets were not handled: {type(missing).__name__}")
    return report(looking, tickets, say)


def report(looking: Looking, tickets: Tickets, say: Say, stages: Sequence[Stage] = STAGES) -> int:
    """One line a stage. Returns 0 only if all were found."""
    found = 0
    for stage in stages:
        row = stage.find(looking, tickets) if tickets else None
        found += row is not None
        say(f"{stage.name}: {f'ok {row}' if row else 'MISSING'}")
    say(f"{found} of {len(stages)} stages")
    return 0 if found == len(stages) else 1


def drive(world: World, say: Say) -> int:
    """Drive other tickets until nothing is under way, and sum up as one JSON line."""
    looking = Looking(world)
    try:
        tickets = open_tickets(world, looking)
    except NotSeenError:
        say("the tickets were not handled in time")
        return 1
    events = looking.event_counts()
    held = [looking.newest(ticket_id) for ticket_id in tickets.values()]
    known = [one for one in held if one is not None]
    say(
        json.dumps(
            {
                "tickets": len(tickets),
                "accepted": events.get(InboxState.DONE, 0),
                "ignored": events.get(InboxState.IGNORED, 0),
                "failed": events.get(InboxState.FAILED, 0),
                "by_state": Counter(one.draft.state.value for one in known),
                "drafts": [
                    {
                        "ticket": one.draft.ticket_id,
                        "state": one.draft.state.value,
                        "oversight": one.oversight.value if one.oversight else None,
                        "policies": [hit["id"] for hit in one.decision.policies]
                        if one.decision
                        else [],
                        "tags": sorted(world.hands.tags(one.draft.ticket_id)),
                    }
                    for one in known
                ],
            }
        )
    )
    return 0
