"""What every helpdesk and every shop can do for us. Adapters implement it; nothing else is called.

Errors: every method may raise `connectors.errors.ConnectorError`, and no other exception of the
vendor or its library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.administration import Administration
from connectors.grants import Grant
from connectors.types import (
    Changes,
    HelpdeskEvent,
    Letter,
    Message,
    Order,
    Origin,
    Person,
    Receipt,
    TagChange,
    TagEdit,
    Ticket,
)

# As many tags of a helpdesk are read; where there are so many, there may be more.
MOST_TAGS = 300


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a helpdesk can do beyond the common ground.

    Attributes:
        make_private: A public message can be turned into an internal note afterwards.
    """

    reply_as_agent: bool
    save_hook: bool
    make_private: bool = False


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """How to reach one account of one merchant.

    Attributes:
        url: Base address, without a trailing slash.
        vendor_account: The vendor's own account number, checked on webhooks.
        credentials: Adapter's own keys, such as ``api_user`` and ``api_token`` or ``client_id`` and
            ``client_secret``. Secret.
        grant: The tokens of a person's consent, where the account was connected by one.
    """

    url: str
    vendor_account: str
    credentials: Mapping[str, str]
    grant: Grant | None = field(default=None, compare=False, repr=False)


class Helpdesk(Protocol):
    """One account of a helpdesk. An instance serves one thread."""

    capabilities: Capabilities

    def me(self) -> Person:
        """Whom our own writes are made as."""

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it stands now."""

    def conversation(self, ticket_id: str) -> tuple[Message, ...]:
        """All messages and notes, oldest first."""

    def origin(self, ticket_id: str, message_id: str) -> Origin:
        """Who made a message and through what, by the audit log, never by the message itself."""

    def add_note(self, ticket_id: str, html: str, *, tags: TagChange, effect_id: str) -> Receipt:
        """Write an internal note and change tags, in one update. Never public."""

    def send_reply(
        self,
        ticket_id: str,
        text: str,
        *,
        author_id: str | None,
        tags: TagChange,
        status: str | None,
        effect_id: str,
    ) -> Receipt:
        """Send a public reply, change tags and status, in one update.

        Args:
            ticket_id: Where.
            text: Plain text; the adapter makes safe HTML of it.
            author_id: Helpdesk id of the agent it goes out as; None for our own user.
            tags: Put on and taken off.
            status: The ticket's status after it; None leaves it.
            effect_id: Ours; kept with the update where the helpdesk can, to find it again.
        """

    def has_ticket(self, ticket_id: str) -> bool:
        """Whether the ticket is there; not where it was deleted, for good or not."""

    def has_user(self, user_id: str) -> bool:
        """Whether somebody is there; not where they were deleted, for good or not."""

    def change_tags(self, ticket_id: str, tags: TagChange, *, effect_id: str) -> None:
        """Put tags on and off without losing others'."""

    def tag_edits(self, ticket_id: str) -> tuple[TagEdit, ...]:
        """The latest updates of a ticket's tags by the audit log, newest first."""

    def make_private(self, ticket_id: str, message_id: str) -> None:
        """Turn a public message into an internal note; nothing is done where it is one.

        Only where `Capabilities.make_private` says so. What was mailed already stays mailed.
        """

    def group(self, group_id: str) -> str:
        """The name of a group of agents."""

    def assign(
        self, ticket_id: str, group_id: str, *, since: datetime, effect_id: str
    ) -> Receipt | None:
        """Give a ticket to a group of agents.

        Returns:
            None where nothing was done: it is there already, or somebody has assigned it by hand
            since `since`, who is not overruled.
        """

    def tags(self) -> tuple[str, ...]:
        """Tags that tickets have, the most used first, at most `MOST_TAGS`. A person waits."""

    def administration(self) -> Administration:
        """The account as its admin sees it: what must be made there once."""

    def find_effect(self, ticket_id: str, effect_id: str) -> Receipt | None:
        """The receipt of an earlier write of ours that carries `effect_id`, if it was done."""

    def changes(self, since: datetime | str) -> Changes:
        """A page of what happened on the account's tickets: one call, however much there is.

        Args:
            since: A moment, not later than two minutes ago, or the last page's cursor.
        """


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many calls in so many seconds, whoever makes them.

    Attributes:
        name: What is counted, such as ``calls`` or ``ticket:7``; one budget holds several.
        most: Where the helpdesk has not told another number.
        seconds: The window, wherever it begins.
    """

    name: str
    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RateTold:
    """What an answer says about a limit. None where it says nothing of it.

    Attributes:
        most: Calls in a window.
        left: Calls that are left of it, by the helpdesk's count, others' calls included.
        resets: Seconds until it begins anew.
        closed: Seconds for which nothing more is taken.
    """

    name: str
    most: int | None = None
    left: int | None = None
    resets: float | None = None
    closed: float | None = None


class RateBudget(Protocol):
    """One account's calls, counted together for all who make some. Serves any thread."""

    def spend(self, limits: Sequence[RateLimit], *, writing: bool) -> None:
        """Count a call that is about to be made against all of these.

        Raises:
            RateLimitedError: One of them is used up: nothing was counted, come back then.
        """

    def learn(self, told: Sequence[RateTold]) -> None:
        """Take note of what an answer says."""


class Webhooks(Protocol):
    """How one helpdesk signs and words its webhooks. Pure: no network."""

    def verify(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        secrets: Sequence[str],
        vendor_account: str,
        now: datetime,
    ) -> str:
        """Check the signature over the raw body against each secret, in constant time.

        Args:
            headers: As they came.
            body: As it came.
            secrets: What it may be signed with; with none, nothing is genuine.
            vendor_account: The account it must be for; empty where that is not known yet.
            now: The present.

        Returns:
            The vendor's number of the account that it is for.

        Raises:
            BadSignatureError: Unsigned, wrongly signed, stale, or for another account.
        """

    def parse(self, body: bytes) -> HelpdeskEvent:
        """Read a verified body.

        Raises:
            UnreadablePayloadError: The message names the field that is missing or wrong.
        """


class Mailer(Protocol):
    """Where mail goes out. Serves any thread."""

    def send(self, letter: Letter) -> None:
        """Hand a letter to the server. After an `AmbiguousError` it may have been taken."""


class Chat(Protocol):
    """A channel of the merchant's chat. Serves one thread."""

    def post(self, text: str, *, link: tuple[str, str]) -> None:
        """Post a message. After an `AmbiguousError` it may stand there.

        Args:
            text: On one line, whatever is in it: it formats and pings nothing.
            link: An address of ours and the words that lead there.
        """


class Commerce(Protocol):
    """A merchant's shop, read only."""

    def order(self, order_id: str) -> Order | None:
        """The order of that id, if there is one."""

    def orders_of(self, email: str) -> tuple[Order, ...]:
        """A customer's orders, newest first."""
