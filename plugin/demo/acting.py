"""How anybody acts in a sandbox helpdesk, whichever it speaks."""

from collections.abc import Mapping
from typing import Any

import requests

_SECONDS = 15
_A_TICKETS = ("subject", "text", "html", "from", "tags", "channel", "attachments", "cc")


class Acting:
    """Customers who write, and the calls that everything else is made of.

    Args:
        url: The sandbox's address.
        admin: Name and secret of an admin, for the vendor's own interface.
        said: What a sandbox calls the id of something said.
    """

    def __init__(self, url: str, admin: tuple[str, str], *, said: str) -> None:
        self.url = url
        self._session = requests.Session()
        # The environment's proxies have no place before a sandbox; looking for them is dear, too.
        self._session.trust_env = False
        self._admin = admin
        self._said = said

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def open_ticket(self, ticket: Mapping[str, Any]) -> str:
        """A customer writes in. Returns the ticket's id."""
        fields = {name: ticket[name] for name in _A_TICKETS if name in ticket}
        return str(self._post("/sandbox/tickets", fields)["ticket_id"])

    def customer_writes(self, ticket_id: str, text: str) -> str:
        """The customer writes again. Returns the id of what was said."""
        answer = self._post(f"/sandbox/tickets/{ticket_id}/messages", {"text": text})
        return str(answer[self._said])

    def pending_deliveries(self) -> int:
        """What is on its way still: webhooks, and messages to customers."""
        return sum(self.get("/sandbox/idle").values())

    def get(self, path: str) -> Any:
        """Read anything of the sandbox."""
        return self._do("GET", path).json()

    def _post(self, path: str, fields: Mapping[str, Any]) -> Any:
        answer = self._do("POST", path, fields)
        return answer.json() if answer.content else None

    def _do(
        self, method: str, path: str, fields: Mapping[str, Any] | None = None
    ) -> requests.Response:
        answer = self._session.request(
            method, f"{self.url}{path}", json=fields, auth=self._admin, timeout=_SECONDS
        )
        answer.raise_for_status()
        return answer
