"""How a sandbox account is set up: its seats, its credentials, its clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

# Every seat is in it, and a ticket that nobody assigned.
DEFAULT_GROUP = "Support"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who works in the helpdesk. Only an admin may manage webhooks."""

    name: str
    email: str
    role: Literal["agent", "admin"] = "agent"


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client of the account's OAuth.

    Attributes:
        secret: Empty for a public client, which proves itself by PKCE alone.
        user_email: The seat that its own tokens (``client_credentials``) act as.
        redirect_uris: Where a consent may lead back to.
        name: What the consent page calls it.
    """

    secret: str = field(repr=False)
    user_email: str
    redirect_uris: tuple[str, ...] = ()
    name: str = "Bookbag"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How many calls the account takes before it answers 429.

    Attributes:
        calls: A minute, all together. So many that nobody meets it who does not try it.
        updates: Of tickets, a minute. So is this.
        ticket_updates: Of one ticket by one user, in ten minutes.
        exports: A minute.
    """

    calls: int = 100_000
    updates: int = 100_000
    ticket_updates: int = 30
    exports: int = 10


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """One sandbox account.

    Attributes:
        agents: Seats. They get the user ids 360000000001, 360000000002 ... in this order.
        groups: Other groups than the default one, each by the e-mails of its seats. They get the
            ids 44897999201818, 44897999201819 ... in this order.
        account_id: Zendesk's number of the account, sent with every webhook.
        subdomain: Shown in the workspace.
        api_users: E-mail of a seat to its API token.
        oauth_clients: Client identifier to its secret and seat.
        comment_with_created: A new ticket sends ``comment_added`` for its first comment beside
            ``created``. What Zendesk does is unconfirmed.
        id_offset: Added to every number that ids are made from. Give it another value where a new
            sandbox meets a database that remembers an older one.
        comment_limit: Most comments a ticket holds; after that 422.
        token_seconds: Life of an OAuth token that was asked for without ``expires_in``.
        export_page: Most items on one page of an export.
        limits: How many calls it takes.
        delivery_seconds: Time limit of a webhook delivery: of connecting, and of each read.
        clock: The present, aware.
    """

    agents: tuple[Seat, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    account_id: int = 2222096
    subdomain: str = "sandbox"
    api_users: Mapping[str, str] = field(default_factory=dict, repr=False)
    oauth_clients: Mapping[str, OAuthClient] = field(default_factory=dict)
    comment_with_created: bool = True
    id_offset: int = 0
    comment_limit: int = 5000
    token_seconds: int = 1800
    export_page: int = 1000
    limits: RateLimits = RateLimits()
    delivery_seconds: float = 10.0
    clock: Callable[[], datetime] = _utc_now

    def __post_init__(self) -> None:
        if not self.agents:
            raise ValueError("agents: at least one seat is needed")
        emails = [seat.email.lower() for seat in self.agents]
        if len(set(emails)) < len(emails):
            raise ValueError("agents: two seats have the same e-mail")
        used = [*self.api_users, *(client.user_email for client in self.oauth_clients.values())]
        for email in used:
            if email.lower() not in emails:
                raise ValueError(f"{email}: credentials for somebody who is not among the agents")
        for name, members in self.groups.items():
            if not {email.lower() for email in members} <= set(emails):
                raise ValueError(f"{name}: a group has members who are not among the agents")
