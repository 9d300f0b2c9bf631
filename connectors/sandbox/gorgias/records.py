"""What the sandbox remembers. Frozen: a change makes a new record, so readers need no lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
STATUSES = ("open", "closed")
PRIORITIES = ("critical", "high", "normal", "low")
NOTE = "internal-note"
CHANNELS = tuple(
    "aircall api chat contact_form email facebook facebook-mention facebook-messenger "
    "facebook-recommendations help-center instagram-ad-comment instagram-comment "
    "instagram-direct-message instagram-mention internal-note phone sms twitter "
    "twitter-direct-message whatsapp yotpo-review".split()
)
VIAS = (
    *CHANNELS,
    *"form gorgias_chat helpdesk instagram offline_capture rule self_service shopify".split(),
    *"twilio yotpo zendesk".split(),
)


def stamp(moment: datetime) -> str:
    """A time as Gorgias writes it: ``2024-02-14T21:49:40.308988+00:00``."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00"


def stamped(moment: datetime | None) -> str | None:
    """The same, of a time that may not have come."""
    return None if moment is None else stamp(moment)


@dataclass(frozen=True, slots=True)
class Person:
    """A seat, which has a role, or a customer, who has none.

    Attributes:
        channels: ``{type, address, preferred}``, as Gorgias's JSON has them.
        data: What ``PUT /customers/{id}/data`` stored.
        data_version: That of the data, an ISO time; older ones are ignored.
    """

    id: int
    name: str
    email: str | None
    role: str | None
    created_at: datetime
    updated_at: datetime
    external_id: str | None = None
    language: str | None = None
    timezone: str | None = None
    note: str | None = None
    channels: tuple[Mapping[str, Any], ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None
    data_version: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether they have a seat."""
        return self.role is not None


@dataclass(frozen=True, slots=True)
class Message:
    """Something said on a ticket; a note where the channel is `NOTE`.

    Attributes:
        sent_at: None while it is on its way, and of notes.
        source: ``{type, from, to, cc?, bcc?, extra?}``, as Gorgias's JSON has it.
        stripped_text: Without quoted thread and signature; None of notes.
    """

    channel: str
    via: str
    from_agent: bool
    sender: Person
    body_text: str
    body_html: str
    id: int = 0
    ticket_id: int = 0
    public: bool = True
    receiver: Person | None = None
    subject: str | None = None
    stripped_text: str | None = None
    stripped_html: str | None = None
    stripped_signature: str | None = None
    source: Mapping[str, Any] | None = None
    rule_id: int | None = None
    integration_id: int | None = None
    message_id: str | None = None
    external_id: str | None = None
    headers: Mapping[str, Any] | None = None
    attachments: tuple[Mapping[str, Any], ...] = ()
    meta: Mapping[str, Any] | None = None
    mention_ids: tuple[int, ...] = ()
    last_sending_error: Mapping[str, Any] | None = None
    created_at: datetime | None = None
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    failed_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def is_note(self) -> bool:
        """Whether only the team reads it."""
        return self.channel == NOTE

    @property
    def is_waiting(self) -> bool:
        """Whether it is on its way to the customer."""
        over = self.sent_at or self.failed_at or self.deleted_at
        return self.from_agent and not self.is_note and over is None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket with all its messages, oldest first. `tags` are names, in the order they came."""

    id: int
    subject: str | None
    customer_id: int
    channel: str
    via: str
    from_agent: bool
    created_at: datetime
    updated_at: datetime
    status: str = "open"
    priority: str = "normal"
    spam: bool = False
    language: str | None = None
    external_id: str | None = None
    assignee_user_id: int | None = None
    assignee_team_id: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    custom_fields: Mapping[int, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    snooze_at: datetime | None = None
    trashed_at: datetime | None = None

    def message(self, message_id: int) -> Message | None:
        """One of its messages."""
        return next((one for one in self.messages if one.id == message_id), None)

    @property
    def last_message_at(self) -> datetime | None:
        """When anything was last said."""
        return self.messages[-1].created_at if self.messages else None

    @property
    def last_received_at(self) -> datetime | None:
        """When the customer last wrote."""
        received = [one.created_at for one in self.messages if not one.from_agent]
        return received[-1] if received else None


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a ticket.

    Attributes:
        before: None for a new ticket.
        actor: Who did it; None where Gorgias itself did.
        message: The one that was added, edited, deleted, sent, or failed.
        happened: What besides can be seen from before and after, as names of events.
    """

    before: Ticket | None
    after: Ticket
    actor: Person | None
    message: Message | None = None
    happened: tuple[str, ...] = ()
