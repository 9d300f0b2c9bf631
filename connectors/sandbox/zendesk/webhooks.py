"""The webhooks of the account, their secrets, and the log of what was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import not_found
from connectors.sandbox.zendesk.signing import new_secret

Status = Literal[
    "accepted", "success", "failed", "timeout", "circuit broken", "client error", "server error"
]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What the owner of a webhook chose. `authentication` is as Zendesk's JSON has it."""

    name: str
    status: str
    endpoint: str
    subscriptions: tuple[str, ...]
    authentication: Mapping[str, Any] | None = field(default=None, repr=False)
    custom_headers: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook. `serial` orders them."""

    serial: int
    id: str
    settings: WebhookSettings
    secret: str = field(repr=False)
    created_by: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP request to an endpoint. `status_code` is None where no answer came."""

    status: Status
    completed_at: datetime
    endpoint: str
    request_headers: Mapping[str, str]
    payload: str
    status_code: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for one webhook, with the attempts to deliver it."""

    serial: int
    id: str
    webhook_id: str
    event_type: str
    attempts: tuple[Attempt, ...] = ()

    @property
    def status(self) -> Status:
        """How the last attempt ended."""
        return self.attempts[-1].status if self.attempts else "accepted"


class Registry:
    """All webhooks. Thread safe by the desk's lock."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._webhooks: dict[str, Webhook] = {}
        self._invocations: dict[str, Invocation] = {}
        self._serial = 0

    def add(self, settings: WebhookSettings, *, created_by: int) -> Webhook:
        """Make a webhook with a fresh secret."""
        with self._desk.lock:
            now, webhook_id = self._desk.now(), self._desk.ids.ulid()
            webhook = Webhook(
                self._next(), webhook_id, settings, new_secret(), created_by, now, now
            )
            self._webhooks[webhook.id] = webhook
            return webhook

    def all(self) -> tuple[Webhook, ...]:
        """Every webhook, oldest first."""
        with self._desk.lock:
            return tuple(self._webhooks.values())

    def get(self, webhook_id: str) -> Webhook:
        """A webhook; 404 if there is none."""
        with self._desk.lock:
            found = self._webhooks.get(webhook_id)
        if found is None:
            raise not_found()
        return found

    def change(self, webhook_id: str, settings: WebhookSettings) -> None:
        """Set what the owner chose."""
        with self._desk.lock:
            self._webhooks[webhook_id] = replace(
                self.get(webhook_id), settings=settings, updated_at=self._desk.now()
            )

    def reset_secret(self, webhook_id: str) -> Webhook:
        """Give it a fresh secret; the old one signs nothing any more."""
        with self._desk.lock:
            webhook = replace(self.get(webhook_id), secret=new_secret())
            self._webhooks[webhook_id] = webhook
            return webhook

    def remove(self, webhook_id: str) -> None:
        """Delete it; 404 if there is none."""
        with self._desk.lock:
            del self._webhooks[self.get(webhook_id).id]

    def invoke(self, event_type: str) -> tuple[Invocation, ...]:
        """Begin an invocation for each active webhook that subscribed to the event type."""
        with self._desk.lock:
            return tuple(
                self._begin(webhook.id, event_type)
                for webhook in self._webhooks.values()
                if webhook.settings.status == "active"
                and event_type in webhook.settings.subscriptions
            )

    def again(self, invocation: Invocation) -> Invocation:
        """Begin another invocation for the same event."""
        with self._desk.lock:
            return self._begin(invocation.webhook_id, invocation.event_type)

    def lose(self, invocation: Invocation, body: bytes) -> None:
        """Log that an event was not sent, as while the circuit breaker is open."""
        with self._desk.lock:
            endpoint = self.get(invocation.webhook_id).settings.endpoint
            never = Attempt("circuit broken", self._desk.now(), endpoint, {}, body.decode())
            self.record(invocation.id, never)

    def record(self, invocation_id: str, attempt: Attempt) -> None:
        """Log an attempt."""
        with self._desk.lock:
            known = self._invocations[invocation_id]
            self._invocations[invocation_id] = replace(known, attempts=(*known.attempts, attempt))

    def invocations(self, webhook_id: str) -> tuple[Invocation, ...]:
        """What was sent to a webhook, oldest first; 404 if there is no such webhook."""
        with self._desk.lock:
            self.get(webhook_id)
            return tuple(
                each for each in self._invocations.values() if each.webhook_id == webhook_id
            )

    def _begin(self, webhook_id: str, event_type: str) -> Invocation:
        begun = Invocation(self._next(), self._desk.ids.ulid(), webhook_id, event_type)
        self._invocations[begun.id] = begun
        return begun

    def _next(self) -> int:
        self._serial += 1
        return self._serial
