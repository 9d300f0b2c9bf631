"""What a drafter is given and what it gives back. Any drafter that keeps this can be plugged in."""

from dataclasses import dataclass
from typing import Protocol

from connectors.types import Order
from plugin.models import Draft


@dataclass(frozen=True, slots=True)
class Again:
    """Another draft is wanted for the same message.

    Attributes:
        instruction: How it should be, in the words of one of the merchant's people; may be empty.
            Who drafts without a language model says plainly what of it they could not follow.
        sources: Ids of what the draft was made from that is not wanted.
    """

    instruction: str
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Request:
    """One customer message and what is known about who wrote it. All text is untrusted.

    Attributes:
        text: The newest message alone, as plain text without quoted history.
        language: ISO 639-1, as the helpdesk believes; a fallback, not the truth.
        order: The order the ticket is about, where something other than the text says so.
        orders: The customer's orders, newest first.
        again: Set where a person did not want the draft before this one.
    """

    subject: str
    text: str
    tags: frozenset[str] = frozenset()
    language: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    order: Order | None = None
    orders: tuple[Order, ...] = ()
    again: Again | None = None


class Drafter(Protocol):
    """Turns a request into a draft, or into a draft without text and the reason why."""

    @property
    def name(self) -> str:
        """Which drafter; part of `Draft.drafter`."""

    @property
    def version(self) -> str:
        """Changes whenever the same request could be answered differently."""

    def draft(self, request: Request) -> Draft:
        """The draft of a reply. Never raises for anything a customer wrote."""
