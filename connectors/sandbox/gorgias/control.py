"""The hand of the demo and the tests: customers, agents, rules and the AI Agent who act.

``/sandbox/*`` is no part of Gorgias and asks for no credentials.
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias import saying
from connectors.sandbox.gorgias.api.reading import Fields, body, flag, number, one_of, schema, text
from connectors.sandbox.gorgias.errors import bad_request, invalid
from connectors.sandbox.gorgias.happenings import UNSNOOZED
from connectors.sandbox.gorgias.merging import merge
from connectors.sandbox.gorgias.records import (
    CHANNELS,
    NOTE,
    STATUSES,
    Change,
    Json,
    Message,
    Person,
)
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_control", __name__, url_prefix="/sandbox/tickets")

_PERSON = schema({"email": text(required=True), "name": text()})
_FILE = schema({"file_name": text(required=True), "content_type": text(), "size": number()})
_NAMES = fields.List(fields.String(), allow_none=True)
_FROM_CUSTOMER = {
    "text": text(),
    "html": text(),
    "channel": one_of(CHANNELS),
    "attachments": fields.List(fields.Nested(_FILE), allow_none=True),
    "cc": fields.List(fields.Nested(_PERSON), allow_none=True),
}
_OPENING = schema(
    {
        **_FROM_CUSTOMER,
        "subject": text(required=True),
        "from": fields.Nested(_PERSON, required=True),
        "tags": _NAMES,
    }
)
_WRITING_AGAIN = schema({**_FROM_CUSTOMER, "from": fields.Nested(_PERSON, allow_none=True)})
_BY_AGENT = schema(
    {
        "agent": text(required=True),
        "text": text(required=True),
        "public": flag(required=True),
        "via": text(),
        "signature": text(),
        "status": fields.String(allow_none=True),
    }
)
_BY_RULE = schema({"text": text(required=True), "rule_id": number(), "public": flag()})
_TAGGING = schema({"add": _NAMES, "remove": _NAMES, "agent": text()})
_ASSIGNMENT = schema({"team": text(), "to": text(), "agent": text()})
_MERGE = schema({"into": fields.Integer(required=True), "agent": text(), "gone": flag()})
_FLAGS = schema({"trashed": flag(), "spam": flag(), "status": one_of(STATUSES), "agent": text()})
# The rule that wrote, where none is named.
_SOME_RULE = 4_001


@blueprint.post("")
def open_ticket() -> ResponseReturnValue:
    """A customer opens a ticket.

    ``{subject, text|html, from: {name, email}, tags?, channel?, attachments?, cc?}``
    """
    given = body(_OPENING, doing="open ticket")
    desk = sandbox().desk
    channel = given.get("channel") or "email"
    with desk.lock:
        customer = _welcome(given["from"])
        meta: Json = {}
        if channel == saying.CHAT:
            customer, meta = saying.begin_chat(desk, customer)
        tags = desk.tags.names((), given.get("tags") or (), desk.now())
        chosen = {"subject": given["subject"], "tags": tags, "meta": meta}
        message = _from_customer(given, customer, channel)
        change = desk.open(message, customer=customer, actor=customer, fields=chosen)
    return _receipt(change), HTTPStatus.CREATED


@blueprint.post("/<int:ticket_id>/messages")
def customer_writes(ticket_id: int) -> ResponseReturnValue:
    """The customer writes again: ``{text|html, from?, channel?, attachments?, cc?}``."""
    given = body(_WRITING_AGAIN, doing="write again")
    desk = sandbox().desk
    with desk.lock:
        ticket = desk.ticket(ticket_id)
        named = given.get("from")
        customer = _welcome(named) if named else desk.people.customer(ticket.customer_id)
        message = _from_customer(given, customer, given.get("channel") or ticket.channel)
        change = desk.say(ticket_id, message, actor=customer)
    return _receipt(change), HTTPStatus.CREATED


@blueprint.post("/<int:ticket_id>/agent")
def agent_writes(ticket_id: int) -> ResponseReturnValue:
    """An agent writes in the browser: ``{agent, text, public, status?, signature?, via?}``."""
    given = body(_BY_AGENT, doing="write as agent")
    desk = sandbox().desk
    if given.get("status") not in {None, *STATUSES}:
        raise invalid("status", "Not a valid choice.")
    status = {} if given.get("status") is None else {"status": given["status"]}
    via = given.get("via") or "helpdesk"
    with desk.lock:
        agent, ticket = desk.people.staff(given["agent"]), desk.ticket(ticket_id)
        if given["public"]:
            signature = given.get("signature") or ""
            message = saying.reply(desk, ticket, agent, given["text"], via=via, signature=signature)
        else:
            message = saying.note(agent, given["text"], via=via)
        change = desk.say(ticket_id, message, actor=agent, fields=status)
    return _receipt(change), HTTPStatus.CREATED


@blueprint.post("/<int:ticket_id>/rule")
def rule_writes(ticket_id: int) -> ResponseReturnValue:
    """A rule answers: ``{text, rule_id?, public?}``. Its sender is the first seat."""
    given = body(_BY_RULE, doing="write as rule")
    desk = sandbox().desk
    rule_id = given.get("rule_id") or _SOME_RULE
    with desk.lock:
        sender, ticket = desk.people.staff(None), desk.ticket(ticket_id)
        if given.get("public", True):
            message = saying.reply(desk, ticket, sender, given["text"], via="rule", rule_id=rule_id)
        else:
            message = saying.note(sender, given["text"], via="rule", rule_id=rule_id)
        change = desk.say(ticket_id, message, actor=None)
    return _receipt(change), HTTPStatus.CREATED


@blueprint.post("/<int:ticket_id>/tags")
def change_tags(ticket_id: int) -> ResponseReturnValue:
    """An agent changes tags by hand: ``{add?, remove?, agent?}``."""
    given = body(_TAGGING, doing="change tags")
    desk = sandbox().desk
    with desk.lock:
        agent, known = desk.people.staff(given.get("agent")), desk.ticket(ticket_id).tags
        added = desk.tags.names((), given.get("add") or (), desk.now())
        taken = given.get("remove") or ()
        tags = tuple(one for one in dict.fromkeys((*known, *added)) if one not in taken)
        after = desk.update(ticket_id, {"tags": tags}, actor=agent).after
    return {"ticket_id": ticket_id, "tags": list(after.tags)}


@blueprint.put("/<int:ticket_id>/assignment")
def assign(ticket_id: int) -> ResponseReturnValue:
    """An agent gives the ticket to a team or to somebody: ``{team?, to?, agent?}``.

    ``team`` is a team's name, ``to`` a seat's e-mail.
    """
    given = body(_ASSIGNMENT, doing="assign")
    people = sandbox().desk.people
    chosen: dict[str, int] = {}
    if given.get("team") is not None:
        found = [one.id for one in people.teams() if one.name == given["team"]]
        if not found:
            raise invalid("team", f"There is no team {given['team']}.")
        chosen["assignee_team_id"] = found[0]
    if given.get("to") is not None:
        chosen["assignee_user_id"] = people.staff(given["to"]).id
    agent = people.staff(given.get("agent"))
    after = sandbox().desk.update(ticket_id, chosen, actor=agent).after
    return {"ticket_id": ticket_id, "user": after.assignee_user_id, "team": after.assignee_team_id}


@blueprint.put("/<int:ticket_id>/status")
def set_state(ticket_id: int) -> ResponseReturnValue:
    """An agent closes or opens it, moves it to the trash, marks it as spam, or takes that back.

    ``{status?, trashed?, spam?, agent?}``
    """
    given = body(_FLAGS, doing="change ticket")
    desk = sandbox().desk
    chosen: Json = {name: given[name] for name in ("status", "spam") if name in given}
    if "trashed" in given:
        chosen["trashed_at"] = desk.now() if given["trashed"] else None
    agent = desk.people.staff(given.get("agent"))
    after = desk.update(ticket_id, chosen, actor=agent).after
    return {"ticket_id": after.id, "status": after.status, "spam": after.spam}


@blueprint.post("/<int:ticket_id>/unsnooze")
def unsnooze(ticket_id: int) -> ResponseReturnValue:
    """The snooze of a ticket is over: it opens again."""
    fields_ = {"snooze_at": None, "status": "open"}
    sandbox().desk.update(ticket_id, fields_, actor=None, happened=(UNSNOOZED,))
    return "", HTTPStatus.NO_CONTENT


@blueprint.post("/<int:ticket_id>/merge")
def merge_ticket(ticket_id: int) -> ResponseReturnValue:
    """An agent merges the ticket into another: ``{into, agent?, gone?}``.

    ``gone`` deletes it, else it goes to the trash: what Gorgias does is unconfirmed.
    """
    given = body(_MERGE, doing="merge tickets")
    desk = sandbox().desk
    if given["into"] == ticket_id:
        raise bad_request("A ticket cannot be merged into itself.")
    agent = desk.people.staff(given.get("agent"))
    merge(desk, ticket_id, into=given["into"], agent=agent, gone=given.get("gone", False))
    return {"ticket_id": ticket_id, "into": given["into"]}


def _from_customer(given: Fields, customer: Person, channel: str) -> Message:
    if channel == NOTE:
        raise invalid("channel", "Customers write no notes.")
    if given.get("text") is None and given.get("html") is None:
        raise invalid("text", "text or html is needed, though it may be empty.")
    files = [_file(one) for one in given.get("attachments") or ()]
    copies = [_welcome(one) for one in given.get("cc") or ()]
    return saying.from_customer(
        customer,
        channel=channel,
        text=given.get("text"),
        markup=given.get("html"),
        domain=sandbox().config.domain,
        copies=copies,
        files=files,
    )


def _file(given: Fields) -> Json:
    name = given["file_name"]
    kind = given.get("content_type") or "application/octet-stream"
    url = f"https://uploads.{sandbox().config.domain}.example/{name}"
    size = given.get("size") or 0
    return {"url": url, "name": name, "content_type": kind, "size": size, "public": False}


def _welcome(given: Fields) -> Person:
    name = given.get("name") or given["email"]
    return sandbox().desk.people.welcome(name, given["email"])


def _receipt(change: Change) -> Json:
    message = change.message
    return {"ticket_id": change.after.id, "message_id": None if message is None else message.id}
