"""Gorgias's own AI Agent, as its tags and its answers show it.

https://docs.gorgias.com, "AI Agent tags": ``ai_processing`` while it thinks, then one of the
others; ``ai_ignore`` stops it.
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias import saying
from connectors.sandbox.gorgias.api.reading import body, one_of, schema, text
from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.records import Json, Person
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_ai_agent", __name__, url_prefix="/sandbox/tickets")

_IGNORE = "ai_ignore"
STEPS = ("processing", "answered", "snooze", "close", "handover")
_STEP = schema({"step": one_of(STEPS, required=True), "text": text()})


@blueprint.post("/<int:ticket_id>/ai-agent")
def take_step(ticket_id: int) -> ResponseReturnValue:
    """It takes a ticket up, answers it, or hands it over: ``{step, text?}``.

    With a text it answers the customer first. A ticket with ``ai_ignore`` it leaves: 409.
    """
    given = body(_STEP, doing="let the AI Agent work")
    desk = sandbox().desk
    with desk.lock:
        bot, ticket = _bot(desk), desk.ticket(ticket_id)
        if _IGNORE in ticket.tags:
            return {"ignored": True}, HTTPStatus.CONFLICT
        message_id = None
        if given.get("text"):
            answer = saying.by_ai_agent(saying.reply(desk, ticket, bot, given["text"], via="api"))
            message_id = desk.say(ticket_id, answer, actor=bot).after.messages[-1].id
        after = desk.update(ticket_id, _after(desk, ticket_id, given["step"]), actor=bot).after
    return {"ticket_id": ticket_id, "message_id": message_id, "tags": list(after.tags)}


def _after(desk: Desk, ticket_id: int, step: str) -> Json:
    stages = {f"ai_{name}" for name in STEPS}
    kept = [tag for tag in desk.ticket(ticket_id).tags if tag not in stages]
    named = desk.tags.names((), (*kept, f"ai_{step}"), desk.now())
    return {"tags": named, **({"status": "closed"} if step == "close" else {})}


def _bot(desk: Desk) -> Person:
    found = next((seat for seat in desk.people.seats() if seat.role == "bot"), None)
    if found is None:
        raise bad_request("No seat has the role bot: the account has no AI Agent.")
    return found
