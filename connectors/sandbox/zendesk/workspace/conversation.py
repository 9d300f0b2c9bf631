"""One ticket: its conversation, the composer, and the installed app beside them."""

import hashlib
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk import app_frame
from connectors.sandbox.zendesk.config import DEFAULT_GROUP
from connectors.sandbox.zendesk.records import Audit, Ticket
from connectors.sandbox.zendesk.wiring import sandbox
from connectors.sandbox.zendesk.workspace.safety import app_origin
from connectors.sandbox.zendesk.workspace.seats import chosen_agent, staff

Form = Literal["composer", "customer", "tags"]
_SUBMIT_AS = ("open", "pending", "solved")


class Problem(NamedTuple):
    """Why a form was refused. The page shows it at that form, with what was typed."""

    form: Form
    sentence: str


class Frame(NamedTuple):
    """The form that opens the installed app: a POST of a signed token into the frame."""

    action: str
    token: str


def show_ticket(ticket_id: int, problem: Problem | None = None) -> str:
    """One conversation."""
    box = sandbox()
    ticket = box.desk.ticket(ticket_id)
    agent = chosen_agent()
    people = {user.id: user for user in box.desk.users()}
    group = box.desk.group(ticket.group_id)
    return render_template(
        "workspace/ticket.html",
        agent=agent,
        agents=staff(),
        copies=[people[user_id] for user_id in ticket.email_cc_ids],
        form=request.form,
        frame=_frame(agent.id),
        group=None if group.name == DEFAULT_GROUP else group.name,
        merged_into=_merged_into(ticket),
        next_status="open" if ticket.status == "new" else ticket.status,
        people=people,
        problem=problem,
        requester=people[ticket.requester_id],
        statuses=_statuses(ticket),
        account=box.config.subdomain,
        ticket=ticket,
        version=_version(ticket),
    )


def ticket_state(ticket_id: int) -> ResponseReturnValue:
    """What the open page asks every second: another version, and it fetches itself again."""
    ticket = sandbox().desk.ticket(ticket_id)
    return {"version": _version(ticket), "agent": str(chosen_agent().id)}


def _version(ticket: Ticket) -> str:
    """Another one whenever anything of the ticket is another."""
    return hashlib.sha256(repr(ticket).encode(errors="replace")).hexdigest()[:16]


def _statuses(ticket: Ticket) -> tuple[str, ...]:
    """What a reply can be submitted as; another status may stay as it is."""
    return _SUBMIT_AS if ticket.status in _SUBMIT_AS else (ticket.status, *_SUBMIT_AS)


def _merged_into(ticket: Ticket) -> int | None:
    """The ticket where this one goes on: named by the update that closed it."""
    if ticket.status != "closed":
        return None
    for audit in reversed(ticket.audits):
        if any(event.get("field_name") == "status" for event in audit.events):
            return _other_of_merge(audit)
    return None


def _other_of_merge(audit: Audit) -> int | None:
    match audit.source:
        case {"rel": "merge", "from": {"ticket_ids": [int(other), *_]}}:
            return other
        case _:
            return None


def _frame(agent_id: int) -> Frame | None:
    box = sandbox()
    opening = app_frame.opening(box)
    if opening is None or app_origin(opening.url) is None:
        return None
    origin = request.host_url.rstrip("/")
    query = urlencode({"origin": origin, "app_guid": opening.app_guid})
    return Frame(f"{opening.url}?{query}", app_frame.sign(box, agent_id))
