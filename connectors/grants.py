"""Tokens that come of a person's consent, and where they are kept.

A refresh may delete the old pair at once, so of all threads and processes exactly one refreshes,
and what it was given is stored before anybody uses it. That is the keeper's work; how a vendor
refreshes is the adapter's, which hands it over as `Renew`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from connectors.errors import GrantLostError

# A renewal that has begun is ended, whoever waits for it: cut off, its answer could be lost, and
# with it the grant. It takes no longer than this.
RENEW_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a vendor answers to a consent or to a refresh.

    Attributes:
        access: Secret.
        refresh: Secret; empty where there is none.
        life: Seconds until `access` ends.
        scope: What it is said to allow; empty where nothing is said.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    life: float
    scope: str = ""


# From a refresh token to a new pair, within `RENEW_SECONDS`. Raises `GrantLostError` where the
# vendor refuses the token, and any other `ConnectorError` where it may be good still.
Renew = Callable[[str], Tokens]


class Grant(Protocol):
    """The tokens of one account, kept for all threads and processes."""

    def token(self, renew: Renew, *, seconds: float) -> str:
        """An access token that is good for a while, renewed where the one there is about to end.

        Args:
            renew: How.
            seconds: How long the caller can wait.

        Raises:
            GrantLostError: A person must consent again.
            ConnectorError: It could not be renewed now.
        """

    def another(self, refused: str, renew: Renew, *, seconds: float) -> str:
        """An access token in place of one that the vendor refused."""


@dataclass(frozen=True, slots=True)
class FreshGrant:
    """Tokens that were just given, for a first look before they are kept anywhere."""

    tokens: Tokens

    def token(self, renew: Renew, *, seconds: float) -> str:
        """The one there is."""
        del renew, seconds
        return self.tokens.access

    def another(self, refused: str, renew: Renew, *, seconds: float) -> str:
        """There is no other."""
        del refused, renew, seconds
        raise GrantLostError("the tokens of this consent are refused")
