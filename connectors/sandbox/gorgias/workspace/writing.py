"""What the pages' forms do. What is refused comes back with a sentence, and with what was typed."""

import re
from http import HTTPStatus

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias import saying
from connectors.sandbox.gorgias.errors import ApiError, invalid
from connectors.sandbox.gorgias.macro_control import send
from connectors.sandbox.gorgias.records import STATUSES, Message, Person
from connectors.sandbox.gorgias.wiring import sandbox
from connectors.sandbox.gorgias.workspace.conversation import Form, Problem, show_ticket
from connectors.sandbox.gorgias.workspace.seats import chosen_agent
from connectors.sandbox.gorgias.workspace.ticket_list import show_list

# By the field that a refusal names.
_WHY = {
    "agent": "that agent is not here any more.",
    "customer": "the e-mail address is empty.",
    "email": "that address belongs to an agent.",
    "macro": "no macro is chosen.",
    "status": "that is no status.",
    "subject": "the subject is empty.",
    "text": "the text is empty.",
}


def write_as_agent(ticket_id: int) -> ResponseReturnValue:
    """The composer: a public reply or an internal note, as the browser of an agent sends it.

    ``agent`` (an e-mail; whoever is signed in, by default), ``text``, ``visibility`` (public;
    anything else is a note), ``status`` (unchanged, by default).
    """
    desk = sandbox().desk
    try:
        agent, text, status = _agent(), _filled("text", "text"), _status()
        with desk.lock:
            ticket = desk.ticket(ticket_id)
            if request.form.get("visibility") == "public":
                message = saying.reply(desk, ticket, agent, text)
            else:
                message = saying.note(agent, text)
            desk.say(ticket_id, message, actor=agent, fields=status)
    except ApiError as refusal:
        return _again(ticket_id, "composer", refusal)
    return _shown(ticket_id)


def write_as_customer(ticket_id: int) -> ResponseReturnValue:
    """The customer writes again: ``text``."""
    desk = sandbox().desk
    try:
        text = _filled("text", "text")
        with desk.lock:
            ticket = desk.ticket(ticket_id)
            customer = desk.people.customer(ticket.customer_id)
            desk.say(ticket_id, _said(customer, ticket.channel, text), actor=customer)
    except ApiError as refusal:
        return _again(ticket_id, "customer", refusal)
    return _shown(ticket_id)


def send_macro(ticket_id: int) -> ResponseReturnValue:
    """The chosen ``macro`` is applied, and what it wrote is sent as ``visibility`` says."""
    try:
        chosen = request.form.get("macro", type=int)
        if chosen is None:
            raise invalid("macro", "missing")
        public = request.form.get("visibility") == "public"
        send(ticket_id, chosen, _agent(), public=public)
    except ApiError as refusal:
        return _again(ticket_id, "composer", refusal)
    return _shown(ticket_id)


def set_status(ticket_id: int) -> ResponseReturnValue:
    """A button of the composer: nothing is written, ``set`` is the status."""
    if request.form.get("set") in STATUSES:
        status = {"status": request.form["set"]}
        sandbox().desk.update(ticket_id, status, actor=chosen_agent())
    return _shown(ticket_id)


def change_tags(ticket_id: int) -> ResponseReturnValue:
    """Tags to ``add`` (with commas between them) and to ``remove``."""
    desk, form = sandbox().desk, request.form
    with desk.lock:
        known = desk.ticket(ticket_id).tags
        added = [one.strip() for one in re.split(",", form.get("add", "")) if one.strip()]
        kept = [one for one in known if one not in form.getlist("remove")]
        tags = desk.tags.names((), (*kept, *added), desk.now())
        desk.update(ticket_id, {"tags": tags}, actor=chosen_agent())
    return _shown(ticket_id)


def write_in() -> ResponseReturnValue:
    """A customer opens a ticket: ``name``, ``email``, ``subject``, ``text``."""
    desk = sandbox().desk
    try:
        email, subject = _filled("email", "customer"), _filled("subject", "subject")
        text = _filled("text", "text")
        customer = desk.people.welcome(request.form.get("name", "").strip() or email, email)
        message = _said(customer, "email", text)
        opened = desk.open(message, customer=customer, actor=customer, fields={"subject": subject})
    except ApiError as refusal:
        return show_list(_sentence(refusal)), HTTPStatus.BAD_REQUEST
    return _shown(opened.after.id)


def _said(customer: Person, channel: str, text: str) -> Message:
    domain = sandbox().config.domain
    return saying.from_customer(customer, channel=channel, text=text, markup=None, domain=domain)


def _agent() -> Person:
    email = request.form.get("agent")
    return chosen_agent() if email is None else sandbox().desk.people.staff(email)


def _filled(name: str, refused_as: str) -> str:
    value = request.form.get(name, "").strip().replace("\r\n", "\n")
    if not value:
        raise invalid(refused_as, "missing")
    return value


def _status() -> dict[str, str]:
    status = request.form.get("status", "")
    return {"status": status} if status in STATUSES else {}


def _shown(ticket_id: int) -> ResponseReturnValue:
    return redirect(url_for("workspace.show_ticket", ticket_id=ticket_id), HTTPStatus.SEE_OTHER)


def _again(ticket_id: int, form: Form, refusal: ApiError) -> ResponseReturnValue:
    if refusal.status != HTTPStatus.BAD_REQUEST:
        raise refusal
    page = show_ticket(ticket_id, Problem(form, _sentence(refusal)))
    return page, HTTPStatus.BAD_REQUEST


def _sentence(refusal: ApiError) -> str:
    field = next(iter(refusal.data or {}), "")
    return f"That was not sent: {_WHY.get(field, 'the helpdesk refused it.')}"
