"""``/sandbox/sending``: hold what is on its way to customers, let it go, let some of it fail."""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.faults.control import refused
from connectors.sandbox.faults.reading import FaultFormatError, Order
from connectors.sandbox.gorgias.mailroom import SendingFault
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_sending", __name__, url_prefix="/sandbox/sending")
blueprint.register_error_handler(FaultFormatError, refused)
_USUAL_ERROR = "The recipient's mail server refused the message"


@blueprint.post("/hold")
def hold() -> ResponseReturnValue:
    """Send nothing until it is released."""
    sandbox().mailroom.hold(held=True)
    return "", HTTPStatus.NO_CONTENT


@blueprint.post("/release")
def release() -> ResponseReturnValue:
    """Send what was held, and go on."""
    sandbox().mailroom.hold(held=False)
    return "", HTTPStatus.NO_CONTENT


@blueprint.post("/faults")
def arm() -> ResponseReturnValue:
    """Let messages fail: ``{error?, messages?, after?, share?, seed?}``."""
    order = Order(request.get_json(silent=True))
    error = order.text("error") or _USUAL_ERROR
    fault = SendingFault(error, order.schedule("messages"))
    order.finish()
    sandbox().mailroom.arm(fault)
    return {"error": error}, HTTPStatus.CREATED
