"""What the service runs on: everything `app` has picked, handed down to whoever works with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.base import Chat, Commerce, Helpdesk, Mailer, Webhooks
from connectors.connecting import Connecting
from connectors.types import Message
from plugin.config import Settings
from plugin.drafting.base import Drafter
from plugin.jobs import Enqueue
from plugin.pace import Pace
from plugin.policy.model import PolicyFile
from plugin.store.engine import Database
from plugin.store.schema import Account
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """A merchant's policy file and its version; 0 where none was ever activated."""

    file: PolicyFile
    number: int


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of one running service.

    Attributes:
        helpdesk: The connection to an account, for the calling thread.
        webhooks: How a kind of helpdesk signs and words its webhooks.
        connecting: How accounts of a kind of helpdesk are connected.
        ticket_url: Where an agent opens a ticket of an account in the browser.
        shops: Where a merchant's orders are read.
        drafter: What drafts for a merchant.
        policy: What is in force for a merchant, as the transaction of `session` sees it.
        now: The clock.
        mail: Where mail goes out; None where no server is configured.
        chat: A merchant's chat, for the calling thread; None where none is set up.
        pace: How fast jobs beat, wait and give up.
    """

    settings: Settings
    database: Database
    enqueue: Enqueue
    helpdesk: Callable[[Account], Helpdesk]
    webhooks: Callable[[str], Webhooks]
    connecting: Callable[[str], Connecting]
    ticket_url: Callable[[Account, str], str]
    shops: Callable[[Scope], tuple[Commerce, ...]]
    drafter: Callable[[Scope], Drafter]
    policy: Callable[[Session, Scope], PolicyInForce]
    now: Callable[[], datetime]
    chat: Callable[[Scope], Chat | None]
    mail: Mailer | None = None
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Case:
    """One ticket that is being worked on, as its helpdesk gives it now.

    Attributes:
        conversation: All messages and notes, oldest first.
        erased: Ids of those that are left out of it: they came before the ticket was erased.
    """

    runtime: Runtime
    scope: Scope
    account: Account
    helpdesk: Helpdesk
    ticket_id: str
    conversation: tuple[Message, ...]
    erased: frozenset[str] = frozenset()
