"""One ticket: its conversation, the composer, and the widgets beside them."""

import hashlib
from typing import Literal, NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias.api.shelves import MACROS, shelf
from connectors.sandbox.gorgias.records import Json, Ticket
from connectors.sandbox.gorgias.wiring import sandbox
from connectors.sandbox.gorgias.workspace.seats import chosen_agent, staff

Form = Literal["composer", "customer", "tags"]


class Problem(NamedTuple):
    """Why a form was refused. The page shows it at that form, with what was typed."""

    form: Form
    sentence: str


def show_ticket(ticket_id: int, problem: Problem | None = None) -> str:
    """One conversation."""
    box = sandbox()
    ticket = box.desk.ticket(ticket_id)
    cards = box.sidebar.beside(ticket_id)
    return render_template(
        "workspace/ticket.html",
        account=box.config.domain,
        agent=chosen_agent(),
        agents=staff(),
        assigned=_assigned(ticket),
        cards=cards,
        copies=_copies(ticket),
        form=request.form,
        macros=shelf(MACROS).all(),
        problem=problem,
        requester=box.desk.people.known(ticket.customer_id),
        ticket=ticket,
        version=_version(ticket, cards),
    )


def show_in_view(view_id: int, ticket_id: int) -> str:
    """The same, opened from a view."""
    del view_id
    return show_ticket(ticket_id)


def ticket_state(ticket_id: int) -> ResponseReturnValue:
    """What the open page asks every second: another version, and it fetches itself again."""
    box = sandbox()
    version = _version(box.desk.ticket(ticket_id), box.sidebar.beside(ticket_id))
    return {"version": version, "agent": str(chosen_agent().id)}


def _version(ticket: Ticket, cards: list[Json]) -> str:
    """Another one whenever anything of the page is another."""
    known = f"{ticket!r} {cards!r} {shelf(MACROS).all()!r}"
    return hashlib.sha256(known.encode(errors="replace")).hexdigest()[:16]


def _assigned(ticket: Ticket) -> list[str]:
    people = sandbox().desk.people
    user, team = ticket.assignee_user_id, ticket.assignee_team_id
    names = [] if user is None else [people.user(user).name]
    return names if team is None else [*names, people.team(team).name]


def _copies(ticket: Ticket) -> list[str]:
    named = [one for said in ticket.messages for one in (said.source or {}).get("cc") or []]
    return list(dict.fromkeys(str(one.get("name") or one["address"]) for one in named))
