"""What connecting an account takes, of each helpdesk that can be connected by a person's consent.

Nothing is kept here: whoever asks stores what comes of it.
"""

from dataclasses import dataclass
from typing import Protocol

from connectors.base import AccountAccess
from connectors.grants import Tokens


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client. `secret` is empty for a public one. Secret."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a credential acts as.

    Attributes:
        user_id: The helpdesk's.
        lacks: What it may not do and would have to, a sentence each for the admin; none: it is
            good.
    """

    user_id: str
    name: str
    email: str
    lacks: tuple[str, ...] = ()


class Connecting(Protocol):
    """One kind of helpdesk. Every method but the first two calls it.

    Errors: ``ConnectorError`` and no other.
    """

    def address(self, given: str) -> str:
        """An account's base address from what an admin types, such as its subdomain.

        Raises:
            ValueError: It is none of this helpdesk's; says what is expected.
        """

    def consent_page(self, url: str, client: Client, *, back: str, state: str, proof: str) -> str:
        """Where a person lets the client in.

        Args:
            url: The account's base address.
            client: Whom.
            back: Where the answer goes.
            state: Comes back with it.
            proof: PKCE's challenge of a verifier, by S256 (RFC 7636).
        """

    def exchange(self, url: str, client: Client, *, back: str, code: str, verifier: str) -> Tokens:
        """The tokens for what a person agreed to.

        Raises:
            AuthError: The client or the code is refused.
        """

    def look(self, access: AccountAccess) -> Identity:
        """Whom a credential acts as, and whether it may do what we do, tried by real calls.

        Raises:
            AuthError: It lets nobody in.
        """
