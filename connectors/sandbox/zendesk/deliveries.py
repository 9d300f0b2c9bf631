"""Delivers events to the webhooks that subscribed to them."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from connectors.sandbox.delivering.faults import WebhookFault, WebhookFaults
from connectors.sandbox.delivering.line import Delivery, DeliveryLine
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.events import Event
from connectors.sandbox.zendesk.sending import Sender, outgoing
from connectors.sandbox.zendesk.signing import new_secret
from connectors.sandbox.zendesk.webhooks import Attempt, Invocation, Registry

# Which codes are retried is unconfirmed: 409 up to three times, and 429 and 503 with a Retry-After
# below 60 s. Nothing else is sent twice.
_RETRIES = 3
_LONGEST_PAUSE_SECONDS = 60
_CONFLICT_PAUSE_SECONDS = 0.05
FAULTS = ("twice", "late", "out_of_order", "lost", "wrong_signature", "stale_stamp")


class Deliveries(DeliveryLine):
    """The line of one account's webhooks."""

    def __init__(
        self, desk: Desk, registry: Registry, sender: Sender, faults: WebhookFaults
    ) -> None:
        super().__init__(desk.lock, faults, retries=_RETRIES)
        self._registry = registry
        self._sender = sender

    def enqueue(self, event: Event) -> None:
        """Queue an event for every webhook that subscribed to its type."""
        for invocation in self._registry.invoke(event.type):
            self._queue(invocation, event)

    def _queue(self, invocation: Invocation, event: Event) -> None:
        self.put(
            self._delivery(invocation, event),
            about={
                "event_id": event.id,
                "event_type": event.type,
                "webhook_id": invocation.webhook_id,
                "invocation_id": invocation.id,
            },
            # "One action may invoke the webhook more than once": the same event, sent anew.
            again=lambda: self._delivery(self._registry.again(invocation), event),
            lose=lambda: self._registry.lose(invocation, event.body),
        )

    def _delivery(self, invocation: Invocation, event: Event) -> Delivery:
        def attempt(fault: WebhookFault | None) -> float | None:
            return self._attempt(invocation, event.body, fault)

        return Delivery(invocation.webhook_id, attempt)

    def _attempt(
        self, invocation: Invocation, body: bytes, fault: WebhookFault | None
    ) -> float | None:
        try:
            webhook = self._registry.get(invocation.webhook_id)
        except ApiError:
            return None  # The webhook was deleted meanwhile.
        request = outgoing(webhook, invocation_id=invocation.id, body=body)
        match None if fault is None else fault.kind:
            case "wrong_signature":
                request = replace(request, secret=new_secret())
            case "stale_stamp" if fault is not None:
                request = replace(request, age=timedelta(seconds=fault.seconds))
        attempt = self._sender.send(request)
        self._registry.record(invocation.id, attempt)
        return _pause_before_retry(attempt)


def _pause_before_retry(attempt: Attempt) -> float | None:
    """Seconds until the next attempt; None for no other attempt."""
    if attempt.status_code == HTTPStatus.CONFLICT:
        return _CONFLICT_PAUSE_SECONDS
    if attempt.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wanted = attempt.response_headers.get("Retry-After", "")
        if wanted.isascii() and wanted.isdigit() and int(wanted) < _LONGEST_PAUSE_SECONDS:
            return float(wanted)
    return None
