"""``/sandbox/oauth``: an admin's hand on the account's OAuth clients and tokens, for tests."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.config import OAuthClient
from connectors.sandbox.zendesk.reading import json_body
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_oauth_control", __name__, url_prefix="/sandbox/oauth")


@blueprint.post("/clients")
def register_client() -> ResponseReturnValue:
    """Make a client: ``{client_id, user, secret?, redirect_uris?, name?}``; public without one."""
    body = json_body()
    client = OAuthClient(
        body.text("secret") or "",
        body.need_text("user"),
        tuple(body.strings("redirect_uris") or ()),
        body.text("name") or "Bookbag",
    )
    sandbox().credentials.register(body.need_text("client_id"), client)
    return {}, HTTPStatus.CREATED


@blueprint.get("")
def report() -> ResponseReturnValue:
    """How often each grant was given, and refused."""
    return sandbox().grants.report()


@blueprint.delete("/tokens")
def revoke() -> ResponseReturnValue:
    """Make every token that was given out worth nothing."""
    sandbox().grants.forget()
    return {}
