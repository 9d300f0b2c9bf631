"""Customers who write in and agents who decide, by the draw of a seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plugin.demo.hands import Hands

_LOOKED_AT = 4


class People:
    """Opens tickets one after another, and does with each what was drawn for it.

    Args:
        hands: In the helpdesk.
        tickets: To draw from.
        agent: Who decides.
        draw: The seed's.
        wanted: How many tickets.

    Attributes:
        opened: Every ticket's id.
    """

    def __init__(
        self,
        hands: Hands,
        tickets: Sequence[Mapping[str, Any]],
        agent: str,
        *,
        draw: random.Random,
        wanted: int,
    ) -> None:
        self._hands = hands
        self._tickets = tickets
        self._agent = agent
        self._draw = draw
        self._wanted = wanted
        self._waiting: dict[str, Callable[[str], None]] = {}
        self.opened: list[str] = []

    def act(self, share: float) -> None:
        """Do what is to be done when `share` of the run is over."""
        while len(self.opened) < min(self._wanted, 1 + self._wanted * share):
            ticket_id = self._hands.open_ticket(self._draw.choice(self._tickets))
            self.opened.append(ticket_id)
            act = self._draw.choice((None, self._approve, self._approve, self._answer, self._ask))
            if act is not None:
                self._waiting[ticket_id] = act
        noted = self._noted()
        for ticket_id in [known for known in self._waiting if known in noted][:_LOOKED_AT]:
            self._waiting.pop(ticket_id)(ticket_id)

    def _noted(self) -> frozenset[str]:
        """Tickets on which the agents see a note of ours."""
        notes = self._hands.get("/sandbox/log")["notes"]
        return frozenset(str(note["ticket_id"]) for note in notes if note["channel"] == "api")

    def _approve(self, ticket_id: str) -> None:
        self._hands.agent_writes(ticket_id, self._agent, "/approve done", public=False)

    def _answer(self, ticket_id: str) -> None:
        self._hands.agent_writes(ticket_id, self._agent, "I look into it.", public=True)

    def _ask(self, ticket_id: str) -> None:
        self._hands.customer_writes(ticket_id, "One more thing: where is my order?")
