"""Plays the shop's week: customers write, agents give verdicts, one answers in her own words."""

from collections.abc import Callable, Mapping
from contextlib import closing

import structlog
from requests import RequestException

from plugin.demo.browser import Browser
from plugin.demo.looking import Looking, NotSeenError
from plugin.demo.world import World
from plugin.models import DraftState, Role

log = structlog.get_logger(__name__)

_SECONDS = 30.0
_OWN_WORDS = (
    "Guten Tag Herr Brandt, ich habe gerade selbst beim Paketdienst angerufen. "
    "Der Fahrer legt die Sendung morgen beim Nachbarn ab. Herzlich, Ana"
)
_EDIT = "\n\nP.S. Keep the chipped one for the garden."
_AGENT, _LEAD = Role.AGENT, Role.LEAD

Tickets = Mapping[str, str]


def open_tickets(world: World, looking: Looking) -> dict[str, str]:
    """Every ticket comes in and is drafted. Returns the ticket ids by key, in order."""
    opened = {
        str(ticket.get("key") or number): world.hands.open_ticket(ticket)
        for number, ticket in enumerate(world.tickets)
    }
    looking.wait_for(looking.is_quiet, seconds=_SECONDS + 2 * len(opened))
    return opened


def play_week(world: World, looking: Looking, tickets: Tickets) -> None:
    """People do their part. What does not happen in time is left for the stages to miss."""
    for step in (
        _customer_writes_again,
        _approve_by_note,
        _edit_on_the_page,
        _sign_as_lead,
        _reject_by_note,
        _answer_in_own_words,
    ):
        _attempt(step, world, looking, tickets)
    try:
        looking.wait_for(looking.is_quiet, seconds=_SECONDS)
    except NotSeenError:
        log.warning("demo_not_quiet")


def _attempt(
    step: Callable[[World, Looking, Tickets], None],
    world: World,
    looking: Looking,
    tickets: Tickets,
) -> None:
    try:
        step(world, looking, tickets)
    except (NotSeenError, LookupError, RequestException) as missing:
        log.warning("demo_step_missing", step=step.__name__, error=type(missing).__name__)


def _customer_writes_again(world: World, looking: Looking, tickets: Tickets) -> None:
    ticket_id = tickets["second_message_before_answer"]
    words = next(t["then"] for t in world.tickets if t.get("key") == "second_message_before_answer")
    world.hands.customer_writes(ticket_id, words)
    looking.wait_for(
        lambda: DraftState.STALE in {held.draft.state for held in looking.drafts(ticket_id)},
        seconds=_SECONDS,
    )


def _approve_by_note(world: World, looking: Looking, tickets: Tickets) -> None:
    ticket_id = tickets["refund_under_limit"]
    short_id = looking.drafts(ticket_id)[-1].draft.short_id
    command = f"/approve {short_id} done"
    world.hands.agent_writes(ticket_id, world.people[_AGENT], command, public=False)
    _wait_until(looking, ticket_id, DraftState.APPROVED, DraftState.DELIVERED)


def _edit_on_the_page(world: World, looking: Looking, tickets: Tickets) -> None:
    draft = looking.drafts(tickets["damaged_item"])[-1].draft
    _on_the_page(world, _AGENT, draft.id, text=f"{draft.text}{_EDIT}")


def _sign_as_lead(world: World, looking: Looking, tickets: Tickets) -> None:
    draft = looking.drafts(tickets["refund_over_limit"])[-1].draft
    _on_the_page(world, _LEAD, draft.id, text=draft.text or "")


def _reject_by_note(world: World, looking: Looking, tickets: Tickets) -> None:
    ticket_id = tickets["reship"]
    command = "/reject The carrier found the parcel this morning."
    world.hands.agent_writes(ticket_id, world.people[_AGENT], command, public=False)
    _wait_until(looking, ticket_id, DraftState.REJECTED)


def _answer_in_own_words(world: World, looking: Looking, tickets: Tickets) -> None:
    ticket_id = tickets["german_html_thread"]
    world.hands.agent_writes(ticket_id, world.people[_AGENT], _OWN_WORDS, public=True)
    _wait_until(looking, ticket_id, DraftState.ANSWERED)


def _on_the_page(world: World, role: Role, draft_id: str, *, text: str) -> None:
    with closing(Browser(world.service_url)) as browser:
        browser.sign_in(world.invitation(role))
        browser.give_verdict(draft_id, {"verdict": "approve", "text": text, "done": ["0"]})


def _wait_until(looking: Looking, ticket_id: str, *states: DraftState) -> None:
    looking.wait_for(lambda: looking.drafts(ticket_id)[-1].draft.state in states, seconds=_SECONDS)
