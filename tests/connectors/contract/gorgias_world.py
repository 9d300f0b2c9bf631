"""People who act in the sandbox's Gorgias, beside the adapter."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import requests

from connectors.types import Channel

from .worlds import CUSTOMER_EMAIL, CUSTOMER_NAME, Clock

# How an app says that an agent wrote, in a message that it makes.
_VIAS = {Channel.WEB: "helpdesk", Channel.API: "api", Channel.EMAIL: "email"}


class GorgiasWorld:
    """Acts through the sandbox's hands, reads through Gorgias' API."""

    channels = frozenset(_VIAS)
    signs_bodies = False

    def __init__(
        self, url: str, clock: Clock, *, agent_email: str, credential: tuple[str, str]
    ) -> None:
        self._url = url
        self._clock = clock
        self._http = requests.Session()
        self._http.auth = credential
        self.agent_email = agent_email

    def open_ticket(self, subject: str, text: str) -> str:
        """See World."""
        ann = {"name": CUSTOMER_NAME, "email": CUSTOMER_EMAIL}
        ticket = {"subject": subject, "text": text, "from": ann, "tags": []}
        return str(self._hand("POST", "tickets", ticket)["ticket_id"])

    def customer_writes(self, ticket_id: str, text: str) -> str:
        """See World."""
        said = self._hand("POST", f"tickets/{ticket_id}/messages", {"text": text})
        return str(said["message_id"])

    def agent_writes(
        self, ticket_id: str, text: str, *, public: bool = False, channel: Channel = Channel.WEB
    ) -> str:
        """See World."""
        said = {
            "agent": self.agent_email,
            "text": text,
            "public": public,
            "via": _VIAS[channel],
        }
        return str(self._hand("POST", f"tickets/{ticket_id}/agent", said)["message_id"])

    def set_tags(self, ticket_id: str, *tags: str) -> None:
        """See World."""
        now = self.ticket_tags(ticket_id)
        change = {"add": sorted(set(tags) - now), "remove": sorted(now - set(tags))}
        given = {name: names for name, names in change.items() if names}
        self._hand("POST", f"tickets/{ticket_id}/tags", {**given, "agent": self.agent_email})

    def ticket_tags(self, ticket_id: str) -> frozenset[str]:
        """See World."""
        return frozenset(tag["name"] for tag in self._api("GET", f"tickets/{ticket_id}")["tags"])

    def groups(self) -> dict[str, str]:
        """See World."""
        return {one["name"]: str(one["id"]) for one in self._api("GET", "teams")["data"]}

    def ticket_group(self, ticket_id: str) -> str:
        """See World."""
        team = self._api("GET", f"tickets/{ticket_id}")["assignee_team"]
        return str(team["id"]) if team else ""

    def assign(self, ticket_id: str, group: str) -> None:
        """See World."""
        given = {"agent": self.agent_email, "team": group}
        self._hand("PUT", f"tickets/{ticket_id}/assignment", given)

    def remove(self, *, ticket_id: str | None = None, user_id: str | None = None) -> None:
        """See World. A ticket goes to the trash, as where an agent deletes it."""
        if ticket_id is None:
            self._api("DELETE", f"customers/{user_id}")
        else:
            given = {"trashed": True, "agent": self.agent_email}
            self._hand("PUT", f"tickets/{ticket_id}/status", given)

    def subscribe(self, endpoint: str) -> str:
        """See World. Written apart from the adapter's own: what it reads must not depend on it."""
        secret = secrets.token_urlsafe(32)
        triggers = ("ticket-created", "ticket-message-created", "ticket-updated")
        form = {
            "event": "{{event.type}}",
            "account": "{{ticket.account.domain}}",
            "ticket_id": "{{ticket.id}}",
            "customer_id": "{{ticket.customer.id}}",
            "updated": "{{ticket.updated_datetime}}",
            "message_id": "{{message.id}}",
            "channel": "{{message.channel}}",
            "from_agent": "{{message.from_agent}}",
            "public": "{{message.public}}",
            "sender_id": "{{message.sender.id}}",
            "created": "{{message.created_datetime}}",
        }
        http = {
            "url": endpoint,
            "method": "POST",
            "request_content_type": "application/json",
            "response_content_type": "application/json",
            "headers": {"X-Bookbag-Secret": secret},
            "triggers": dict.fromkeys(triggers, True),
            "form": form,
        }
        self._api("POST", "integrations", {"name": "contract", "type": "http", "http": http})
        return secret

    def now(self) -> datetime:
        """See World."""
        return self._clock()

    def pass_time(self, seconds: float) -> None:
        """See World."""
        self._clock.ahead += timedelta(seconds=seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _hand(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.request(method, f"{self._url}/sandbox/{path}", json=body, timeout=5)
        return _checked(answer)

    def _api(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, f"{self._url}/api/{path}", json=body, timeout=5)
        return _checked(answer)


def _checked(answer: requests.Response) -> dict[str, Any]:
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found
