"""Webhooks and their delivery log.

Source: https://developer.zendesk.com/api-reference/webhooks/webhooks-api/webhooks/
"""

from http import HTTPStatus

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.api.webhook_input import (
    patched,
    read_endpoint,
    webhook_settings,
)
from connectors.sandbox.zendesk.errors import not_found
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.reading import Body, json_body
from connectors.sandbox.zendesk.sending import Outgoing, outgoing
from connectors.sandbox.zendesk.shapes import (
    attempt_json,
    invocation_json,
    response_json,
    webhook_json,
)
from connectors.sandbox.zendesk.signing import TEST_SECRET
from connectors.sandbox.zendesk.webhooks import Webhook
from connectors.sandbox.zendesk.wiring import caller, sandbox

blueprint = Blueprint("zendesk_webhooks", __name__, url_prefix=PREFIX + "webhooks")


@blueprint.get("")
def list_webhooks() -> ResponseReturnValue:
    """All webhooks."""
    page = paged(sandbox().webhooks.all(), key=lambda webhook: webhook.serial, cursor=True)
    return {"webhooks": [webhook_json(webhook) for webhook in page.items], **page.envelope}


@blueprint.post("")
def create_webhook() -> ResponseReturnValue:
    """Make an event-subscribed webhook."""
    settings = webhook_settings(json_body().need_object("webhook"))
    webhook = sandbox().webhooks.add(settings, created_by=caller().user.id)
    return {"webhook": webhook_json(webhook)}, HTTPStatus.CREATED


@blueprint.post("/test")
def send_test() -> ResponseReturnValue:
    """Send a request at once and show the answer.

    With ``webhook_id`` it goes where the webhook points and is signed with its secret; before a
    webhook exists it is signed with the published test secret.
    """
    given = json_body().object("request") or Body({})
    box = sandbox()
    body = (given.text("payload") or "").encode()
    webhook_id = request.args.get("webhook_id")
    if webhook_id is None:
        test = Outgoing(read_endpoint(given), TEST_SECRET, body)
    else:
        with box.desk.lock:
            invocation_id = box.desk.ids.ulid()
        webhook = box.webhooks.get(webhook_id)
        test = outgoing(webhook, invocation_id=invocation_id, body=body)
    return {"response": response_json(box.sender.send(test))}


@blueprint.get("/<webhook_id>")
def show_webhook(webhook_id: str) -> ResponseReturnValue:
    """One webhook, without its secret."""
    return {"webhook": webhook_json(sandbox().webhooks.get(webhook_id))}


@blueprint.patch("/<webhook_id>")
def patch_webhook(webhook_id: str) -> ResponseReturnValue:
    """Change some settings."""
    body = json_body().need_object("webhook")
    box = sandbox()
    with box.desk.lock:
        before = box.webhooks.get(webhook_id).settings
        box.webhooks.change(webhook_id, patched(before, body))
    return "", HTTPStatus.NO_CONTENT


@blueprint.put("/<webhook_id>")
def replace_webhook(webhook_id: str) -> ResponseReturnValue:
    """Change all settings."""
    settings = webhook_settings(json_body().need_object("webhook"))
    sandbox().webhooks.change(webhook_id, settings)
    return "", HTTPStatus.NO_CONTENT


@blueprint.delete("/<webhook_id>")
def delete_webhook(webhook_id: str) -> ResponseReturnValue:
    """Remove it."""
    sandbox().webhooks.remove(webhook_id)
    return "", HTTPStatus.NO_CONTENT


@blueprint.get("/<webhook_id>/signing_secret")
def show_secret(webhook_id: str) -> ResponseReturnValue:
    """The secret its requests are signed with."""
    return _secret(sandbox().webhooks.get(webhook_id))


@blueprint.post("/<webhook_id>/signing_secret")
def reset_secret(webhook_id: str) -> ResponseReturnValue:
    """A fresh secret."""
    return _secret(sandbox().webhooks.reset_secret(webhook_id)), HTTPStatus.CREATED


@blueprint.get("/<webhook_id>/invocations")
def list_invocations(webhook_id: str) -> ResponseReturnValue:
    """What was sent to it, oldest first."""
    invocations = sandbox().webhooks.invocations(webhook_id)
    page = paged(invocations, key=lambda invocation: invocation.serial, cursor=True)
    return {"invocations": [invocation_json(each) for each in page.items], **page.envelope}


@blueprint.get("/<webhook_id>/invocations/<invocation_id>/attempts")
def list_attempts(webhook_id: str, invocation_id: str) -> ResponseReturnValue:
    """The requests of one invocation."""
    for invocation in sandbox().webhooks.invocations(webhook_id):
        if invocation.id == invocation_id:
            numbered = enumerate(invocation.attempts, start=1)
            shown = [attempt_json(a, invocation_id=invocation_id, number=n) for n, a in numbered]
            return {"attempts": shown}
    raise not_found()


def _secret(webhook: Webhook) -> dict[str, object]:
    return {"signing_secret": {"secret": webhook.secret, "algorithm": "SHA256"}}
