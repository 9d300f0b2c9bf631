"""Kind -> class: the one place to register a connector, and the only one that knows them all."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from connectors.base import (
    AccountAccess,
    Chat,
    Commerce,
    Helpdesk,
    Mailer,
    RateBudget,
    Webhooks,
)
from connectors.clock import REAL, Clock
from connectors.connecting import Connecting
from connectors.gorgias import helpdesk as gorgias
from connectors.gorgias.connecting import GorgiasConnecting
from connectors.gorgias.webhooks import GorgiasWebhooks
from connectors.notify.chat import ChatHook
from connectors.notify.mail import Security, SmtpMailer, SmtpServer
from connectors.shop_api.commerce import ShopApi
from connectors.zendesk.connecting import ZendeskConnecting
from connectors.zendesk.helpdesk import ZendeskHelpdesk, ticket_page
from connectors.zendesk.webhooks import ZendeskWebhooks

T = TypeVar("T")


class _OpenHelpdesk(Protocol):
    def __call__(
        self,
        access: AccountAccess,
        *,
        allow_private: bool,
        clock: Clock,
        rates: RateBudget | None,
    ) -> Helpdesk: ...


class _OpenConnecting(Protocol):
    def __call__(self, *, allow_private: bool) -> Connecting: ...


class _OpenCommerce(Protocol):
    def __call__(self, url: str, token: str, *, allow_private: bool, clock: Clock) -> Commerce: ...


_HELPDESKS: Mapping[str, _OpenHelpdesk] = {
    "gorgias": gorgias.GorgiasHelpdesk,
    "zendesk": ZendeskHelpdesk,
}
_WEBHOOKS: Mapping[str, type[Webhooks]] = {
    "gorgias": GorgiasWebhooks,
    "zendesk": ZendeskWebhooks,
}
_TICKET_PAGES: Mapping[str, Callable[[str, str], str]] = {
    "gorgias": gorgias.ticket_page,
    "zendesk": ticket_page,
}
_CONNECTING: Mapping[str, _OpenConnecting] = {
    "gorgias": GorgiasConnecting,
    "zendesk": ZendeskConnecting,
}
_COMMERCE: Mapping[str, _OpenCommerce] = {"shop_api": ShopApi}

HELPDESKS = tuple(_HELPDESKS)
COMMERCE = tuple(_COMMERCE)


def helpdesk(
    kind: str,
    access: AccountAccess,
    *,
    allow_private: bool,
    clock: Clock = REAL,
    rates: RateBudget | None = None,
) -> Helpdesk:
    """Open one account of a helpdesk, for one thread.

    Args:
        kind: One of HELPDESKS.
        access: Address and credentials.
        allow_private: Also talk to loopback and private addresses.
        clock: Measures its time limits and waits between tries.
        rates: What all who call the account may spend together; None where nobody counts.

    Raises:
        ValueError: An unknown kind.
        ConnectorError: The address or the credentials cannot be used.
    """
    open_ = _known(_HELPDESKS, kind, "helpdesk")
    return open_(access, allow_private=allow_private, clock=clock, rates=rates)


def webhooks(kind: str) -> Webhooks:
    """How a helpdesk signs and words its webhooks.

    Raises:
        ValueError: An unknown kind.
    """
    return _known(_WEBHOOKS, kind, "helpdesk")()


def connecting(kind: str, *, allow_private: bool) -> Connecting:
    """How accounts of a helpdesk are connected.

    Raises:
        ValueError: An unknown kind.
    """
    return _known(_CONNECTING, kind, "helpdesk")(allow_private=allow_private)


def ticket_url(kind: str, url: str, ticket_id: str) -> str:
    """Where an agent opens a ticket in the browser, in the account at `url`.

    Raises:
        ValueError: An unknown kind.
    """
    return _known(_TICKET_PAGES, kind, "helpdesk")(url, ticket_id)


def commerce(
    kind: str, url: str, token: str, *, allow_private: bool, clock: Clock = REAL
) -> Commerce:
    """Open a merchant's shop, for one thread.

    Args:
        kind: One of COMMERCE.
        url: Base address.
        token: The shop's credential. Secret.
        allow_private: Also talk to loopback and private addresses.
        clock: Measures its time limits and waits between tries.

    Raises:
        ValueError: An unknown kind.
        ConnectorError: The address cannot be used.
    """
    return _known(_COMMERCE, kind, "shop")(url, token, allow_private=allow_private, clock=clock)


def mailer(
    host: str, port: int, *, security: Security, sender: str, user: str | None, password: str
) -> Mailer:
    """Where mail goes out.

    Args:
        host: The server's name.
        port: Its port.
        security: ``starttls``, ``tls`` or ``none``.
        sender: Whom mail is from.
        user: None where it asks for no password.
        password: Secret.
    """
    return SmtpMailer(SmtpServer(host, port, security, sender, user, password))


def chat(url: str, *, allow_private: bool, clock: Clock = REAL) -> Chat:
    """A merchant's chat, by its incoming webhook, for one thread.

    Args:
        url: The webhook's address. Secret.
        allow_private: Also talk to loopback and private addresses.
        clock: Measures its time limit.

    Raises:
        ConnectorError: The address cannot be used.
    """
    return ChatHook(url, allow_private=allow_private, clock=clock)


def _known(kinds: Mapping[str, T], kind: str, what: str) -> T:
    if kind not in kinds:
        raise ValueError(f"unknown {what} {kind!r}: known are {', '.join(sorted(kinds))}")
    return kinds[kind]
