"""``POST /webhooks/<helpdesk>/<account-id>``: the helpdesk's only way in."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnsupportedMediaType

from plugin import intake
from plugin.web.doors import open_to_strangers
from plugin.web.state import runtime

pages = Blueprint("webhooks", __name__)


@pages.post("/webhooks/<helpdesk>/<account_id>")
@open_to_strangers("the helpdesk's signature over the body")
def accept(helpdesk: str, account_id: str) -> ResponseReturnValue:
    """Take a webhook in.

    401 unsigned or stale, 404 no such account, 413 too large, 415 compressed, else 200.
    """
    # No helpdesk compresses what it signs, and what is small on the wire could be huge here.
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType
    body = request.get_data(cache=False, parse_form_data=False)
    accepted = intake.accept(runtime(), helpdesk, account_id, dict(request.headers), body)
    return jsonify(state=accepted.state, new=accepted.new)
