"""The hands of customers and agents in the sandbox that speaks Gorgias."""

from collections.abc import Mapping, Sequence
from typing import Any

from plugin.demo.acting import Acting


class GorgiasHands(Acting):
    """Acts in the sandbox helpdesk as people would, over HTTP.

    Nothing of it is counted against the account's budget.

    Args:
        url: The sandbox's address.
        admin: E-mail and API key of an admin's seat.
    """

    def __init__(self, url: str, admin: tuple[str, str]) -> None:
        super().__init__(url, admin, said="message_id")

    def agent_writes(
        self,
        ticket_id: str,
        agent: str,
        text: str,
        *,
        public: bool,
        status: str | None = None,
        signature: str = "",
    ) -> str:
        """An agent writes in the agent interface. Returns the message's id.

        `status` is what it is sent as, "closed" for "send and close"; None leaves it.
        """
        fields = {"agent": agent, "text": text, "public": public, "status": status}
        return self._say(ticket_id, "agent", {**fields, "signature": signature})

    def app_writes(self, ticket_id: str, agent: str, text: str, *, channel: str = "api") -> str:
        """Another app writes to the customer as a seat. Returns the message's id."""
        fields = {"agent": agent, "text": text, "public": True, "via": channel}
        return self._say(ticket_id, "agent", fields)

    def rule_writes(
        self, ticket_id: str, text: str, *, public: bool = True, rule_id: int | None = None
    ) -> str:
        """A rule writes. Returns the message's id."""
        fields = {"text": text, "public": public, "rule_id": rule_id}
        return self._say(ticket_id, "rule", fields)

    def ai_agent(self, ticket_id: str, step: str, text: str | None = None) -> None:
        """Gorgias's AI Agent goes to a step: processing, answered, snooze, close or handover.

        With a text it answers the customer first.
        """
        self._post(f"/sandbox/tickets/{ticket_id}/ai-agent", {"step": step, "text": text})

    def apply_macro(self, ticket_id: str, agent: str, macro_id: str, *, public: bool) -> list[str]:
        """An agent applies a macro and sends what it wrote. Returns the messages' ids."""
        fields = {"macro_id": int(macro_id), "agent": agent, "public": public}
        made = self._post(f"/sandbox/tickets/{ticket_id}/macro", fields)["message_ids"]
        return [str(one) for one in made]

    def change_tags(
        self, ticket_id: str, *, agent: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """An agent puts tags on a ticket and takes some off."""
        fields = {"add": list(add), "remove": list(remove), "agent": agent}
        self._post(f"/sandbox/tickets/{ticket_id}/tags", fields)

    def assign(self, ticket_id: str, *, agent: str, **fields: str) -> None:
        """An agent gives a ticket to a `team` by its name, or `to` somebody."""
        self._do("PUT", f"/sandbox/tickets/{ticket_id}/assignment", {"agent": agent, **fields})

    def set_state(self, ticket_id: str, *, agent: str, **fields: str | bool) -> None:
        """An agent sets `status`, `trashed` or `spam`."""
        self._do("PUT", f"/sandbox/tickets/{ticket_id}/status", {"agent": agent, **fields})

    def merge(self, ticket_id: str, *, into: str, agent: str, gone: bool = False) -> None:
        """An agent merges a ticket into another; it goes to the trash, or is `gone`."""
        fields = {"into": int(into), "agent": agent, "gone": gone}
        self._post(f"/sandbox/tickets/{ticket_id}/merge", fields)

    def fail_next_update(self, ticket_id: str, status: int) -> None:
        """Let the helpdesk answer the next update of a ticket with `status`, and not do it."""
        match = {"method": "PUT", "path": f"/api/tickets/{ticket_id}"}
        self._post("/sandbox/faults", {"fault": status, "calls": 1, "match": match})

    def fail_sending(self, error: str, *, messages: int = 1) -> None:
        """Let the next messages to customers not leave."""
        self._post("/sandbox/sending/faults", {"error": error, "messages": messages})

    def hold_sending(self) -> None:
        """Let nothing leave until it is released."""
        self._post("/sandbox/sending/hold", {})

    def release_sending(self) -> None:
        """Let leave what was held, and what comes."""
        self._post("/sandbox/sending/release", {})

    def ticket(self, ticket_id: str) -> Mapping[str, Any]:
        """A ticket as the helpdesk's API gives it, with its messages."""
        ticket: Mapping[str, Any] = self.get(f"/sandbox/tickets/{ticket_id}")
        return ticket

    def tags(self, ticket_id: str) -> frozenset[str]:
        """A ticket's tags."""
        return frozenset(tag["name"] for tag in self.ticket(ticket_id)["tags"])

    def messages(self, ticket_id: str) -> list[Mapping[str, Any]]:
        """What was said on a ticket, notes included, oldest first."""
        found: list[Mapping[str, Any]] = self.ticket(ticket_id)["messages"]
        return found

    def mailed(self, ticket_id: str) -> list[Mapping[str, Any]]:
        """What left for the customer of a ticket, oldest first."""
        found = self.get("/sandbox/log")["mailed"]
        return [one for one in found if str(one["ticket_id"]) == ticket_id]

    def public_replies(self, ticket_id: str, text: str) -> list[Mapping[str, Any]]:
        """Public messages of the team with exactly this text."""
        wanted = " ".join(text.split())
        return [
            one
            for one in self.messages(ticket_id)
            if one["public"] and one["from_agent"] and " ".join(one["text"].split()) == wanted
        ]

    def sidebar(self, ticket_id: str) -> list[Mapping[str, Any]]:
        """The cards beside a ticket, as the widgets show them."""
        cards: list[Mapping[str, Any]] = self.get(f"/sandbox/tickets/{ticket_id}/sidebar")["cards"]
        return cards

    def calls(self, integration_id: str) -> list[Mapping[str, Any]]:
        """What an integration was sent, oldest first."""
        path = f"/sandbox/integrations/{integration_id}/calls"
        found: list[Mapping[str, Any]] = self.get(path)["calls"]
        return found

    def users(self) -> Mapping[str, str]:
        """Helpdesk user ids by e-mail."""
        return {user["email"]: str(user["id"]) for user in self.get("/sandbox/users")["data"]}

    def _say(self, ticket_id: str, who: str, fields: Mapping[str, Any]) -> str:
        return str(self._post(f"/sandbox/tickets/{ticket_id}/{who}", fields)[self._said])
