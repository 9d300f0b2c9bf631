"""A caller of the sandbox and a receiver of its webhooks, both over real HTTP."""

import queue
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from flask import Flask, Response, request

ADMIN, AGENT = "ada@shop.example", "ben@shop.example"
ADMIN_TOKEN, AGENT_TOKEN = "admin-token", "agent-token"
CLIENT_ID, CLIENT_SECRET = "bookbag", "client-secret"
CUSTOMER = {"name": "Cleo", "email": "cleo@home.example"}
ADMIN_ID, AGENT_ID, CUSTOMER_ID = 360000000001, 360000000002, 360000000003
DEADLINE_SECONDS = 5.0


@dataclass(frozen=True)
class Caller:
    """Sends requests to one address with one credential."""

    base: str
    auth: tuple[str, str] | None = None
    headers: Mapping[str, str] | None = None

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return requests.request(
            method,
            self.base + path,
            json=body,
            auth=self.auth,
            headers=dict(self.headers or {}),
            timeout=DEADLINE_SECONDS,
            **more,
        )

    def get(self, path: str) -> Any:
        """The JSON of a GET that succeeds."""
        got = self("GET", path)
        assert got.status_code == 200, got.text
        return got.json()

    def put(self, path: str, body: Any) -> Any:
        """The JSON of a PUT that succeeds."""
        got = self("PUT", path, body)
        assert got.status_code == 200, got.text
        return got.json()

    def post(self, path: str, body: Any) -> Any:
        """The JSON of a POST that succeeds."""
        got = self("POST", path, body)
        assert got.status_code in (200, 201), got.text
        return got.json()

    def open_ticket(
        self, *, text: str = "Where is my parcel?", sender: Any = CUSTOMER, **more: Any
    ) -> int:
        """A customer's new ticket."""
        body = {"subject": "Parcel", "text": text, "from": sender, **more}
        ticket_id: int = self.post("/sandbox/tickets", body)["ticket_id"]
        return ticket_id

    def settle(self) -> None:
        """Wait until every delivery is over."""
        end = time.monotonic() + DEADLINE_SECONDS
        while self.get("/sandbox/idle")["pending_deliveries"]:
            assert time.monotonic() < end, "deliveries are still pending"
            time.sleep(0.005)


@dataclass(frozen=True)
class Delivery:
    """One webhook request as it came in."""

    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """An endpoint that keeps what it gets and answers as told: code and headers, then 200."""

    def __init__(self) -> None:
        self.answers: queue.Queue[tuple[int, dict[str, str]]] = queue.Queue()
        self.got: queue.Queue[Delivery] = queue.Queue()
        self.app = Flask("receiver")
        self.app.post("/hook")(self._receive)

    def next(self) -> Delivery:
        """The next request, waited for."""
        return self.got.get(timeout=DEADLINE_SECONDS)

    def _receive(self) -> Response:
        self.got.put(Delivery(dict(request.headers), request.get_data()))
        code, headers = (200, {}) if self.answers.empty() else self.answers.get()
        return Response("seen", status=code, headers=headers)


def hook(url: str, *names: str, **more: Any) -> dict[str, Any]:
    """The body that makes a webhook subscribed to ``zen:event-type:ticket.<name>``."""
    settings = {
        "name": "Bookbag",
        "status": "active",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": [f"zen:event-type:ticket.{name}" for name in names],
    }
    return {"webhook": {**settings, **more}}
