"""``/sandbox/faults``: arm, look at and disarm the faults of a stand-in.

``POST`` {"fault": NAME, "calls"?, "match"?: {"method"?, "path"?}, "after"?, "share"?, "seed"?} and
what that fault may be told besides, as `connectors.sandbox.faults.kinds` reads it.
"""

from http import HTTPStatus

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.faults.kinds import read_fault
from connectors.sandbox.faults.reading import FaultFormatError
from connectors.sandbox.faults.registry import Faults


def fault_routes(faults: Faults) -> Blueprint:
    """The control calls of one stand-in's faults."""
    blueprint = Blueprint("sandbox_faults", __name__, url_prefix="/sandbox/faults")

    @blueprint.post("")
    def arm() -> ResponseReturnValue:
        """Arm one more fault."""
        return faults.arm(read_fault(request.get_json(silent=True))), HTTPStatus.CREATED

    @blueprint.get("")
    def show() -> ResponseReturnValue:
        """What is armed, how often each fired, and how many calls are held right now."""
        return faults.report()

    @blueprint.delete("")
    def disarm() -> ResponseReturnValue:
        """Disarm all, let go what is held. Answers with what was armed."""
        report = faults.report()
        faults.disarm()
        return report

    blueprint.register_error_handler(FaultFormatError, refused)
    return blueprint


def refused(error: FaultFormatError) -> ResponseReturnValue:
    """422: what is wrong, and what was expected."""
    return jsonify(error="invalid_fault", description=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
