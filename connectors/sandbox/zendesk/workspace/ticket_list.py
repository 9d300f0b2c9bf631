"""The list of tickets, in views."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.records import Ticket
from connectors.sandbox.zendesk.wiring import sandbox
from connectors.sandbox.zendesk.workspace.seats import chosen_agent, staff

_DONE = frozenset({"solved", "closed"})


class View(NamedTuple):
    """One view: which tickets it holds, and what it says when it holds none."""

    key: str
    title: str
    holds: Callable[[Ticket], bool]
    empty: str


VIEWS = (
    View("open", "All open", lambda t: t.status not in _DONE, "Nothing is waiting for you."),
    View(
        "approval",
        "Needs approval",
        lambda t: "bookbag_approval_required" in t.tags,
        "Nothing waits for a signature.",
    ),
    View(
        "drafts",
        "AI drafts",
        lambda t: "bookbag_draft" in t.tags,
        "No ticket has a draft at the moment.",
    ),
    View("solved", "Solved", lambda t: t.status in _DONE, "No ticket is solved yet."),
)


def show_list(problem: str = "") -> str:
    """The tickets of one view, the one written on last first."""
    desk = sandbox().desk
    tickets = desk.tickets()
    wanted = request.args.get("view")
    view = next((each for each in VIEWS if each.key == wanted), VIEWS[0])
    return render_template(
        "workspace/list.html",
        agent=chosen_agent(),
        agents=staff(),
        counts={each.key: sum(map(each.holds, tickets)) for each in VIEWS},
        form=request.form,
        people={user.id: user for user in desk.users()},
        problem=problem,
        account=sandbox().config.subdomain,
        tickets=sorted(
            filter(view.holds, tickets), key=lambda t: (t.updated_at, t.id), reverse=True
        ),
        version=_version(),
        view=view,
        views=VIEWS,
    )


def list_state() -> ResponseReturnValue:
    """What the open page asks every second: another version, and it fetches itself again."""
    return {"version": _version(), "agent": str(chosen_agent().id)}


def _version() -> str:
    """Another one after any change, and each minute: the list says how long ago things were."""
    desk = sandbox().desk
    seen = hashlib.sha256(f"{desk.now():%H:%M}".encode())
    for ticket in desk.tickets():
        seen.update(f"{ticket.id} {ticket.updated_at} {len(ticket.audits)} ".encode())
    return seen.hexdigest()[:16]
