"""A look at what the sandbox knows, past the API and its budget."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias.shapes import ticket_json, user_json
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_truth", __name__, url_prefix="/sandbox")


@blueprint.get("/tickets/<int:ticket_id>")
def show_ticket(ticket_id: int) -> ResponseReturnValue:
    """A ticket with everything said on it, as the API gives it."""
    return ticket_json(sandbox().desk.ticket(ticket_id), sandbox().desk)


@blueprint.get("/tickets/<int:ticket_id>/sidebar")
def show_sidebar(ticket_id: int) -> ResponseReturnValue:
    """What the widgets show beside a ticket."""
    return {"cards": sandbox().sidebar.beside(ticket_id)}


@blueprint.get("/users")
def show_users() -> ResponseReturnValue:
    """Everybody with a seat."""
    return {"data": [user_json(one) for one in sandbox().desk.people.seats()]}


@blueprint.get("/log")
def show_log() -> ResponseReturnValue:
    """What really happened, what customers got, and which calls met a fault."""
    box = sandbox()
    rates = {"key": box.key_calls.report(), "oauth": box.oauth_calls.report()}
    return {
        **box.ledger.report(),
        "faults": box.faults.log(),
        "webhook_faults": box.webhook_faults.log(),
        "rates": rates,
    }


@blueprint.get("/idle")
def show_idle() -> ResponseReturnValue:
    """How many messages and calls are still on their way."""
    box = sandbox()
    messages, calls = box.mailroom.pending(), box.deliveries.pending()
    return {"pending_messages": messages, "pending_deliveries": calls}
