"""OAuth tokens by the client credentials grant.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.reading import json_body
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_oauth", __name__)

# Both ends are outside the range.
_SECONDS = range(301, 172_800)


@blueprint.post("/oauth/tokens")
def issue_token() -> ResponseReturnValue:
    """An access token. There is no refresh token with this grant."""
    body = json_body()
    if body.text("grant_type") != "client_credentials":
        raise _refused(HTTPStatus.BAD_REQUEST, "unsupported_grant_type")
    box = sandbox()
    seconds = body.number("expires_in")
    if seconds is not None and seconds not in _SECONDS:
        raise _refused(HTTPStatus.BAD_REQUEST, "invalid_request")
    seconds = box.config.token_seconds if seconds is None else seconds
    scope = body.text("scope") or "read"
    token = box.credentials.issue(
        body.text("client_id") or "",
        body.text("client_secret") or "",
        scope=scope,
        seconds=seconds,
    )
    if token is None:
        raise _refused(HTTPStatus.UNAUTHORIZED, "invalid_client")
    return {
        "access_token": token,
        "token_type": "bearer",
        "scope": scope,
        "expires_in": seconds,
    }


def _refused(status: HTTPStatus, code: str) -> ApiError:
    return ApiError(status, {"error": code, "error_description": code.replace("_", " ")})
