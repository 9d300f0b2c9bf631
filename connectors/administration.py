"""What an admin's set-up can do in a helpdesk: make what we need there, look at it, take it back.

A helpdesk without apps or rules offers fewer kinds. `plugin.installing` plans and applies; an
adapter knows what each thing looks like in its helpdesk's words, and calls its API.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from connectors.types import Person

# A thing as the helpdesk words it, cut down to what we set ourselves.
Shape = Mapping[str, object]
# Says how far a long step is.
Tell = Callable[[str], None]


class Kind(StrEnum):
    """What can be made in a helpdesk."""

    WEBHOOK = "webhook"
    VIEW = "view"
    MACRO = "macro"
    FIELD = "ticket field"
    RULE = "trigger"
    APP = "app"
    INSTALLATION = "installation"
    WIDGET = "widget"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is in the helpdesk.

    Attributes:
        marked: It carries our mark, so that we made it.
        active: Switched on.
    """

    kind: Kind
    id: str
    name: str
    shape: Shape
    marked: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that should be in the helpdesk.

    Attributes:
        key: Our name for it, the same for ever.
        why: What it is for, in a few words.
        vital: Nothing works without it as it is wanted; else a merchant may change it to taste.
        package: The app's file, of an app alone.
        replaces: A rule of theirs that it stands in for while it is on.
    """

    key: str
    kind: Kind
    name: str
    shape: Shape
    why: str
    vital: bool = False
    package: bytes = field(default=b"", repr=False)
    replaces: Thing | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """What the helpdesk is told about us.

    Attributes:
        webhook_url: Where events go.
        backend_url: Where the app finds us.
        account_id: Ours, for the account.
        draft_tag: On every ticket with a draft.
        approval_tag: On every ticket whose draft must be signed.
        fields: Also show the two tags as ticket fields.
        gate: Also hold back the customer's e-mail while a ticket has the approval tag.
        gated: The ids of the rules that are switched off for it already.
        package: The app's file; empty where there is none.
    """

    webhook_url: str
    backend_url: str
    account_id: str
    draft_tag: str
    approval_tag: str
    fields: bool = False
    gate: bool = False
    gated: frozenset[str] = frozenset()
    package: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Trust:
    """How an installation of our app proves itself.

    Attributes:
        public_key: PEM; None where the helpdesk does not tell it.
        audience: Whom it addresses its openings to.
    """

    public_key: str | None
    audience: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery to our webhook that did not arrive."""

    at: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """Calls that are left of `limit` in the present window."""

    left: int
    limit: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How our credential stands with the helpdesk.

    Attributes:
        person: Whom it belongs to.
        scopes: What it may do; None where the helpdesk does not tell.
        clock: The helpdesk's clock; None where it does not tell.
        headroom: None where it does not tell.
    """

    person: Person
    scopes: frozenset[str] | None
    clock: datetime | None
    headroom: Headroom | None


class Administration(Protocol):
    """One account, seen by its admin. Serves one thread.

    Every method may raise `connectors.errors.ConnectorError`, and nothing else.
    """

    def wanted(self, setup: Setup, things: Sequence[Thing]) -> tuple[Wanted, ...]:
        """What should be there, in the order in which it is made. Pure.

        Args:
            setup: What is asked for.
            things: What is there: a gate is made of the rules that it stands in for.
        """

    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of things that this helpdesk has."""

    def things(self, kind: Kind) -> tuple[Thing, ...]:
        """All of a kind, whoever made them."""

    def is_it(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether a thing is the wanted one, by our mark or by what nothing else has. Pure."""

    def fits(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether a thing has all that is wanted of it; it may have more. Pure."""

    def create(self, wanted: Wanted, *, tell: Tell) -> Thing:
        """Make it. After an `AmbiguousError` it may be there: look before asking again."""

    def update(self, thing: Thing, wanted: Wanted, *, tell: Tell) -> Thing:
        """Let a thing be as it is wanted."""

    def restore(self, thing: Thing, shape: Shape) -> None:
        """Give a thing back what it was."""

    def delete(self, thing: Thing) -> None:
        """Take it away."""

    def switch(self, *, on: Sequence[str], off: Sequence[str]) -> None:
        """Switch rules on and others off, all in one go. Read back before it returns."""

    def webhook_secret(self, webhook_id: str) -> str:
        """What a webhook is signed with."""

    def trust(self, app_id: str, installation_id: str) -> Trust:
        """How an installation proves itself."""

    def standing(self) -> Standing:
        """How our credential stands."""

    def failures(self, webhook_id: str, *, most: int) -> tuple[int, tuple[Failure, ...]]:
        """How many of the newest deliveries there are, at most `most`, and which failed."""
