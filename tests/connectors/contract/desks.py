"""A running helpdesk for each way into it. A new adapter adds its own here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial

from connectors.base import AccountAccess
from connectors.grants import Grant
from connectors.registry import helpdesk, webhooks
from connectors.sandbox import gorgias as gorgias_sandbox
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app

from .consents import BACK, PUBLIC_CLIENT, consented_in_zendesk
from .gorgias_world import GorgiasWorld
from .worlds import Clock, Desk, ZendeskWorld

OURS = "ai@acme.example"
AGENT = "bo@acme.example"
TOKEN = "t0ken-t0ken"
CLIENT, CLIENT_SECRET = "bookbag", "s3cret-s3cret"


@contextmanager
def zendesk(
    credentials: Mapping[str, str], consented: Callable[[str], Grant] | None = None
) -> Iterator[Desk]:
    """A running sandbox, and a way into it. `consented`: how a person lets us in there."""
    clock = Clock()
    config = SandboxConfig(
        agents=(Seat("Bookbag", OURS, "admin"), Seat("Bo", AGENT)),
        groups={"Leads": (AGENT,)},
        api_users={OURS: TOKEN},
        oauth_clients={
            CLIENT: OAuthClient(CLIENT_SECRET, OURS),
            PUBLIC_CLIENT: OAuthClient("", OURS, redirect_uris=(BACK,)),
        },
        clock=clock,
    )
    with SandboxServer(create_app(config)) as server:
        account = str(config.account_id)
        grant = consented(server.url) if consented else None
        access = AccountAccess(server.url, account, credentials, grant)
        world = ZendeskWorld(server.url, clock, agent_email=AGENT, credential=(OURS, TOKEN))
        another = partial(helpdesk, "zendesk", access, allow_private=True)
        yield Desk(another(), world, another, webhooks("zendesk"), account)
        world.close()


@contextmanager
def gorgias(credentials: Mapping[str, str]) -> Iterator[Desk]:
    # No list there goes up to a moment, so our own clock ends it: time can pass behind it only.
    clock = Clock(-timedelta(days=1))
    config = gorgias_sandbox.SandboxConfig(
        agents=(
            gorgias_sandbox.Seat("Bookbag", OURS, "admin"),
            gorgias_sandbox.Seat("Bo", AGENT),
        ),
        teams={"Leads": (AGENT,), "Support": (AGENT,)},
        api_keys={OURS: TOKEN},
        limits=gorgias_sandbox.RateLimits(100_000, 100_000),
        clock=clock,
    )
    with SandboxServer(gorgias_sandbox.create_app(config)) as server:
        access = AccountAccess(server.url, config.domain, credentials)
        world = GorgiasWorld(server.url, clock, agent_email=AGENT, credential=(OURS, TOKEN))
        another = partial(helpdesk, "gorgias", access, allow_private=True)
        yield Desk(another(), world, another, webhooks("gorgias"), config.domain)
        world.close()


DESKS: Mapping[str, Callable[[], AbstractContextManager[Desk]]] = {
    "gorgias-key": partial(gorgias, {"api_user": OURS, "api_token": TOKEN}),
    "zendesk-token": partial(zendesk, {"api_user": OURS, "api_token": TOKEN}),
    "zendesk-oauth": partial(zendesk, {"client_id": CLIENT, "client_secret": CLIENT_SECRET}),
    "zendesk-consent": partial(
        zendesk, {"client_id": PUBLIC_CLIENT, "by": "consent"}, consented_in_zendesk
    ),
}
