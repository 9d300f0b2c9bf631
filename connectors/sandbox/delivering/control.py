"""``/sandbox/webhook-faults``: arm, look at, disarm; ``/flush`` sends what is held back."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.delivering.faults import WebhookFaults, read_webhook_fault
from connectors.sandbox.delivering.line import DeliveryLine
from connectors.sandbox.faults.control import refused
from connectors.sandbox.faults.reading import FaultFormatError


def webhook_fault_routes(
    faults: WebhookFaults, line: DeliveryLine, *, kinds: tuple[str, ...]
) -> Blueprint:
    """The control calls of one stand-in's deliveries. `kinds` are the faults it knows."""
    prefix = "/sandbox/webhook-faults"
    blueprint = Blueprint("sandbox_webhook_faults", __name__, url_prefix=prefix)

    def report() -> ResponseReturnValue:
        return {"faults": faults.report(), "held": line.held()}

    @blueprint.post("")
    def arm() -> ResponseReturnValue:
        """Arm one more fault."""
        fault = read_webhook_fault(request.get_json(silent=True), kinds)
        return faults.arm(fault), HTTPStatus.CREATED

    @blueprint.get("")
    def show() -> ResponseReturnValue:
        """What is armed, how often each fired, and how many deliveries are held back right now."""
        return report()

    @blueprint.delete("")
    def disarm() -> ResponseReturnValue:
        """Disarm all and send what is held back. Answers with what was armed."""
        before = report()
        faults.disarm()
        line.flush()
        return before

    @blueprint.post("/flush")
    def flush() -> ResponseReturnValue:
        """Send now what is held back, late or out of order; what is armed stays armed."""
        return {"flushed": line.flush()}

    blueprint.register_error_handler(FaultFormatError, refused)
    return blueprint
