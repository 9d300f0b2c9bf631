"""Calls the integrations that want to know of a change."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.delivering.calling import Answer, call
from connectors.sandbox.delivering.faults import WebhookFault, WebhookFaults
from connectors.sandbox.delivering.line import Delivery, DeliveryLine
from connectors.sandbox.gorgias.calls import Outgoing, outgoing
from connectors.sandbox.gorgias.config import SandboxConfig
from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.errors import ApiError
from connectors.sandbox.gorgias.happenings import triggers_of
from connectors.sandbox.gorgias.integrations import Call, Integrations
from connectors.sandbox.gorgias.records import Change, Json, Message
from connectors.sandbox.gorgias.shapes import message_json, ticket_json
from connectors.sandbox.gorgias.templating import Templates

FAULTS = ("twice", "late", "out_of_order", "lost")


@dataclass(frozen=True, slots=True)
class _Occasion:
    """One trigger that fired, for one integration."""

    integration_id: int
    trigger: str
    ticket_id: int
    message: Message | None

    @property
    def described(self) -> dict[str, str]:
        """As the log of the faults has it."""
        return {
            "trigger": self.trigger,
            "integration_id": str(self.integration_id),
            "ticket_id": str(self.ticket_id),
            "message_id": "" if self.message is None else str(self.message.id),
        }

    def call(self, request: Outgoing, answer: Answer, at: datetime) -> Call:
        """As the log of the integration has it."""
        return Call(
            trigger=self.trigger,
            ticket_id=self.ticket_id,
            message_id=None if self.message is None else self.message.id,
            method=request.method,
            url=request.url,
            headers=request.headers,
            body=request.body.decode(),
            status_code=answer.status_code,
            answer=answer.body,
            at=at,
        )


class Deliveries(DeliveryLine):
    """The line of one account's HTTP integrations."""

    def __init__(
        self,
        config: SandboxConfig,
        desk: Desk,
        integrations: Integrations,
        faults: WebhookFaults,
        templates: Templates,
    ) -> None:
        super().__init__(desk.lock, faults, retries=config.calling.retries)
        self._config = config
        self._desk = desk
        self._integrations = integrations
        self._templates = templates

    def see(self, change: Change) -> None:
        """Queue a call for each trigger and each integration that wants it."""
        for trigger in triggers_of(change):
            self.fire(trigger, change.after.id, change.message)

    def fire(self, trigger: str, ticket_id: int, message: Message | None) -> None:
        """Queue the calls of one trigger."""
        for integration in self._integrations.all():
            if integration.wants(trigger):
                self._queue(_Occasion(integration.id, trigger, ticket_id, message))

    def _queue(self, occasion: _Occasion) -> None:
        def attempt(fault: WebhookFault | None) -> float | None:
            del fault
            return self._attempt(occasion)

        delivery = Delivery(str(occasion.integration_id), attempt)
        self.put(delivery, about=occasion.described, again=lambda: delivery, lose=lambda: None)

    def _attempt(self, occasion: _Occasion) -> float | None:
        """Render and send once. What is rendered is what is true now, not when it happened."""
        calling = self._config.calling
        try:
            integration = self._integrations.get(occasion.integration_id)
            if integration.deactivated_at is not None:
                return None
            context = self._context(occasion)
        except ApiError:
            return None  # The integration or the ticket was deleted meanwhile.
        request = outgoing(integration, context, calling=calling, templates=self._templates)
        answer = call(
            request.method,
            request.url,
            body=request.body,
            headers=request.headers,
            seconds=calling.limit_seconds,
        )
        made = occasion.call(request, answer, self._desk.now())
        self._integrations.called(integration.id, made, answer=_data(answer.body))
        return calling.retry_seconds if answer.late else None

    def _context(self, occasion: _Occasion) -> Json:
        message = occasion.message
        with self._desk.lock:
            ticket = ticket_json(self._desk.ticket(occasion.ticket_id), self._desk)
            known = None if message is None else self._desk.find_message(message.id)
        said = known or message
        return {
            "ticket": {**ticket, "account": {"domain": self._config.domain}},
            "message": None if said is None else message_json(said),
            "event": {"type": occasion.trigger, "context": None},
        }


def _data(text: str) -> Any:
    """The JSON that was answered; None where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
