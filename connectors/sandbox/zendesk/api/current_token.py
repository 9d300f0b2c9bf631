"""What the token of a call may do.

https://developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens/#show-current-token
"""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.errors import not_found
from connectors.sandbox.zendesk.wiring import caller

blueprint = Blueprint("zendesk_current_token", __name__, url_prefix=PREFIX + "oauth/tokens/current")


@blueprint.get("")
def show() -> ResponseReturnValue:
    """An OAuth token's scopes; 404 for an API token."""
    scopes = caller().scopes
    if scopes is None:
        raise not_found()
    return {"token": {"scopes": sorted(scopes)}}
