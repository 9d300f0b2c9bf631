"""``GET /sandbox/emails``: what triggers mailed to customers."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_emails", __name__, url_prefix="/sandbox/emails")


@blueprint.get("")
def show_emails() -> ResponseReturnValue:
    """What was mailed, oldest first."""
    box = sandbox()
    with box.desk.lock:
        return {"emails": list(box.emails.sent)}
