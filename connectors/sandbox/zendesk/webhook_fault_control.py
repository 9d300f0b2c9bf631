"""``/sandbox/webhook-faults``: arm, look at, disarm; ``/flush`` sends what is held back."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.faults.control import refused
from connectors.sandbox.faults.reading import FaultFormatError
from connectors.sandbox.zendesk.webhook_faults import read_webhook_fault
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_webhook_faults", __name__, url_prefix="/sandbox/webhook-faults")
blueprint.register_error_handler(FaultFormatError, refused)


@blueprint.post("")
def arm() -> ResponseReturnValue:
    """Arm one more fault."""
    fault = read_webhook_fault(request.get_json(silent=True))
    return sandbox().webhook_faults.arm(fault), HTTPStatus.CREATED


@blueprint.get("")
def show() -> ResponseReturnValue:
    """What is armed, how often each fired, and how many deliveries are held back right now."""
    return _report()


@blueprint.delete("")
def disarm() -> ResponseReturnValue:
    """Disarm all and send what is held back. Answers with what was armed."""
    report = _report()
    box = sandbox()
    box.webhook_faults.disarm()
    box.deliveries.flush()
    return report


@blueprint.post("/flush")
def flush() -> ResponseReturnValue:
    """Send now what is held back, late or out of order; what is armed stays armed."""
    return {"flushed": sandbox().deliveries.flush()}


def _report() -> dict[str, object]:
    box = sandbox()
    return {"faults": box.webhook_faults.report(), "held": box.deliveries.held()}
