"""What the pages' forms do. What is refused comes back with a sentence, and with what was typed."""

import re
from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk import mail
from connectors.sandbox.zendesk.changes import NewComment, Update
from connectors.sandbox.zendesk.desk import Opening
from connectors.sandbox.zendesk.errors import ApiError, invalid
from connectors.sandbox.zendesk.markup import Written, written
from connectors.sandbox.zendesk.records import STATUSES, Source, User
from connectors.sandbox.zendesk.tags import TagEdit, clean_tags
from connectors.sandbox.zendesk.wiring import sandbox
from connectors.sandbox.zendesk.workspace.conversation import Form, Problem, show_ticket
from connectors.sandbox.zendesk.workspace.seats import chosen_agent
from connectors.sandbox.zendesk.workspace.ticket_list import show_list

# By the field that a refusal names.
_WHY = {
    "agent": "that agent is not here any more.",
    "comment": "this ticket holds no more messages.",
    "customer": "the e-mail address is empty.",
    "email": "that address belongs to an agent.",
    "status": "this ticket is closed.",
    "subject": "the subject is empty.",
    "tags": "tags are made of a-z, 0-9 and _.",
    "text": "the text is empty.",
}


def write_as_agent(ticket_id: int) -> ResponseReturnValue:
    """The composer: a public reply or an internal note, as the browser of an agent sends it.

    ``agent`` (an e-mail; whoever is signed in, by default), ``text``, ``visibility`` (public;
    anything else is a note), ``status`` (unchanged, by default).
    """
    try:
        agent = _agent()
        public = request.form.get("visibility") == "public"
        update = Update(
            agent, "web", comment=NewComment(agent, _text(), public=public), fields=_status()
        )
        sandbox().desk.update(ticket_id, update)
    except ApiError as refusal:
        return _again(ticket_id, "composer", refusal)
    return _shown(ticket_id)


def write_as_customer(ticket_id: int) -> ResponseReturnValue:
    """The requester writes again: ``text``."""
    desk = sandbox().desk
    ticket = desk.ticket(ticket_id)
    customer = desk.user(ticket.requester_id)
    try:
        comment = NewComment(customer, _text(), public=True)
        update = Update(
            customer,
            ticket.channel,
            comment=comment,
            by_customer=True,
            source=_source(ticket.channel, customer),
        )
        desk.update(ticket_id, update)
    except ApiError as refusal:
        return _again(ticket_id, "customer", refusal)
    return _shown(ticket_id)


def set_status(ticket_id: int) -> ResponseReturnValue:
    """The composer's other button: ``status`` alone, nothing is written."""
    try:
        sandbox().desk.update(ticket_id, Update(_agent(), "web", fields=_status()))
    except ApiError as refusal:
        return _again(ticket_id, "composer", refusal)
    return _shown(ticket_id)


def change_tags(ticket_id: int) -> ResponseReturnValue:
    """Tags to ``add`` (with spaces or commas between them) and to ``remove``."""
    form = request.form
    try:
        edit = TagEdit(
            add=clean_tags(re.findall(r"[^\s,]+", form.get("add", ""))),
            remove=clean_tags(form.getlist("remove")),
        )
        sandbox().desk.update(ticket_id, Update(_agent(), "web", tags=edit))
    except ApiError as refusal:
        return _again(ticket_id, "tags", refusal)
    return _shown(ticket_id)


def write_in() -> ResponseReturnValue:
    """A customer opens a ticket: ``name``, ``email``, ``subject``, ``text``."""
    desk = sandbox().desk
    try:
        email, subject, text = _filled("email", "customer"), _filled("subject", "subject"), _text()
        customer = desk.customer(request.form.get("name", "").strip() or email, email)
        comment = NewComment(customer, text, public=True)
        source = _source("email", customer)
        first = Update(customer, "email", comment=comment, source=source)
        ticket_id = desk.open(Opening(subject, customer, first)).after.id
    except ApiError as refusal:
        return show_list(_sentence(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _shown(ticket_id)


def _agent() -> User:
    email = request.form.get("agent")
    return chosen_agent() if email is None else sandbox().desk.staff(email)


def _text() -> Written:
    text = _filled("text", "text").replace("\r\n", "\n")
    return written(text=text, markup=None)


def _filled(name: str, refused_as: str) -> str:
    value = request.form.get(name, "").strip()
    if not value:
        raise invalid(refused_as, "cannot be blank")
    return value


def _source(channel: str, customer: User) -> Source:
    return mail.source(channel, customer, (), subdomain=sandbox().config.subdomain)


def _status() -> dict[str, object]:
    status = request.form.get("status", "")
    return {"status": status} if status in STATUSES else {}


def _shown(ticket_id: int) -> ResponseReturnValue:
    return redirect(url_for("workspace.show_ticket", ticket_id=ticket_id), HTTPStatus.SEE_OTHER)


def _again(ticket_id: int, form: Form, refusal: ApiError) -> ResponseReturnValue:
    if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
        raise refusal
    page = show_ticket(ticket_id, Problem(form, _sentence(refusal)))
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _sentence(refusal: ApiError) -> str:
    details = refusal.body.get("details")
    field = next(iter(details), "") if isinstance(details, dict) else ""
    return f"That was not sent: {_WHY.get(field, 'the helpdesk refused it.')}"
