"""``/sandbox/tickets/{id}/macro``: an agent applies a macro and sends what it wrote.

Of actions, ``addTags`` and ``setResponseText`` are known; ``setStatus`` and ``addInternalNote`` are
named as the editor names them, which is unconfirmed. Others do nothing here.
"""

from http import HTTPStatus
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias import saying
from connectors.sandbox.gorgias.api.reading import body, flag, schema, text
from connectors.sandbox.gorgias.api.shelves import MACROS, shelf
from connectors.sandbox.gorgias.records import STATUSES, Json, Message, Person, Ticket
from connectors.sandbox.gorgias.shapes import person_json, ticket_json
from connectors.sandbox.gorgias.wiring import sandbox
from connectors.sandbox.markup import plain_text

blueprint = Blueprint("gorgias_macro", __name__, url_prefix="/sandbox/tickets")

_APPLYING = schema(
    {"macro_id": fields.Integer(required=True), "agent": text(required=True), "public": flag()}
)


@blueprint.post("/<int:ticket_id>/macro")
def apply_macro(ticket_id: int) -> ResponseReturnValue:
    """Apply a macro: ``{macro_id, agent, public?}``. Its text is a reply, or a note."""
    given = body(_APPLYING, doing="apply macro")
    agent = sandbox().desk.people.staff(given["agent"])
    made = send(ticket_id, given["macro_id"], agent, public=given.get("public", True))
    return {"ticket_id": ticket_id, "message_ids": made}, HTTPStatus.CREATED


def send(ticket_id: int, macro_id: int, agent: Person, *, public: bool) -> list[int]:
    """Apply a macro and send what it wrote. Returns the messages' ids.

    Raises:
        ApiError: 404, there is no such ticket or macro.
    """
    desk = sandbox().desk
    with desk.lock:
        ticket, actions = desk.ticket(ticket_id), shelf(MACROS).get(macro_id)["actions"]
        written = [_message(action, ticket, agent, public=public) for action in actions]
        said = [desk.say(ticket_id, one, actor=agent).message for one in written if one]
        changed = _changed(actions, ticket)
        if changed:
            desk.update(ticket_id, changed, actor=agent)
    return [one.id for one in said if one is not None]


def _message(action: Json, ticket: Ticket, agent: Person, *, public: bool) -> Message | None:
    name, told = action["name"], action.get("arguments") or {}
    if name not in {"setResponseText", "addInternalNote"}:
        return None
    box = sandbox()
    wanted = str(told.get("body_text") or plain_text(str(told.get("body_html") or "")))
    context = {"ticket": ticket_json(ticket, box.desk), "current_user": person_json(agent)}
    rendered = box.templates.text(wanted, context)
    if name == "addInternalNote" or not public:
        return saying.note(agent, rendered)
    return saying.reply(box.desk, ticket, agent, rendered)


def _changed(actions: list[Json], ticket: Ticket) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    desk = sandbox().desk
    for action in actions:
        told = action.get("arguments") or {}
        if action["name"] == "addTags":
            named = [one.strip() for one in str(told.get("tags") or "").split(",") if one.strip()]
            before = changed.get("tags", ticket.tags)
            changed["tags"] = desk.tags.names((), (*before, *named), desk.now())
        if action["name"] == "setStatus" and told.get("status") in STATUSES:
            changed["status"] = told["status"]
    return changed
