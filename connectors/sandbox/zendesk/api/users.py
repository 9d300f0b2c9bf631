"""Users.

Source: https://developer.zendesk.com/api-reference/ticketing/users/users/
"""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.shapes import user_json
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_users", __name__, url_prefix=PREFIX + "users")


@blueprint.get("")
def list_users() -> ResponseReturnValue:
    """Everybody, customers too."""
    page = paged(sandbox().desk.users(), key=lambda user: user.id)
    return {"users": [user_json(user, request.host_url) for user in page.items], **page.envelope}


@blueprint.get("/me")
def show_me() -> ResponseReturnValue:
    """Whom the credential acts as."""
    return {"user": user_json(caller().user, request.host_url)}


@blueprint.get("/<int:user_id>")
def show_user(user_id: int) -> ResponseReturnValue:
    """One user."""
    return {"user": user_json(sandbox().desk.user(user_id), request.host_url)}
