"""Signs and sends one webhook request over real HTTP."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from connectors.sandbox.delivering.calling import Answer, call
from connectors.sandbox.zendesk.records import stamp
from connectors.sandbox.zendesk.signing import signature
from connectors.sandbox.zendesk.webhooks import Attempt, Status, Webhook


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request to be sent: where, signed by what, with what; `age` dates its stamp back."""

    endpoint: str
    secret: str = field(repr=False)
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    age: timedelta = timedelta(0)


def outgoing(webhook: Webhook, *, invocation_id: str, body: bytes) -> Outgoing:
    """The request that delivers `body` to a webhook."""
    settings = webhook.settings
    headers = {
        **settings.custom_headers,
        **_credentials(settings.authentication),
        "X-Zendesk-Webhook-Id": webhook.id,
        "X-Zendesk-Webhook-Invocation-Id": invocation_id,
    }
    return Outgoing(settings.endpoint, webhook.secret, body, headers)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends as one account.

    Attributes:
        limit_seconds: Time limit of connecting and of each read of the answer.
        clock: The present, aware.
    """

    account_id: int
    limit_seconds: float
    clock: Callable[[], datetime]

    def send(self, request: Outgoing) -> Attempt:
        """Sign and send one request, now. The timestamp is the attempt's own, not the event's."""
        timestamp = stamp(self.clock() - request.age)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            **request.headers,
            "X-Zendesk-Account-Id": str(self.account_id),
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
            "X-Zendesk-Webhook-Signature": signature(
                request.secret, timestamp=timestamp, body=request.body
            ),
        }
        answer = call(
            "POST",
            request.endpoint,
            body=request.body,
            headers=headers,
            seconds=self.limit_seconds,
        )
        return Attempt(
            status=_status(answer),
            completed_at=self.clock(),
            endpoint=request.endpoint,
            request_headers=headers,
            payload=request.body.decode(),
            status_code=answer.status_code,
            response_headers=answer.headers,
            response_body=answer.body,
        )


def _status(answer: Answer) -> Status:
    code = answer.status_code
    if code is None:
        return "timeout" if answer.late else "failed"
    if code < HTTPStatus.MULTIPLE_CHOICES:
        return "success"
    return "server error" if code >= HTTPStatus.INTERNAL_SERVER_ERROR else "client error"


def _credentials(authentication: Mapping[str, Any] | None) -> dict[str, str]:
    """The header of a webhook's own authentication."""
    if authentication is None:
        return {}
    data = authentication["data"]
    match authentication["type"]:
        case "basic_auth":
            pair = f"{data['username']}:{data['password']}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        case "bearer_token":
            return {"Authorization": f"Bearer {data['token']}"}
        case _:
            return {str(data["name"]): str(data["value"])}
