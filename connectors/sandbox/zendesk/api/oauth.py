"""OAuth tokens, by each of the grants that an account takes.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
"""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.grants import REFRESH_LASTS, Pair, refusal
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_oauth", __name__)

# Both ends are outside the range.
_SECONDS = range(301, 172_800)


@blueprint.post("/oauth/tokens")
def issue_token() -> ResponseReturnValue:
    """An access token."""
    body = json_body()
    match body.text("grant_type"):
        case "client_credentials":
            return _of_client(body)
        case "authorization_code":
            seconds = _life(body)
            pair = sandbox().grants.exchange(
                body.text("code") or "",
                _client(body),
                body.text("redirect_uri") or "",
                body.text("code_verifier") or "",
                seconds=seconds,
            )
            return _told(pair, seconds)
        case "refresh_token":
            seconds = _life(body)
            token = body.text("refresh_token") or ""
            return _told(sandbox().grants.refresh(token, _client(body), seconds=seconds), seconds)
        case _:
            raise _refused(HTTPStatus.BAD_REQUEST, "unsupported_grant_type")


def _of_client(body: Body) -> ResponseReturnValue:
    """There is no refresh token with this grant."""
    seconds, scope = _life(body), body.text("scope") or "read"
    client_id, secret = _client(body)
    token = sandbox().credentials.issue(client_id, secret, scope=scope, seconds=seconds)
    if token is None:
        raise _refused(HTTPStatus.UNAUTHORIZED, "invalid_client")
    return {"access_token": token, "token_type": "bearer", "scope": scope, "expires_in": seconds}


def _told(pair: Pair, seconds: int) -> ResponseReturnValue:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "token_type": "bearer",
        "scope": pair.scope,
        "expires_in": seconds,
        "refresh_token_expires_in": int(REFRESH_LASTS.total_seconds()),
    }


def _client(body: Body) -> tuple[str, str]:
    return body.text("client_id") or "", body.text("client_secret") or ""


def _life(body: Body) -> int:
    seconds = body.number("expires_in")
    if seconds is None:
        return sandbox().config.token_seconds
    if seconds not in _SECONDS:
        raise _refused(HTTPStatus.BAD_REQUEST, "invalid_request")
    return seconds


def _refused(status: HTTPStatus, code: str) -> ApiError:
    return ApiError(status, refusal(code))
