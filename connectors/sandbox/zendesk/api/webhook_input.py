"""Reads the ``webhook`` object of a request."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.events import EVENT_TYPES
from connectors.sandbox.zendesk.reading import Body
from connectors.sandbox.zendesk.webhooks import WebhookSettings

# Called by triggers and automations; such a webhook gets no events, and stays so.
BY_TRIGGERS = ("conditional_ticket_events",)
MESSAGE_ADDED = "zen:event-type:messaging_ticket.message_added"
_STATUSES = ("active", "inactive")
_AUTHENTICATION_DATA = {
    "basic_auth": ("username", "password"),
    "bearer_token": ("token",),
    "api_key": ("name", "value"),
}


def webhook_settings(body: Body) -> WebhookSettings:
    """The settings of an event-subscribed webhook.

    Raises:
        ApiError: 400, in the webhook API's own shape (unconfirmed); 422 for a wrong type.
    """
    if body.text("http_method") != "POST" or body.text("request_format") != "json":
        raise refused("an event-subscribed webhook has http_method POST and request_format json")
    status = body.text("status")
    if status not in _STATUSES:
        raise refused("status: expected active or inactive")
    return WebhookSettings(
        name=body.need_text("name"),
        status=status,
        endpoint=read_endpoint(body),
        subscriptions=_subscriptions(body),
        authentication=_authentication(body),
        custom_headers=_headers(body),
        description=body.text("description"),
    )


def patched(settings: WebhookSettings, body: Body) -> WebhookSettings:
    """`settings` with the fields of a PATCH."""
    before: dict[str, Any] = {
        "name": settings.name,
        "status": settings.status,
        "endpoint": settings.endpoint,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": list(settings.subscriptions),
        "authentication": settings.authentication,
        "custom_headers": settings.custom_headers,
        "description": settings.description,
    }
    after = webhook_settings(Body({**before, **body.fields}))
    if (after.subscriptions == BY_TRIGGERS) != (settings.subscriptions == BY_TRIGGERS):
        raise refused("subscriptions: the connection method cannot be changed")
    return after


def read_endpoint(body: Body) -> str:
    """The address that webhooks are sent to. Plain http passes, since all of it is local."""
    endpoint = body.need_text("endpoint")
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        raise refused("endpoint: not an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refused("endpoint: expected an http or https address")
    return endpoint


def refused(detail: str) -> ApiError:
    """400 in the webhook API's shape."""
    return ApiError(
        HTTPStatus.BAD_REQUEST, {"errors": [{"code": "InvalidRequest", "detail": detail}]}
    )


def _subscriptions(body: Body) -> tuple[str, ...]:
    wanted = body.strings("subscriptions") or ()
    if not wanted:
        raise refused("subscriptions: at least one event type is needed")
    if wanted == BY_TRIGGERS:
        return wanted
    for name in wanted:
        if name not in EVENT_TYPES and name != MESSAGE_ADDED:
            raise refused(f"subscriptions: {name} is not a ticket event type of the sandbox")
    return wanted


def _authentication(body: Body) -> Mapping[str, Any] | None:
    given = body.object("authentication")
    if given is None:
        return None
    needed = _AUTHENTICATION_DATA.get(given.need_text("type"))
    if needed is None:
        raise refused(f"authentication.type: expected one of {', '.join(_AUTHENTICATION_DATA)}")
    data = given.need_object("data")
    return {"type": given.need_text("type"), "data": {key: data.need_text(key) for key in needed}}


def _headers(body: Body) -> dict[str, str]:
    given = body.object("custom_headers") or Body({})
    return {name: given.need_text(name) for name in given.fields}
