"""``/sandbox/integrations/{id}/calls``: the log that the helpdesk shows beside an integration."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias.api.reading import body, one_of, schema
from connectors.sandbox.gorgias.happenings import TRIGGERS
from connectors.sandbox.gorgias.integrations import call_json
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_calls", __name__, url_prefix="/sandbox")
_FIRE = schema({"trigger": one_of(TRIGGERS, required=True)})


@blueprint.get("/integrations/<int:integration_id>/calls")
def show_calls(integration_id: int) -> ResponseReturnValue:
    """What was sent to an integration, the oldest first."""
    found = sandbox().integrations.calls(integration_id)
    return {"calls": [call_json(one) for one in found]}


@blueprint.post("/tickets/<int:ticket_id>/trigger")
def fire(ticket_id: int) -> ResponseReturnValue:
    """A trigger fires by itself, such as a hand-over without its tag: ``{trigger}``."""
    given = body(_FIRE, doing="fire a trigger")
    box = sandbox()
    with box.desk.lock:
        box.deliveries.fire(given["trigger"], box.desk.ticket(ticket_id).id, None)
    return "", HTTPStatus.NO_CONTENT
