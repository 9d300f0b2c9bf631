"""A running helpdesk for each way into it. A new adapter adds its own here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from connectors.base import AccountAccess
from connectors.grants import Grant
from connectors.registry import helpdesk, webhooks
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app

from .consents import BACK, PUBLIC_CLIENT, consented_in_zendesk
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


DESKS: Mapping[str, Callable[[], AbstractContextManager[Desk]]] = {
    "zendesk-token": partial(zendesk, {"api_user": OURS, "api_token": TOKEN}),
    "zendesk-oauth": partial(zendesk, {"client_id": CLIENT, "client_secret": CLIENT_SECRET}),
    "zendesk-consent": partial(
        zendesk, {"client_id": PUBLIC_CLIENT, "by": "consent"}, consented_in_zendesk
    ),
}
