"""Comments and audits of a ticket.

https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/
"""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.errors import bad_request
from connectors.sandbox.zendesk.events import event_about_ticket
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.shapes import Json, audit_json, comment_json, user_json
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_comments", __name__, url_prefix=PREFIX + "tickets/<int:ticket_id>")

_SORTS = ("created_at", "-created_at")


@blueprint.get("/comments")
def list_comments(ticket_id: int) -> ResponseReturnValue:
    """Messages and notes, oldest first unless ``sort=-created_at``."""
    sort = request.args.get("sort", "created_at")
    if sort not in _SORTS:
        raise bad_request(f"sort: expected one of {', '.join(_SORTS)}")
    ticket = sandbox().desk.ticket(ticket_id)
    page = paged(ticket.comments, key=lambda comment: comment.id, descending=sort.startswith("-"))
    answer: Json = {"comments": [comment_json(comment, request.host_url) for comment in page.items]}
    if "users" in request.args.get("include", "").split(","):
        answer["users"] = _users(comment.author_id for comment in page.items)
    return answer | page.envelope


@blueprint.put("/comments/<int:comment_id>/make_private")
def make_private(ticket_id: int, comment_id: int) -> ResponseReturnValue:
    """Turn a public comment into a note. What its event holds is unconfirmed."""
    box = sandbox()
    ticket = box.desk.make_private(ticket_id, comment_id)
    part = {"comment": {"id": str(comment_id)}}
    event = event_about_ticket(
        "comment_made_private",
        ticket,
        caller().user,
        part,
        account_id=box.config.account_id,
        ids=box.desk.ids,
    )
    box.deliveries.enqueue(event)
    return "", HTTPStatus.OK


@blueprint.get("/audits")
def list_audits(ticket_id: int) -> ResponseReturnValue:
    """All updates, oldest first."""
    ticket = sandbox().desk.ticket(ticket_id)
    page = paged(ticket.audits, key=lambda audit: audit.id)
    return {"audits": [audit_json(audit) for audit in page.items], **page.envelope}


def _users(ids: Iterable[int]) -> list[Json]:
    desk = sandbox().desk
    return [user_json(desk.user(user_id), request.host_url) for user_id in dict.fromkeys(ids)]
