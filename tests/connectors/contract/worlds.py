"""What a contract test needs of a running helpdesk, beside the adapter: people who act in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import requests

from connectors.base import Helpdesk, Webhooks
from connectors.types import Channel

CUSTOMER_NAME, CUSTOMER_EMAIL = "Ann Example", "ann@example.com"


class World(Protocol):
    """Customers and agents, and a look at what came of it that does not pass our adapter."""

    agent_email: str
    # Through what an agent can be seen to write.
    channels: frozenset[Channel]
    # A webhook's body and age are proven, too, and not its sender alone.
    signs_bodies: bool

    def open_ticket(self, subject: str, text: str) -> str:
        """Ann opens a ticket. Returns its id."""

    def customer_writes(self, ticket_id: str, text: str) -> str:
        """Ann writes again. Returns the message's id."""

    def agent_writes(
        self, ticket_id: str, text: str, *, public: bool = False, channel: Channel = Channel.WEB
    ) -> str:
        """The agent writes in the helpdesk's own interface. Returns the message's id."""

    def set_tags(self, ticket_id: str, *tags: str) -> None:
        """Somebody else replaces the tags."""

    def ticket_tags(self, ticket_id: str) -> frozenset[str]:
        """The ticket's tags, read past the adapter."""

    def groups(self) -> dict[str, str]:
        """The ids of the groups of agents, by name: one more than the default one."""

    def ticket_group(self, ticket_id: str) -> str:
        """The group a ticket is given to, read past the adapter."""

    def assign(self, ticket_id: str, group: str) -> None:
        """The agent gives a ticket to a group, by its name."""

    def remove(self, *, ticket_id: str | None = None, user_id: str | None = None) -> None:
        """Somebody deletes a ticket, or a customer."""

    def subscribe(self, endpoint: str) -> str:
        """Have webhooks sent to an address. Returns the secret that signs them."""

    def now(self) -> datetime:
        """The present there."""

    def pass_time(self, seconds: float) -> None:
        """It gets later there."""


@dataclass(frozen=True)
class Desk:
    """An adapter, the world it works in, and a way to more adapters: one serves one thread."""

    adapter: Helpdesk
    world: World
    another: Callable[[], Helpdesk]
    webhooks: Webhooks
    vendor_account: str


@dataclass
class Clock:
    """The helpdesk's clock, which a test may move forward."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class ZendeskWorld:
    """Acts through the sandbox's control interface, reads through Zendesk's API."""

    channels = frozenset({Channel.WEB, Channel.MOBILE, Channel.API, Channel.EMAIL})
    signs_bodies = True

    def __init__(
        self, url: str, clock: Clock, *, agent_email: str, credential: tuple[str, str]
    ) -> None:
        self._url = url
        self._clock = clock
        self._http = requests.Session()
        self._http.auth = (f"{credential[0]}/token", credential[1])
        self.agent_email = agent_email

    def open_ticket(self, subject: str, text: str) -> str:
        """See World."""
        ann = {"name": CUSTOMER_NAME, "email": CUSTOMER_EMAIL}
        ticket = {"subject": subject, "text": text, "from": ann, "tags": []}
        return str(self._control("tickets", ticket)["ticket_id"])

    def customer_writes(self, ticket_id: str, text: str) -> str:
        """See World."""
        return str(self._control(f"tickets/{ticket_id}/messages", {"text": text})["comment_id"])

    def agent_writes(
        self, ticket_id: str, text: str, *, public: bool = False, channel: Channel = Channel.WEB
    ) -> str:
        """See World."""
        note = {
            "agent": self.agent_email,
            "text": text,
            "public": public,
            "channel": channel.value,
        }
        return str(self._control(f"tickets/{ticket_id}/agent", note)["comment_id"])

    def set_tags(self, ticket_id: str, *tags: str) -> None:
        """See World."""
        answer = self._http.post(
            f"{self._url}/api/v2/tickets/{ticket_id}/tags.json", json={"tags": tags}, timeout=5
        )
        answer.raise_for_status()

    def ticket_tags(self, ticket_id: str) -> frozenset[str]:
        """See World."""
        answer = self._http.get(f"{self._url}/api/v2/tickets/{ticket_id}.json", timeout=5)
        answer.raise_for_status()
        return frozenset(answer.json()["ticket"]["tags"])

    def groups(self) -> dict[str, str]:
        """See World."""
        answer = self._http.get(f"{self._url}/api/v2/groups.json", timeout=5)
        answer.raise_for_status()
        return {group["name"]: str(group["id"]) for group in answer.json()["groups"]}

    def ticket_group(self, ticket_id: str) -> str:
        """See World."""
        answer = self._http.get(f"{self._url}/api/v2/tickets/{ticket_id}.json", timeout=5)
        answer.raise_for_status()
        return str(answer.json()["ticket"]["group_id"])

    def assign(self, ticket_id: str, group: str) -> None:
        """See World."""
        url = f"{self._url}/sandbox/tickets/{ticket_id}/assignment"
        body = {"agent": self.agent_email, "group": group}
        self._http.put(url, json=body, timeout=5).raise_for_status()

    def remove(self, *, ticket_id: str | None = None, user_id: str | None = None) -> None:
        """See World."""
        what = f"tickets/{ticket_id}" if ticket_id else f"users/{user_id}"
        self._http.delete(f"{self._url}/api/v2/{what}.json", timeout=5).raise_for_status()

    def subscribe(self, endpoint: str) -> str:
        """See World."""
        kinds = ("created", "comment_added", "tags_changed", "status_changed")
        webhook = {
            "name": "contract",
            "status": "active",
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "subscriptions": [f"zen:event-type:ticket.{kind}" for kind in kinds],
        }
        made = self._http.post(f"{self._url}/api/v2/webhooks", json={"webhook": webhook}, timeout=5)
        made.raise_for_status()
        number = made.json()["webhook"]["id"]
        secret = self._http.get(f"{self._url}/api/v2/webhooks/{number}/signing_secret", timeout=5)
        secret.raise_for_status()
        return str(secret.json()["signing_secret"]["secret"])

    def now(self) -> datetime:
        """See World."""
        return self._clock()

    def pass_time(self, seconds: float) -> None:
        """See World."""
        self._clock.ahead += timedelta(seconds=seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(f"{self._url}/sandbox/{path}", json=body, timeout=5)
        answer.raise_for_status()
        done: dict[str, Any] = answer.json()
        return done
