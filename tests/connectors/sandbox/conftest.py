from collections.abc import Iterator

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app

from .support import (
    ADMIN,
    ADMIN_TOKEN,
    AGENT,
    AGENT_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    Caller,
    Receiver,
)


@pytest.fixture
def config() -> SandboxConfig:
    return SandboxConfig(
        agents=(Seat("Ada", ADMIN, "admin"), Seat("Ben", AGENT)),
        api_users={ADMIN: ADMIN_TOKEN, AGENT: AGENT_TOKEN},
        oauth_clients={CLIENT_ID: OAuthClient(CLIENT_SECRET, ADMIN)},
    )


@pytest.fixture
def server(config: SandboxConfig) -> Iterator[SandboxServer]:
    with SandboxServer(create_app(config)) as running:
        yield running


@pytest.fixture
def anyone(server: SandboxServer) -> Caller:
    return Caller(server.url)


@pytest.fixture
def admin(server: SandboxServer) -> Caller:
    return Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))


@pytest.fixture
def agent(server: SandboxServer) -> Caller:
    return Caller(server.url, (f"{AGENT}/token", AGENT_TOKEN))


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def hook_url(receiver: Receiver) -> Iterator[str]:
    with SandboxServer(receiver.app) as running:
        yield f"{running.url}/hook"
