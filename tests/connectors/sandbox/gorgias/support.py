"""A caller of the sandbox over real HTTP, and the accounts it is tried with."""

import time
from dataclasses import replace
from typing import Any

import requests

from connectors.sandbox.gorgias import OAuthClient, RateLimits, SandboxConfig, Seat

ADMIN, AGENT, BOT = "ada@shop.example", "ben@shop.example", "robot@shop.example"
OBSERVER = "olga@shop.example"
KEYS = {ADMIN: "admin-key", AGENT: "agent-key", OBSERVER: "observer-key"}
CUSTOMER = {"name": "Cleo Park", "email": "cleo@home.example"}
CLIENT_ID, CLIENT_SECRET = "bookbag", "client-secret"
BACK = "https://bookbag.example/connect/gorgias/callback"
DEADLINE_SECONDS = 5.0
# So much that only the tests of the budget meet it.
PLENTY = RateLimits(key_calls=100_000, oauth_calls=100_000)
CONFIG = SandboxConfig(
    agents=(
        Seat("Ada Lovelace", ADMIN, "admin"),
        Seat("Ben Hall", AGENT),
        Seat("Robot", BOT, "bot"),
        Seat("Olga", OBSERVER, "observer-agent"),
    ),
    teams={"Approval": (ADMIN,)},
    api_keys=KEYS,
    oauth_clients={CLIENT_ID: OAuthClient(CLIENT_SECRET, (BACK,))},
    limits=PLENTY,
)
STRICT = replace(CONFIG, limits=RateLimits())
NOTE = {
    "channel": "internal-note",
    "via": "api",
    "from_agent": True,
    "sender": {"email": ADMIN},
    "body_text": "A note",
}
REPLY = {
    "channel": "email",
    "via": "api",
    "from_agent": True,
    "sender": {"email": ADMIN},
    "receiver": {"email": CUSTOMER["email"]},
    "body_text": "It is on its way.",
}


class Caller:
    """Sends requests to one address with one credential."""

    def __init__(
        self, base: str, auth: tuple[str, str] | None = None, bearer: str | None = None
    ) -> None:
        self.base = base
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = auth
        if bearer is not None:
            self._session.headers["Authorization"] = f"Bearer {bearer}"

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self._session.request(
            method, self.base + path, json=body, timeout=DEADLINE_SECONDS, **more
        )

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that succeeds."""
        got = self("GET", path, params=query)
        assert got.status_code == 200, got.text
        return got.json()

    def post(self, path: str, body: Any) -> Any:
        """The JSON of a POST that succeeds, or None for an answer without a body."""
        return self._done(self("POST", path, body), 200, 201, 204)

    def put(self, path: str, body: Any) -> Any:
        """The JSON of a PUT that succeeds."""
        return self._done(self("PUT", path, body), 200, 202)

    def opened(
        self, *, text: str | None = "Where is my parcel?", sender: Any = CUSTOMER, **more: Any
    ) -> int:
        """A customer's new ticket."""
        body = {"subject": "Parcel", "text": text, "from": sender, **more}
        ticket_id: int = self.post("/sandbox/tickets", body)["ticket_id"]
        return ticket_id

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        end = time.monotonic() + DEADLINE_SECONDS
        while any(self.get("/sandbox/idle").values()):
            assert time.monotonic() < end, "something is still on its way"
            # Asked again until it is so, or the assertion above ends it.
            time.sleep(0.005)

    def log(self, name: str, ticket_id: int) -> list[Any]:
        """What the sandbox remembers of a ticket: ``public_messages``, ``notes`` or ``mailed``."""
        found: list[Any] = self.get("/sandbox/log")[name]
        return [one for one in found if one["ticket_id"] == ticket_id]

    def messages(self, ticket_id: int) -> list[Any]:
        """A ticket's messages, oldest first, past the API."""
        found: list[Any] = self.get(f"/sandbox/tickets/{ticket_id}")["messages"]
        return found

    def _done(self, got: requests.Response, *wanted: int) -> Any:
        assert got.status_code in wanted, got.text
        return got.json() if got.content else None


def refused(got: requests.Response, status: int = 400) -> Any:
    """The error of an answer that refuses."""
    assert got.status_code == status, got.text
    return got.json()["error"]
