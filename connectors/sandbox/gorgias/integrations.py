"""The account's integrations, what each answered for a ticket, and when one is turned off."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.errors import not_found
from connectors.sandbox.gorgias.records import Json, stamp, stamped

HTTP = "http"


@dataclass(frozen=True, slots=True)
class Integration:
    """One integration.

    Attributes:
        http: ``{url, method, headers, form?, triggers, request_content_type ...}``, as Gorgias's
            JSON has it; None of another type. ``form`` may not be there at all.
        failures: Calls in a row that failed.
    """

    id: int
    name: str
    type: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    http: Mapping[str, Any] | None = None
    hmac_secret: str | None = field(default=None, repr=False)
    deactivated_at: datetime | None = None
    failures: int = 0

    def wants(self, trigger: str) -> bool:
        """Whether it is called for something."""
        triggers = {} if self.http is None else self.http.get("triggers") or {}
        return self.deactivated_at is None and triggers.get(trigger) is True


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an integration, as the log of the helpdesk shows it."""

    trigger: str
    ticket_id: int
    message_id: int | None
    method: str
    url: str
    headers: Mapping[str, str]
    body: str
    status_code: int | None
    answer: str
    at: datetime


class Integrations:
    """All integrations. Thread safe by the desk's lock."""

    def __init__(self, desk: Desk, *, failures: int) -> None:
        """Args: `failures` in a row turn one off."""
        self._desk = desk
        self._most_failures = failures
        self._all: dict[int, Integration] = {}
        self._calls: dict[int, list[Call]] = {}
        self._answers: dict[tuple[int, int], Any] = {}
        # Every account has some that are none of the API's business.
        for kind in ("email", "gorgias_chat"):
            self.add({"name": f"Support {kind}", "type": kind})

    def add(self, fields: Mapping[str, Any]) -> Integration:
        """Make one."""
        with self._desk.lock:
            now, number = self._desk.now(), self._desk.ids.next("integration")
            made = Integration(id=number, created_at=now, updated_at=now, **fields)
            self._all[number] = made
            return made

    def all(self) -> tuple[Integration, ...]:
        """Every one, by id."""
        with self._desk.lock:
            return tuple(self._all.values())

    def get(self, integration_id: int) -> Integration:
        """One; 404 if there is none."""
        with self._desk.lock:
            found = self._all.get(integration_id)
        if found is None:
            raise not_found()
        return found

    def change(self, integration_id: int, fields: Mapping[str, Any]) -> Integration:
        """Set fields of one. Turned on again, it has all its failures before it."""
        with self._desk.lock:
            also: dict[str, Any] = {"updated_at": self._desk.now(), **fields}
            if "deactivated_at" in fields and fields["deactivated_at"] is None:
                also["failures"] = 0
            self._all[integration_id] = replace(self.get(integration_id), **also)
            return self._all[integration_id]

    def remove(self, integration_id: int) -> None:
        """Delete one, with its log."""
        with self._desk.lock:
            del self._all[self.get(integration_id).id]
            self._calls.pop(integration_id, None)

    def called(self, integration_id: int, call: Call, *, answer: Any) -> None:
        """Log a call; keep the answer for the widgets, count the failures."""
        with self._desk.lock:
            self._calls.setdefault(integration_id, []).append(call)
            known = self._all.get(integration_id)
            if known is None:
                return
            failed = call.status_code is None or call.status_code >= 400  # noqa: PLR2004 - HTTP
            if not failed and answer is not None:
                self._answers[integration_id, call.ticket_id] = answer
            failures = known.failures + 1 if failed else 0
            off = failures >= self._most_failures
            deactivated_at = self._desk.now() if off else known.deactivated_at
            self._all[integration_id] = replace(
                known, failures=failures, deactivated_at=deactivated_at
            )

    def calls(self, integration_id: int) -> tuple[Call, ...]:
        """What was sent to one, the oldest first."""
        with self._desk.lock:
            return tuple(self._calls.get(self.get(integration_id).id, ()))

    def answer(self, integration_id: int, ticket_id: int) -> Any:
        """What one answered for a ticket last; None where it never did."""
        with self._desk.lock:
            return self._answers.get((integration_id, ticket_id))


def integration_json(integration: Integration) -> Json:
    """An integration as Gorgias's JSON has it. The secret is write-only."""
    return {
        "id": integration.id,
        "name": integration.name,
        "type": integration.type,
        "description": integration.description,
        "http": None if integration.http is None else dict(integration.http),
        "created_datetime": stamp(integration.created_at),
        "updated_datetime": stamp(integration.updated_at),
        "deactivated_datetime": stamped(integration.deactivated_at),
        "deleted_datetime": None,
        "managed": False,
        "uri": f"/api/integrations/{integration.id}/",
    }


def call_json(call: Call) -> Json:
    """A call as the log shows it."""
    names = ("trigger", "ticket_id", "message_id", "method", "url", "body", "status_code", "answer")
    shown = {name: getattr(call, name) for name in names}
    return {**shown, "headers": dict(call.headers), "at": stamp(call.at)}
