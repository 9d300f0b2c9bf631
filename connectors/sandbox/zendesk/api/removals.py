"""Deleting tickets and users, and redacting comments.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#delete-ticket
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/#redact-string-in-comment
https://developer.zendesk.com/api-reference/ticketing/users/users/#delete-user
What the events of these hold beside their type and subject is unconfirmed.
"""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.events import Event, event_about_ticket, event_about_user
from connectors.sandbox.zendesk.reading import json_body
from connectors.sandbox.zendesk.records import Ticket
from connectors.sandbox.zendesk.shapes import Json, comment_json, user_json
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_removals", __name__, url_prefix=PREFIX)


@blueprint.delete("tickets/<int:ticket_id>")
def delete_ticket(ticket_id: int) -> ResponseReturnValue:
    """Delete a ticket. For good is a second step in Zendesk, and the same here."""
    ticket = sandbox().desk.remove(ticket_id)
    _tell("soft_deleted", ticket, {})
    return "", HTTPStatus.NO_CONTENT


@blueprint.put("tickets/<int:ticket_id>/comments/<int:comment_id>/redact")
def redact(ticket_id: int, comment_id: int) -> ResponseReturnValue:
    """Black out words of a comment: ``{text}``."""
    text = json_body().need_text("text")
    ticket = sandbox().desk.redact(ticket_id, comment_id, text)
    _tell("comment_redacted", ticket, {"comment": {"id": str(comment_id)}})
    (comment,) = (one for one in ticket.comments if one.id == comment_id)
    return {"comment": comment_json(comment, request.host_url)}


@blueprint.delete("users/<int:user_id>")
def delete_user(user_id: int) -> ResponseReturnValue:
    """Delete a customer."""
    box = sandbox()
    user = box.desk.deactivate(user_id)
    _enqueue(event_about_user(user, account_id=box.config.account_id, ids=box.desk.ids))
    return {"user": user_json(user, request.host_url)}


def _tell(name: str, ticket: Ticket, part: Json) -> None:
    box = sandbox()
    _enqueue(
        event_about_ticket(
            name,
            ticket,
            caller().user,
            part,
            account_id=box.config.account_id,
            ids=box.desk.ids,
        )
    )


def _enqueue(event: Event) -> None:
    sandbox().deliveries.enqueue(event)
