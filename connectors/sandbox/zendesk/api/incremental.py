"""Exports of what changed: ticket events by time, tickets by cursor.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
Admins only; the last minute is left out. What stands beside a comment among ``child_events`` is not
documented, nor is how a start time is refused that is too recent.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.errors import ApiError, bad_request, forbidden
from connectors.sandbox.zendesk.records import Audit, Ticket, stamp
from connectors.sandbox.zendesk.shapes import Json, comment_json, ticket_json
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_incremental", __name__, url_prefix=PREFIX + "incremental")

_LAG_SECONDS = 60
_LARGEST_PAGE = 1000
_COMMENTS = "comment_events"


@dataclass(frozen=True, slots=True)
class _Changed:
    """A ticket as it stands, and when it last changed."""

    ticket: Ticket
    at: int
    deleted: bool


@blueprint.before_request
def _admins_only() -> None:
    if caller().user.role != "admin":
        raise forbidden("exports are for admins")


@blueprint.get("/ticket_events")
def ticket_events() -> ResponseReturnValue:
    """Updates since ``start_time``, oldest first. A page that is not the last ends at its last."""
    since = _start_time()
    with_comments = _COMMENTS in request.args.get("include", "").split(",")
    found = sorted(
        (
            (int(audit.created_at.timestamp()), audit.id, ticket, audit)
            for ticket in (*sandbox().desk.tickets(), *(t for t, _ in sandbox().desk.removed()))
            for audit in ticket.audits
        ),
        key=lambda one: one[:2],
    )
    found = [one for one in found if since <= one[0] <= _until()]
    shown = found[: _page_size()]
    end = shown[-1][0] if shown else None
    url = f"{request.base_url}.json?start_time={end}"
    return {
        "ticket_events": [
            _event(ticket, audit, with_comments=with_comments) for _, _, ticket, audit in shown
        ],
        "count": len(shown),
        "end_time": end,
        "next_page": None if end is None else url,
        "end_of_stream": len(shown) == len(found),
    }


@blueprint.get("/tickets/cursor")
def tickets() -> ResponseReturnValue:
    """Tickets that changed since ``start_time`` or ``cursor``, deleted ones too, oldest first."""
    cursor = request.args.get("cursor")
    after = (_start_time(), 0) if cursor is None else _decode(cursor)
    changed = sorted(_changed(), key=lambda one: (one.at, one.ticket.id))
    found = [one for one in changed if (one.at, one.ticket.id) > after and one.at <= _until()]
    shown = found[: _page_size()]
    at = (shown[-1].at, shown[-1].ticket.id) if shown else after
    url = f"{request.base_url}.json?cursor={_encode(*at)}"
    return {
        "tickets": [_ticket(one) for one in shown],
        "after_url": url,
        "after_cursor": _encode(*at),
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": len(shown) == len(found),
    }


def _page_size() -> int:
    text = request.args.get("per_page", "1000")
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= _LARGEST_PAGE:
        raise bad_request(f"per_page: expected a number from 1 to {_LARGEST_PAGE}")
    return min(int(text), sandbox().config.export_page)


def _until() -> int:
    return int(sandbox().desk.now().timestamp()) - _LAG_SECONDS


def _start_time() -> int:
    text = request.args.get("start_time", "")
    if not (text.isascii() and text.isdigit()):
        raise bad_request("start_time: expected a Unix time")
    if int(text) > _until():
        words = f"Too recent start_time. Use a start_time older than {_LAG_SECONDS} seconds"
        refusal = {"error": "InvalidValue", "description": words}
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, refusal)
    return int(text)


def _event(ticket: Ticket, audit: Audit, *, with_comments: bool) -> Json:
    at = int(audit.created_at.timestamp())
    return {
        "id": audit.id,
        "ticket_id": ticket.id,
        "timestamp": at,
        "created_at": stamp(audit.created_at),
        "updater_id": audit.author_id,
        "via": audit.channel.capitalize(),
        "system": {},
        "metadata": {},
        "event_type": "Audit",
        "child_events": list(_children(ticket, audit, with_comments=with_comments)),
    }


def _children(ticket: Ticket, audit: Audit, *, with_comments: bool) -> Iterator[Json]:
    for event in audit.events:
        kind = str(event["type"])
        if kind != "Comment":
            name = str(event["field_name"])
            changed: Json = {"id": event["id"], "event_type": kind, name: event["value"]}
            if "previous_value" in event:
                changed["previous_value"] = event["previous_value"]
            yield changed
        elif not with_comments:
            yield {
                "id": event["id"],
                "event_type": kind,
                "comment_present": True,
                "comment_public": event["public"],
            }
        else:
            # As it is now: one that was made private since, or redacted, shows it.
            (comment,) = (one for one in ticket.comments if one.id == event["id"])
            shape = comment_json(comment, request.host_url)
            yield {**shape, "via_reference_id": None, "event_type": kind}


def _changed() -> Iterator[_Changed]:
    desk = sandbox().desk
    for ticket in desk.tickets():
        yield _Changed(ticket, int(ticket.updated_at.timestamp()), deleted=False)
    for ticket, at in desk.removed():
        yield _Changed(ticket, int(at.timestamp()), deleted=True)


def _ticket(one: _Changed) -> Json:
    shape = ticket_json(one.ticket, request.host_url)
    status = {"status": "deleted"} if one.deleted else {}
    return {**shape, **status, "generated_timestamp": one.at}


def _encode(at: int, ticket_id: int) -> str:
    return base64.urlsafe_b64encode(f"{at}.0||{ticket_id}".encode()).decode()


def _decode(cursor: str) -> tuple[int, int]:
    try:
        at, _, number = base64.urlsafe_b64decode(cursor).decode().partition("||")
        return int(float(at)), int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise bad_request("cursor: not one of ours") from None
