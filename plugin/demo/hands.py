"""The hands of customers and agents in the sandbox, and a look at its own truth."""

from collections.abc import Mapping, Sequence
from typing import Any

from plugin.demo.acting import Acting


class Hands(Acting):
    """Acts in the sandbox helpdesk as people would, over HTTP.

    Args:
        url: The sandbox's address.
        admin: E-mail and API token of an admin's seat.
    """

    def __init__(self, url: str, admin: tuple[str, str]) -> None:
        super().__init__(url, (f"{admin[0]}/token", admin[1]), said="comment_id")

    def agent_writes(
        self, ticket_id: str, agent: str, text: str, *, public: bool, status: str | None = None
    ) -> str:
        """An agent writes in the agent interface. Returns the comment's id.

        `status` is what the agent submits the ticket as; None leaves it.
        """
        fields = {"agent": agent, "text": text, "public": public, "status": status}
        return str(self._post(f"/sandbox/tickets/{ticket_id}/agent", fields)["comment_id"])

    def begin_conversation(self, customer: Mapping[str, str], text: str) -> str:
        """A customer writes in a messaging channel. Returns the ticket's id."""
        fields = {"from": dict(customer), "text": text}
        return str(self._post("/sandbox/conversations", fields)["ticket_id"])

    def says(self, ticket_id: str, text: str, *, who: str = "user", agent: str = "") -> str:
        """A user, an agent, a bot or the system says something in it. Returns the message's id."""
        fields = {"text": text, "as": who, "agent": agent or None}
        return str(self._post(f"/sandbox/conversations/{ticket_id}", fields)["message_id"])

    def app_writes(self, ticket_id: str, agent: str, text: str, *, channel: str = "api") -> str:
        """Another app, or a rule, writes to the customer as a seat. Returns the comment's id."""
        fields = {"agent": agent, "text": text, "public": True, "channel": channel}
        return str(self._post(f"/sandbox/tickets/{ticket_id}/agent", fields)["comment_id"])

    def make_private(self, ticket_id: str, comment_id: str) -> None:
        """Somebody turns a public comment into a note."""
        self._do("PUT", f"/api/v2/tickets/{ticket_id}/comments/{comment_id}/make_private")

    def change_tags(
        self, ticket_id: str, *, agent: str, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """An agent puts tags on a ticket and takes some off."""
        fields = {"add": list(add), "remove": list(remove), "agent": agent}
        self._post(f"/sandbox/tickets/{ticket_id}/tags", fields)

    def merge(self, ticket_id: str, *, into: str, agent: str) -> None:
        """An agent closes a ticket and merges it into another."""
        self._post(f"/sandbox/tickets/{ticket_id}/merge", {"into": into, "agent": agent})

    def assign(self, ticket_id: str, *, agent: str, **fields: str) -> None:
        """An agent gives a ticket to a `group` by its name, or `to` somebody."""
        self._do("PUT", f"/sandbox/tickets/{ticket_id}/assignment", {"agent": agent, **fields})

    def groups(self) -> Mapping[str, str]:
        """Group ids by name."""
        found = self.get("/api/v2/groups.json")["groups"]
        return {group["name"]: str(group["id"]) for group in found}

    def redact(self, ticket_id: str, comment_id: str, text: str) -> None:
        """An admin blacks out words of a comment."""
        path = f"/api/v2/tickets/{ticket_id}/comments/{comment_id}/redact"
        self._do("PUT", path, {"text": text})

    def delete_ticket(self, ticket_id: str) -> None:
        """An admin deletes a ticket."""
        self._do("DELETE", f"/api/v2/tickets/{ticket_id}")

    def delete_user(self, user_id: str) -> None:
        """An admin deletes a customer."""
        self._do("DELETE", f"/api/v2/users/{user_id}")

    def fail_next_update(self, ticket_id: str, status: int) -> None:
        """Let the helpdesk answer the next update of a ticket with `status`, and not do it."""
        match = {"method": "PUT", "path": f"/api/v2/tickets/{ticket_id}"}
        self._post("/sandbox/faults", {"fault": status, "calls": 1, "match": match})

    def ticket(self, ticket_id: str) -> Mapping[str, Any]:
        """A ticket as the helpdesk's API gives it."""
        ticket: Mapping[str, Any] = self.get(f"/api/v2/tickets/{ticket_id}.json")["ticket"]
        return ticket

    def tags(self, ticket_id: str) -> frozenset[str]:
        """A ticket's tags."""
        return frozenset(self.ticket(ticket_id)["tags"])

    def comments(self, ticket_id: str) -> list[Mapping[str, Any]]:
        """A ticket's comments, oldest first."""
        found = self.get(f"/api/v2/tickets/{ticket_id}/comments.json?page[size]=100")
        comments: list[Mapping[str, Any]] = found["comments"]
        return comments

    def updates(self, ticket_id: str) -> list[Mapping[str, Any]]:
        """A ticket's audit log, oldest first."""
        found = self.get(f"/api/v2/tickets/{ticket_id}/audits.json?page[size]=100")
        updates: list[Mapping[str, Any]] = found["audits"]
        return updates

    def public_replies(self, ticket_id: str, text: str) -> list[Mapping[str, Any]]:
        """Public comments with exactly this text."""
        wanted = " ".join(text.split())
        return [
            comment
            for comment in self.comments(ticket_id)
            if comment["public"] and " ".join(str(comment["plain_body"]).split()) == wanted
        ]

    def users(self) -> Mapping[str, str]:
        """Helpdesk user ids by e-mail."""
        return {user["email"]: str(user["id"]) for user in self.get("/api/v2/users.json")["users"]}

    def app_key(self) -> tuple[str, str]:
        """The public key of the sidebar's signed openings, and whom they are addressed to."""
        app = self.get("/sandbox/app")
        return str(app["public_key"]), str(app["audience"])

    def install_app(self, url: str) -> None:
        """Show a page of ours beside every ticket."""
        self._do("PUT", "/sandbox/app", {"url": url})

    def add_webhook(self, name: str) -> tuple[str, str]:
        """Create an event webhook that points nowhere yet. Returns its id and signing secret."""
        webhook = {
            "name": name,
            "status": "active",
            "endpoint": f"{self.url}/nowhere",
            "http_method": "POST",
            "request_format": "json",
            "subscriptions": [
                "zen:event-type:ticket.created",
                "zen:event-type:ticket.comment_added",
                "zen:event-type:ticket.tags_changed",
                "zen:event-type:ticket.status_changed",
                "zen:event-type:ticket.comment_redacted",
                "zen:event-type:ticket.attachment_redacted_from_comment",
                "zen:event-type:ticket.comment_made_private",
                "zen:event-type:ticket.merged",
                "zen:event-type:ticket.marked_as_spam",
                "zen:event-type:messaging_ticket.message_added",
                "zen:event-type:ticket.soft_deleted",
                "zen:event-type:ticket.permanently_deleted",
                "zen:event-type:user.deleted",
            ],
        }
        webhook_id = self._post("/api/v2/webhooks", {"webhook": webhook})["webhook"]["id"]
        secret = self.get(f"/api/v2/webhooks/{webhook_id}/signing_secret")["signing_secret"]
        return str(webhook_id), str(secret["secret"])

    def point_webhook(self, webhook_id: str, endpoint: str) -> None:
        """Let a webhook deliver to `endpoint`."""
        webhook = {"webhook": {"endpoint": endpoint}}
        self._do("PATCH", f"/api/v2/webhooks/{webhook_id}", webhook)
