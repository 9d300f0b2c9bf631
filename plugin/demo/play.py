"""Plays the shop's two weeks: customers write, agents give verdicts or answer themselves."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any

import structlog
from requests import RequestException

from plugin.demo.browser import Browser
from plugin.demo.looking import Looking, NotSeenError
from plugin.demo.world import World
from plugin.models import DraftState, Role
from plugin.ticket_tags import TAG_APPROVED

log = structlog.get_logger(__name__)

_SECONDS = 30.0
_OWN_WORDS = (
    "Guten Tag Herr Weber, ich habe gerade selbst beim Paketdienst angerufen. "
    "Der Fahrer legt die Sendung morgen beim Nachbarn ab. Herzlich, Ana"
)
_EDIT = "\n\nP.S. Keep the chipped one for the garden."
_RETYPED = "\n\nP.S. Happy trails to your groups!"
_AGENT, _LEAD = Role.AGENT, Role.LEAD
# What the helpdesk answers to a reply that is told to go wrong. A refusal has done nothing; after
# a bad gateway nobody can say, and the reply is not found.
_REFUSED, _BAD_GATEWAY = 422, 502

Tickets = Mapping[str, str]


def let_in(
    world: World, tickets: Iterable[Mapping[str, Any]], *, number: int = 0
) -> dict[str, str]:
    """Customers open tickets. Returns the ids by key; those without a key count from `number`."""
    return {
        str(ticket.get("key") or at): world.hands.open_ticket(ticket)
        for at, ticket in enumerate(tickets, number)
    }


def open_tickets(world: World, looking: Looking) -> dict[str, str]:
    """Every ticket comes in and is drafted. Returns the ticket ids by key, in order."""
    opened = let_in(world, world.tickets)
    looking.wait_for(looking.is_quiet, seconds=_SECONDS + 2 * len(opened))
    return opened


def merge_duplicates(world: World, tickets: Tickets) -> None:
    """An agent merges what was asked twice."""
    for ticket in world.tickets:
        into = tickets.get(str(ticket.get("merge_into")))
        if into is not None and "key" in ticket:
            world.hands.merge(tickets[ticket["key"]], into=into, agent=world.people[_AGENT])


def play_week(world: World, looking: Looking, tickets: Tickets) -> None:
    """People do their part. What does not happen in time is left for the stages to miss."""
    for step in (
        _refuse_a_reply,
        _lose_a_reply,
        _customer_writes_again,
        _approve_by_note,
        _edit_on_the_page,
        _sign_as_lead,
        _reject_by_note,
        _answer_in_own_words,
        _send_the_draft_by_hand,
        _customer_follows_up,
        _merge,
        _let_expire,
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


def _refuse_a_reply(world: World, looking: Looking, tickets: Tickets) -> None:
    _approved_and_then(world, looking, tickets["warranty_outlook"], _REFUSED)


def _lose_a_reply(world: World, looking: Looking, tickets: Tickets) -> None:
    _approved_and_then(world, looking, tickets["french_returns_yahoo"], _BAD_GATEWAY)


def _approved_and_then(world: World, looking: Looking, ticket_id: str, answer: int) -> None:
    """Approve, and let the reply's own update go wrong.

    The update before it puts the approval's tag on; that one must be through, so that the next is
    the reply, which leaves only when the time to undo is over.
    """
    draft = looking.drafts(ticket_id)[-1].draft
    _on_the_page(world, _AGENT, draft.id, text=draft.text or "")
    looking.wait_for(lambda: TAG_APPROVED in world.hands.tags(ticket_id), seconds=_SECONDS)
    world.hands.fail_next_update(ticket_id, answer)


def _customer_writes_again(world: World, looking: Looking, tickets: Tickets) -> None:
    _then(world, tickets, "second_message_before_answer")
    ticket_id = tickets["second_message_before_answer"]
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


def _send_the_draft_by_hand(world: World, looking: Looking, tickets: Tickets) -> None:
    """The agent types the draft into the composer, adds a line, and submits it as solved."""
    ticket_id = tickets["follow_up_on_solved"]
    words = f"{looking.drafts(ticket_id)[-1].draft.text}{_RETYPED}"
    world.hands.agent_writes(ticket_id, world.people[_AGENT], words, public=True, status="solved")
    _wait_until(looking, ticket_id, DraftState.SENT_BY_AGENT)


def _customer_follows_up(world: World, looking: Looking, tickets: Tickets) -> None:
    _then(world, tickets, "follow_up_on_solved")
    ticket_id = tickets["follow_up_on_solved"]
    looking.wait_for(lambda: len(looking.drafts(ticket_id)) > 1, seconds=_SECONDS)


def _merge(world: World, _looking: Looking, tickets: Tickets) -> None:
    merge_duplicates(world, tickets)


def _let_expire(_world: World, looking: Looking, tickets: Tickets) -> None:
    """Nobody does anything."""
    _wait_until(looking, tickets["flash_sale_code"], DraftState.EXPIRED)


def _then(world: World, tickets: Tickets, key: str) -> None:
    """The customer writes what the ticket has them write later."""
    words = next(ticket["then"] for ticket in world.tickets if ticket.get("key") == key)
    world.hands.customer_writes(tickets[key], words)


def _on_the_page(world: World, role: Role, draft_id: str, *, text: str) -> None:
    with closing(Browser(world.service_url)) as browser:
        browser.sign_in(world.invitation(role))
        browser.give_verdict(draft_id, {"verdict": "approve", "text": text, "done": ["0"]})


def _wait_until(looking: Looking, ticket_id: str, *states: DraftState) -> None:
    looking.wait_for(lambda: looking.drafts(ticket_id)[-1].draft.state in states, seconds=_SECONDS)
