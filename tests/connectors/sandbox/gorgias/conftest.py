from collections.abc import Iterator

import pytest

from connectors.sandbox.gorgias import create_app
from connectors.sandbox.server import SandboxServer

from .support import ADMIN, AGENT, CONFIG, KEYS, OBSERVER, Caller


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """One sandbox for a module: every test works on tickets of its own."""
    with SandboxServer(create_app(CONFIG)) as running:
        yield running


@pytest.fixture
def admin(server: SandboxServer) -> Caller:
    return Caller(server.url, (ADMIN, KEYS[ADMIN]))


@pytest.fixture
def agent(server: SandboxServer) -> Caller:
    return Caller(server.url, (AGENT, KEYS[AGENT]))


@pytest.fixture
def observer(server: SandboxServer) -> Caller:
    return Caller(server.url, (OBSERVER, KEYS[OBSERVER]))
