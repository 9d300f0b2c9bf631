"""Messaging: a ticket that stands for a conversation, and what is said in it.

``/sandbox/conversations`` is the hand of the demo and the tests; the log is Zendesk's.
https://developer.zendesk.com/api-reference/ticketing/tickets/conversation_log/
The ticket's only comment is a private stub. That nothing of a ticket's comments is said in the
conversation is unconfirmed.
"""

from http import HTTPStatus
from operator import itemgetter

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.changes import NewComment, Update
from connectors.sandbox.zendesk.desk import Opening
from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.events import event_about_message
from connectors.sandbox.zendesk.markup import written
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.records import ChatMessage, Comment, Ticket, stamp
from connectors.sandbox.zendesk.shapes import Json
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_messaging", __name__)

CHANNEL = "native_messaging"
_BOT, _ZENDESK = -1, -1
_KINDS = ("user", "agent", "bot", "system")


@blueprint.post("/sandbox/conversations")
def begin() -> ResponseReturnValue:
    """A customer begins a conversation: ``{text, from: {name, email}, tags?}``."""
    body = json_body()
    desk = sandbox().desk
    given = body.need_object("from")
    email = given.need_text("email")
    customer = desk.customer(given.text("name") or email, email)
    title = f"Conversation with {customer.name}"
    stub = NewComment(customer, written(text=title, markup=None), public=False)
    change = desk.open(Opening(title, customer, Update(customer, CHANNEL, comment=stub)))
    desk.begin_chat(change.after.id)
    said = _say(change.after.id, "user", customer.id, customer.name, body.need_text("text"))
    return {"ticket_id": change.after.id, "message_id": said.id}, HTTPStatus.CREATED


@blueprint.post("/sandbox/conversations/<int:ticket_id>")
def say(ticket_id: int) -> ResponseReturnValue:
    """Somebody says something: ``{text, as: user|agent|bot|system, agent?}``."""
    body = json_body()
    desk = sandbox().desk
    kind = body.one_of("as", _KINDS) or "user"
    author_id, name = _speaker(body, kind, desk.ticket(ticket_id))
    said = _say(ticket_id, kind, author_id, name, body.need_text("text"))
    return {"ticket_id": ticket_id, "message_id": said.id}, HTTPStatus.CREATED


@blueprint.get(f"{PREFIX}tickets/<int:ticket_id>/conversation_log")
def list_log(ticket_id: int) -> ResponseReturnValue:
    """Comments and chat messages, oldest first."""
    ticket = sandbox().desk.ticket(ticket_id)
    events = [
        *((int(said.id, 16), _said_json(said)) for said in ticket.chat or ()),
        *((one.id, _comment_json(one)) for one in ticket.comments),
    ]
    page = paged(sorted(events, key=itemgetter(0)), key=itemgetter(0))
    return {"events": [event for _, event in page.items], **page.envelope}


def _speaker(body: Body, kind: str, ticket: Ticket) -> tuple[int, str]:
    desk = sandbox().desk
    if kind == "user":
        customer = desk.user(ticket.requester_id)
        return customer.id, customer.name
    if kind == "agent":
        agent = desk.staff(body.text("agent"))
        return agent.id, agent.name
    return (_BOT, "Helper") if kind == "bot" else (_ZENDESK, "Zendesk")


def _say(ticket_id: int, kind: str, author_id: int, name: str, text: str) -> ChatMessage:
    if not text.strip():
        raise invalid("text", "cannot be blank")
    box = sandbox()
    number = box.desk.ids.number("event")
    said = ChatMessage(
        id=f"{number:024x}",
        event_id=box.desk.ids.ulid(),
        kind=kind,
        author_id=author_id,
        name=name,
        text=text,
        created_at=box.desk.now(),
    )
    ticket = box.desk.say(ticket_id, said)
    account_id = box.config.account_id
    event = event_about_message(ticket, said, account_id=account_id, ids=box.desk.ids)
    box.deliveries.enqueue(event)
    return said


def _said_json(said: ChatMessage) -> Json:
    return {
        "attachments": [],
        "author": {
            "display_name": said.name,
            "type": said.kind,
            "zen:support:user_id": said.author_id,
            "zen:sunco:user_id": f"{abs(said.author_id):024x}",
        },
        "content": {"text": said.text, "type": "text"},
        "created_at": stamp(said.created_at),
        "id": said.event_id,
        "metadata": {"custom": {}, "system": {}, "ticket_version": 0},
        "received_at": f"{said.created_at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "reference": f"zen:sunco:conversation_message:{said.id}",
        "source": {"type": "zd:answerBot" if said.kind == "bot" else "web"},
        "type": "Messaging::ConversationMessage",
    }


def _comment_json(comment: Comment) -> Json:
    desk = sandbox().desk
    author = desk.user(comment.author_id)
    return {
        "attachments": [],
        "author": {
            "display_name": author.name,
            "type": "agent" if author.is_staff else "user",
            "zen:support:user_id": author.id,
        },
        "content": {"body": comment.html_body, "type": "html"},
        "created_at": stamp(comment.created_at),
        "id": f"01{comment.id:024d}",
        "metadata": {"custom": {}, "public": comment.public, "system": {}, "ticket_version": 0},
        "reference": f"zen:ticket_event:{comment.id}",
        "type": "Comment",
    }
