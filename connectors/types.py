"""What the outside world looks like to us: frozen, normalised, without vendors' words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

# ISO 4217 minor units that are not 2 (https://www.iso.org/iso-4217-currency-codes.html).
# Decimal places where they are not two.
MINOR_UNITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_CODE_LENGTH = 3
# A complaint quotes no more of what it is about.
_SHOWN = 40


def minor_units(currency: str) -> int:
    """Decimal places of an ISO 4217 currency: 0 for JPY, 2 for USD, 3 for KWD."""
    return MINOR_UNITS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in one currency.

    Attributes:
        amount: Never a binary float; at most as many places as the currency has.
        currency: ISO 4217, upper case.
    """

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.{minor_units(self.currency)}f} {self.currency}"

    @classmethod
    def parse(cls, amount: str, currency: str) -> "Money":
        """Read a decimal string such as ``"54.20"``.

        Raises:
            ValueError: Not a plain decimal, negative, too many places, or no currency code.
        """
        letters = currency.isascii() and currency.isalpha() and currency.isupper()
        if len(currency) != _CODE_LENGTH or not letters:
            raise ValueError(f"{currency[:_SHOWN]!r} is not an ISO 4217 code such as USD")
        if not amount.isascii() or not amount.replace(".", "", 1).isdigit():
            raise ValueError(f"{amount[:_SHOWN]!r} is not a decimal amount such as 54.20")
        try:
            value = Decimal(amount)
        except InvalidOperation as bad:
            raise ValueError(f"{amount[:_SHOWN]!r} is not a decimal amount such as 54.20") from bad
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > minor_units(currency):
            raise ValueError(f"{amount[:_SHOWN]!r} has more decimal places than {currency}")
        return cls(value, currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """The amount of `minor` smallest units: ``from_minor(5420, "USD")`` is 54.20 USD."""
        return cls(Decimal(minor).scaleb(-minor_units(currency)), currency)

    def minor(self) -> int:
        """The amount in the currency's smallest unit, as it is stored."""
        return int(self.amount.scaleb(minor_units(self.currency)).to_integral_exact())


class PersonRole(StrEnum):
    """What somebody is in the helpdesk."""

    END_USER = "end_user"
    AGENT = "agent"
    ADMIN = "admin"

    @property
    def is_staff(self) -> bool:
        """Works for the merchant."""
        return self is not PersonRole.END_USER


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the helpdesk. `id` is the helpdesk's."""

    id: str
    name: str
    role: PersonRole
    email: str | None = None


class Channel(StrEnum):
    """How a message or an update came in. `WEB` and `MOBILE` are the agent's own interface."""

    WEB = "web"
    MOBILE = "mobile"
    EMAIL = "email"
    CHAT = "chat"
    API = "api"
    RULE = "rule"
    OTHER = "other"


# Through these no person writes: another app, and what the helpdesk does by itself.
_MACHINES = frozenset({Channel.API, Channel.RULE})


@dataclass(frozen=True, slots=True)
class Message:
    """One message or note of a ticket.

    Attributes:
        text: Plain text as the helpdesk gives it, with quoted history still inside.
        html: HTML as the helpdesk gives it: untrusted; None where there is none.
        public: False for an internal note.
        channel: Through what it was written; `RULE` also where the helpdesk wrote it by itself.
    """

    id: str
    author: Person
    public: bool
    text: str
    created_at: datetime
    html: str | None = None
    channel: Channel = Channel.OTHER
    attachments: tuple[str, ...] = ()

    @property
    def is_by_machine(self) -> bool:
        """In the merchant's name, and no person wrote it: a rule, a bot or another app.

        Our own messages are such, too: they are known by their receipts.
        """
        return self.author.role.is_staff and self.channel in _MACHINES


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands now.

    Attributes:
        status: Lower case: new, open, pending, hold, solved, closed.
        stamp: The helpdesk's own version stamp, passed back unchanged for safe updates.
        takes_replies: A public reply of ours reaches the customer. Where it does not, an agent
            sends the draft from their composer.
    """

    id: str
    subject: str
    status: str
    tags: frozenset[str]
    requester: Person
    channel: Channel
    created_at: datetime
    stamp: str
    takes_replies: bool = True

    @property
    def is_over(self) -> bool:
        """Whether staff is done with it: a customer who writes on it opens it again."""
        return self.status in ("solved", "closed")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who really made an update and through what, by the helpdesk's own audit log."""

    author_id: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order."""

    id: str
    title: str
    price: Money
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """A shop order. All money is in the order's one currency."""

    id: str
    email: str
    total: Money
    placed_at: datetime
    status: str
    shipping: Money
    items: tuple[Item, ...]
    tracking_url: str | None = None
    refunded: Money | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """A typed thing to be done: refund, reship, discount ...

    Attributes:
        type: One of interfaces' list, or ``custom:<name>``.
        amount: What the customer gets.
        value: What goods cost the merchant, where there is no amount.
        order: The order's id.
        customer: Whom it is for.
        items: Ids of the order's lines.
        origins: Where each argument came from, by its name; tells no two actions apart.
    """

    type: str
    amount: Money | None = None
    value: Money | None = None
    order: str | None = None
    customer: str | None = None
    items: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def money(self) -> Money | None:
        """What it costs: `amount`, else `value`; None where it has none or it is not known."""
        return self.amount or self.value


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other system's proof that an effect was done."""

    external_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain-text mail to one person.

    Attributes:
        id: Ours; the same letter sent twice has the same.
        at: When it was written.
    """

    id: str
    to: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TagChange:
    """Tags to put on and take off in one write; all others stay."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    def apply(self, tags: frozenset[str]) -> frozenset[str]:
        """`tags` after the change; `add` wins over `remove`."""
        return (tags - self.remove) | self.add


@dataclass(frozen=True, slots=True)
class TagEdit:
    """One update of a ticket's tags, by the helpdesk's own audit log.

    Attributes:
        ours: The update was one of ours.
    """

    author_id: str
    channel: Channel
    added: frozenset[str]
    removed: frozenset[str]
    ours: bool


class EventKind(StrEnum):
    """What a webhook says happened."""

    TICKET_CREATED = "ticket_created"
    MESSAGE_ADDED = "message_added"
    MESSAGE_FAILED = "message_failed"
    TAGS_CHANGED = "tags_changed"
    STATUS_CHANGED = "status_changed"
    MESSAGE_REDACTED = "message_redacted"
    MESSAGE_MADE_PRIVATE = "message_made_private"
    TICKET_MERGED = "ticket_merged"
    TICKET_DELETED = "ticket_deleted"
    USER_DELETED = "user_deleted"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class HelpdeskEvent:
    """A webhook, normalised. A hint only: the ticket is read again before anything is done.

    Attributes:
        id: The helpdesk's id of this event; the same when it is delivered twice.
        vendor_type: The vendor's own name of the event.
        message_id: Of a MESSAGE_ADDED, of a MESSAGE_FAILED, which was written and could not be
            sent, and of a MESSAGE_REDACTED or MESSAGE_MADE_PRIVATE where the payload names it.
        requester_id: Who asked on the ticket, where the payload names one.
        user_id: Of a USER_DELETED, which is about no ticket.
        author_id: The message's author, where the payload names one.
        public: The message's visibility, where the payload names it.
        merged_into: Of a TICKET_MERGED: the other ticket, where the payload names it.
        tags_added: Of a TAGS_CHANGED.
        tags_removed: Of a TAGS_CHANGED.
        raw: The payload.
    """

    id: str
    kind: EventKind
    vendor_type: str
    ticket_id: str
    occurred_at: datetime
    message_id: str | None = None
    author_id: str | None = None
    author_is_staff: bool | None = None
    public: bool | None = None
    requester_id: str | None = None
    user_id: str | None = None
    merged_into: str | None = None
    tags_added: frozenset[str] = frozenset()
    tags_removed: frozenset[str] = frozenset()
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketChange:
    """Something that happened on a ticket, as an export tells it. A hint only, like a webhook.

    Attributes:
        id: The same whenever it is told again.
        kind: MESSAGE_ADDED, STATUS_CHANGED of a ticket that is closed now, or TICKET_DELETED.
        message_id: Of a MESSAGE_ADDED, like the next three.
        author_id: Who wrote it; the export does not say what they are.
        public: Its visibility.
        opens: Whether it is what its ticket was opened with.
    """

    id: str
    kind: EventKind
    ticket_id: str
    at: datetime
    message_id: str | None = None
    author_id: str | None = None
    public: bool | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of an export of changes, oldest first. Something may be told on two pages.

    Attributes:
        cursor: Where the next page begins, in the helpdesk's own words.
        until: All messages up to here were told.
        end: There is nothing more to be told now.
        whole: False where there was more than the helpdesk could tell.
    """

    changes: tuple[TicketChange, ...]
    cursor: str
    until: datetime
    end: bool
    whole: bool = True
