"""Tickets.

Source: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
"""

import json
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.api.ticket_input import KNOWN_KEYS, ticket_opening, ticket_update
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.records import Change
from connectors.sandbox.zendesk.shapes import audit_json, ticket_json
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_tickets", __name__, url_prefix=PREFIX + "tickets")


@blueprint.get("")
def list_tickets() -> ResponseReturnValue:
    """All tickets, by id."""
    page = paged(sandbox().desk.tickets(), key=lambda ticket: ticket.id)
    shown = [ticket_json(ticket, request.host_url) for ticket in page.items]
    return {"tickets": shown, **page.envelope}


@blueprint.post("")
def create_ticket() -> ResponseReturnValue:
    """Open a ticket, for its requester."""
    body = json_body().need_object("ticket")
    desk = sandbox().desk
    with desk.lock:
        change = desk.open(ticket_opening(desk, caller().user, body))
    response = _answer(change, body)
    response.status_code = HTTPStatus.CREATED
    return response


@blueprint.get("/<int:ticket_id>")
def show_ticket(ticket_id: int) -> ResponseReturnValue:
    """One ticket."""
    return {"ticket": ticket_json(sandbox().desk.ticket(ticket_id), request.host_url)}


@blueprint.put("/<int:ticket_id>")
def update_ticket(ticket_id: int) -> ResponseReturnValue:
    """Change a ticket: one call, one update, one audit."""
    body = json_body().need_object("ticket")
    desk = sandbox().desk
    with desk.lock:
        desk.ticket(ticket_id)
        change = desk.update(ticket_id, ticket_update(desk, caller().user, body))
    return _answer(change, body)


def _answer(change: Change, body: Body) -> Response:
    response = jsonify(
        ticket=ticket_json(change.after, request.host_url), audit=audit_json(change.audit)
    )
    ignored = sorted(body.fields.keys() - KNOWN_KEYS)
    if ignored:
        # The header exists in recorded responses; its wording is unconfirmed.
        response.headers["x-zendesk-api-warn"] = (
            f"Removed restricted keys {json.dumps(ignored)} from parameters"
        )
    return response
