"""The hand of the demo and the tests: customers and agents who act, and what really happened.

``/sandbox/*`` is no part of Zendesk and asks for no credentials.
"""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk import mail
from connectors.sandbox.zendesk.changes import NewComment, NewFile, Update
from connectors.sandbox.zendesk.desk import Desk, Opening
from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.markup import Written, written
from connectors.sandbox.zendesk.merging import merge, tell_of_merge
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.records import STATUSES, Change, User
from connectors.sandbox.zendesk.tags import TagEdit, clean_tags
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_control", __name__, url_prefix="/sandbox")


@blueprint.post("/tickets")
def open_ticket() -> ResponseReturnValue:
    """A customer opens a ticket.

    ``{subject, text|html, from: {name, email}, tags?, channel?, attachments?, cc?}``
    """
    body = json_body()
    desk = sandbox().desk
    tags = clean_tags(body.strings("tags") or ())
    message = _message(body)
    customer = _customer(desk, body.need_object("from"))
    first = replace(_update(body, customer, message), tags=TagEdit(add=tags))
    change = desk.open(Opening(body.need_text("subject"), customer, first))
    return _receipt(change), HTTPStatus.CREATED


@blueprint.post("/tickets/<int:ticket_id>/messages")
def customer_writes(ticket_id: int) -> ResponseReturnValue:
    """The customer writes again: ``{text|html, from?, channel?, attachments?, cc?}``.

    ``from`` is the requester unless somebody else is named.
    """
    body = json_body()
    desk = sandbox().desk
    message, given = _message(body), body.object("from")
    ticket = desk.ticket(ticket_id)
    customer = desk.user(ticket.requester_id) if given is None else _customer(desk, given)
    update = replace(_update(body, customer, message), by_customer=True)
    return _receipt(desk.update(ticket_id, update)), HTTPStatus.CREATED


@blueprint.post("/tickets/<int:ticket_id>/agent")
def agent_writes(ticket_id: int) -> ResponseReturnValue:
    """An agent writes: ``{agent, text|html, public, channel?, status?}``; channel is web."""
    body = json_body()
    desk = sandbox().desk
    public = body.flag("public")
    if public is None:
        raise invalid("public", "expected true or false")
    agent = desk.staff(body.need_text("agent"))
    status = body.one_of("status", STATUSES)
    update = Update(
        agent,
        body.text("channel") or "web",
        comment=NewComment(agent, _writing(body), public=public),
        fields={} if status is None else {"status": status},
    )
    return _receipt(desk.update(ticket_id, update)), HTTPStatus.CREATED


@blueprint.put("/tickets/<int:ticket_id>/status")
def change_status(ticket_id: int) -> ResponseReturnValue:
    """An agent sets the status: ``{status, agent?}``."""
    body = json_body()
    desk = sandbox().desk
    status = body.one_of("status", STATUSES)
    if status is None:
        raise invalid("status", f"expected one of {', '.join(STATUSES)}")
    update = Update(desk.staff(body.text("agent")), "web", fields={"status": status})
    change = desk.update(ticket_id, update)
    return {"ticket_id": ticket_id, "status": change.after.status}


@blueprint.post("/tickets/<int:ticket_id>/tags")
def change_tags(ticket_id: int) -> ResponseReturnValue:
    """An agent changes tags: ``{add?, remove?, agent?}``."""
    body = json_body()
    desk = sandbox().desk
    edit = TagEdit(
        add=clean_tags(body.strings("add") or ()),
        remove=clean_tags(body.strings("remove") or ()),
    )
    update = Update(desk.staff(body.text("agent")), "web", tags=edit)
    change = desk.update(ticket_id, update)
    return {"ticket_id": ticket_id, "tags": list(change.after.tags)}


@blueprint.put("/tickets/<int:ticket_id>/assignment")
def assign(ticket_id: int) -> ResponseReturnValue:
    """An agent gives the ticket to a group, to somebody, or both: ``{group?, to?, agent?}``.

    ``group`` is a group's name, ``to`` a seat's e-mail.
    """
    body = json_body()
    desk = sandbox().desk
    name, to = body.text("group"), body.text("to")
    fields: dict[str, object] = {}
    if name is not None:
        fields["group_id"] = next((one.id for one in desk.groups() if one.name == name), None)
        if fields["group_id"] is None:
            raise invalid("group", f"there is no group {name}")
    if to is not None:
        fields["assignee_id"] = desk.staff(to).id
    update = Update(desk.staff(body.text("agent")), "web", fields=fields)
    after = desk.update(ticket_id, update).after
    return {"ticket_id": ticket_id, "group_id": after.group_id, "assignee_id": after.assignee_id}


@blueprint.post("/tickets/<int:ticket_id>/merge")
def merge_ticket(ticket_id: int) -> ResponseReturnValue:
    """An agent merges the ticket into another: ``{into, agent?}``."""
    body = json_body()
    desk = sandbox().desk
    into = body.number("into")
    if into is None:
        raise invalid("into", "expected the id of a ticket")
    agent = desk.staff(body.text("agent"))
    told, closed = merge(desk, ticket_id, into=into, agent=agent)
    tell_of_merge(sandbox(), closed.after, into=into, agent=agent)
    return {"merged": _receipt(closed), "into": _receipt(told)}


@blueprint.get("/log")
def show_log() -> ResponseReturnValue:
    """What really happened, and which calls and deliveries met a fault."""
    box = sandbox()
    return {
        **box.ledger.report(),
        "faults": box.faults.log(),
        "webhook_faults": box.webhook_faults.log(),
        "rates": box.meter.report(),
    }


@blueprint.get("/idle")
def show_idle() -> ResponseReturnValue:
    """How many webhook deliveries are not over yet."""
    return {"pending_deliveries": sandbox().deliveries.pending()}


def _writing(body: Body, *, blank: bool = False) -> Written:
    return written(text=body.text("text"), markup=body.text("html"), blank=blank)


def _message(body: Body) -> tuple[Written, tuple[NewFile, ...]]:
    """What a customer wrote; read before anybody new is made a user."""
    return _writing(body, blank=True), mail.read_files(body)


def _update(body: Body, customer: User, message: tuple[Written, tuple[NewFile, ...]]) -> Update:
    box = sandbox()
    text, files = message
    channel = body.text("channel") or "email"
    copies = mail.read_copies(box.desk, body)
    return Update(
        customer,
        channel,
        comment=NewComment(customer, text, public=True, files=files),
        copies=tuple(person.id for person in copies),
        source=mail.source(channel, customer, copies, subdomain=box.config.subdomain),
    )


def _customer(desk: Desk, given: Body) -> User:
    email = given.need_text("email")
    return desk.customer(given.text("name") or email, email)


def _receipt(change: Change) -> dict[str, object]:
    return {
        "ticket_id": change.after.id,
        "comment_id": None if change.comment is None else change.comment.id,
    }
