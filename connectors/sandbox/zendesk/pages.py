"""The workspace: the ticket list, one ticket's conversation, and a form to write as an agent."""

from http import HTTPStatus

import nh3
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from connectors.sandbox.zendesk.changes import NewComment, Update
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.markup import written
from connectors.sandbox.zendesk.records import STATUSES, Ticket
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint(
    "zendesk_pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/workspace",
)

_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Images are left out: loading one tells its sender that the page was read.
_ALLOWED_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}


@blueprint.get("/")
def list_tickets() -> ResponseReturnValue:
    """All tickets, the one written on last first."""
    box = sandbox()
    tickets = sorted(
        box.desk.tickets(), key=lambda ticket: (ticket.updated_at, ticket.id), reverse=True
    )
    people = {user.id: user for user in box.desk.users()}
    return render_template(
        "sandbox_zendesk/tickets.html",
        subdomain=box.config.subdomain,
        tickets=tickets,
        people=people,
    )


@blueprint.get("/agent/tickets/<int:ticket_id>")
@blueprint.get("/tickets/<int:ticket_id>")
def show_ticket(ticket_id: int) -> ResponseReturnValue:
    """One conversation."""
    return _conversation(sandbox().desk.ticket(ticket_id))


@blueprint.post("/tickets/<int:ticket_id>/reply")
def write_as_agent(ticket_id: int) -> ResponseReturnValue:
    """The form: a public reply or an internal note, as the browser of an agent sends it."""
    desk = sandbox().desk
    form = request.form
    try:
        agent = desk.staff(form.get("agent", ""))
        status = form.get("status", "")
        update = Update(
            agent,
            "web",
            comment=NewComment(
                agent,
                written(text=form.get("text"), markup=None),
                public=form.get("visibility") == "public",
            ),
            fields={"status": status} if status in STATUSES else {},
        )
        desk.update(ticket_id, update)
    except ApiError as refusal:
        if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        problem = (
            "That was not sent: the text is empty, the ticket is closed, or the agent is gone."
        )
        page = _conversation(desk.ticket(ticket_id), problem=problem, text=form.get("text", ""))
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("zendesk_pages.show_ticket", ticket_id=ticket_id), HTTPStatus.SEE_OTHER)


@blueprint.after_request
def forbid_scripts(response: Response) -> Response:
    """What customers write runs nothing and loads nothing."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.app_template_filter("sanitised")
def sanitised(markup: str) -> Markup:
    """A comment's HTML without scripts, styles, images and handlers."""
    return Markup(nh3.clean(markup, tags=_ALLOWED_TAGS))  # noqa: S704 - nh3 has cleaned it


def _conversation(ticket: Ticket, *, problem: str = "", text: str = "") -> str:
    users = sandbox().desk.users()
    return render_template(
        "sandbox_zendesk/ticket.html",
        ticket=ticket,
        people={user.id: user for user in users},
        agents=[user for user in users if user.is_staff],
        statuses=[status for status in STATUSES if status != "new"],
        problem=problem,
        text=text,
    )
