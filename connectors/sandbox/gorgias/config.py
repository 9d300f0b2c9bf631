"""How a sandbox account is set up: its seats, its credentials, its clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Role = Literal[
    "admin", "agent", "basic-agent", "bot", "internal-agent", "lite-agent", "observer-agent"
]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who works in the helpdesk. Only an admin may manage integrations and widgets."""

    name: str
    email: str
    role: Role = "agent"


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An app that merchants may let in. Gorgias has confidential clients only, without PKCE."""

    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...] = ()
    name: str = "Bookbag"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The leaky buckets of the account, one for API keys and one for OAuth.

    Attributes:
        key_calls: What the bucket of the API keys holds.
        oauth_calls: What that of Bearer tokens holds.
        seconds: In which a full one runs empty.
    """

    key_calls: int = 40
    oauth_calls: int = 80
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Signing:
    """How ``hmac_secret`` signs. Header, encoding and digest (SHA-256) are unconfirmed."""

    header: str = "X-Gorgias-Signature"
    encoding: Literal["hex", "sha256=hex", "base64"] = "hex"


@dataclass(frozen=True, slots=True)
class Calling:
    """How HTTP integrations are called.

    Attributes:
        limit_seconds: Time limit of connecting, and of each read of the answer.
        retries: After a call that was not answered in time.
        retry_seconds: Before each of them. Gorgias's spacing is unconfirmed.
        failures: So many in a row turn an integration off.
        null_text: What a template makes of an empty value. Unconfirmed.
        signing: How a call is signed where a secret is set.
    """

    limit_seconds: float = 5.0
    retries: int = 3
    retry_seconds: float = 0.05
    failures: int = 100
    null_text: str = "None"
    signing: Signing = Signing()


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """One sandbox account.

    Attributes:
        agents: Seats. They get the user ids 510001, 510002 ... in this order.
        teams: Each by the e-mails of its seats.
        domain: The account's name, as in ``https://{domain}.gorgias.com``.
        api_keys: E-mail of a seat to its API key.
        oauth_clients: Client identifier to its secret and addresses.
        id_offset: Added to every number that ids are made from. Give it another value where a new
            sandbox meets a database that remembers an older one.
        token_seconds: Life of an access token.
        cursor_seconds: Life of a paging cursor.
        sending_seconds: How long a message to a customer takes until it is sent.
        limits: How many calls it takes.
        calling: How it calls integrations.
        clock: The present, aware.
    """

    agents: tuple[Seat, ...]
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    domain: str = "sandbox"
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    oauth_clients: Mapping[str, OAuthClient] = field(default_factory=dict)
    id_offset: int = 0
    token_seconds: int = 24 * 60 * 60
    cursor_seconds: int = 300
    sending_seconds: float = 0.01
    limits: RateLimits = RateLimits()
    calling: Calling = Calling()
    clock: Callable[[], datetime] = _utc_now

    def __post_init__(self) -> None:
        if not self.agents:
            raise ValueError("agents: at least one seat is needed")
        emails = [seat.email.lower() for seat in self.agents]
        if len(set(emails)) < len(emails):
            raise ValueError("agents: two seats have the same e-mail")
        used = {*self.api_keys, *(email for team in self.teams.values() for email in team)}
        for email in sorted(used):
            if email.lower() not in emails:
                raise ValueError(f"{email}: is not among the agents")
