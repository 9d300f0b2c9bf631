"""The list of tickets, in views: some that every account has, then those that it has made."""

import hashlib
from typing import NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias.api.shelves import VIEWS, shelf
from connectors.sandbox.gorgias.filters import fits
from connectors.sandbox.gorgias.records import Person, Ticket
from connectors.sandbox.gorgias.shapes import listed_ticket_json
from connectors.sandbox.gorgias.wiring import sandbox
from connectors.sandbox.gorgias.workspace.seats import chosen_agent, staff

_SYSTEM = {"open": "Open", "closed": "Closed", "spam": "Spam", "trash": "Trash"}
_EMPTY = {"open": "Nothing is waiting for you.", "closed": "No ticket is closed yet."}


class View(NamedTuple):
    """One view, with its tickets: the one changed last first."""

    key: str
    title: str
    tickets: list[Ticket]

    @property
    def empty(self) -> str:
        """What it says when it holds none."""
        return _EMPTY.get(self.key, "No ticket is in this view.")


def show_list(problem: str = "") -> str:
    """The tickets of one view."""
    box, agent = sandbox(), chosen_agent()
    views = _views(agent)
    wanted = request.args.get("view")
    view = next((one for one in views if one.key == wanted), views[0])
    return render_template(
        "workspace/list.html",
        account=box.config.domain,
        agent=agent,
        agents=staff(),
        form=request.form,
        people={one.id: one for one in box.desk.people.customers()},
        problem=problem,
        version=_version(),
        view=view,
        views=views,
    )


def list_state() -> ResponseReturnValue:
    """What the open page asks every second: another version, and it fetches itself again."""
    return {"version": _version(), "agent": str(chosen_agent().id)}


def _views(agent: Person) -> list[View]:
    desk = sandbox().desk
    tickets = sorted(desk.tickets(), key=lambda one: (one.updated_at, one.id), reverse=True)
    found = [
        View(key, title, [one for one in tickets if _system(one) == key])
        for key, title in _SYSTEM.items()
    ]
    here = [one for one in tickets if _system(one) in {"open", "closed"}]
    shown = {one.id: listed_ticket_json(one, desk) for one in here}
    for made in shelf(VIEWS).all():
        held = [one for one in here if fits(made["filters"], shown[one.id], user_id=agent.id)]
        found.append(View(str(made["id"]), made["name"] or "(no name)", held))
    return found


def _system(ticket: Ticket) -> str:
    """The view of every account that a ticket is in."""
    if ticket.trashed_at is not None:
        return "trash"
    return "spam" if ticket.spam else ticket.status


def _version() -> str:
    """Another one after any change, and each minute: the list says how long ago things were."""
    desk = sandbox().desk
    seen = hashlib.sha256(f"{desk.now():%H:%M} {shelf(VIEWS).all()}".encode(errors="replace"))
    for ticket in desk.tickets():
        seen.update(repr(ticket).encode(errors="replace"))
    return seen.hexdigest()[:16]
