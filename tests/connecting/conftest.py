"""A sandbox that people consent in, and accounts that were connected by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from tests.bench.databases import KEY
from tests.bench.world import Clock
from tests.connecting.consented import ADMIN, AGENT, BACK, CLIENT, Consented, Desk


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A helpdesk with one client; its clock and the tests' are one."""
    clock = Clock()
    config = SandboxConfig(
        agents=(Seat("AI drafts", ADMIN, "admin"), Seat("Ben", AGENT)),
        oauth_clients={CLIENT: OAuthClient("", ADMIN, (BACK,))},
        clock=clock,
    )
    with SandboxServer(create_app(config)) as running:
        yield Desk(running.url, clock)


@pytest.fixture
def consented(database_url: str, desk: Desk, tmp_path: Path) -> Iterator[Consented]:
    """An account that somebody consented to, on a database of its own."""
    Keyring.use((KEY,))
    database = Database(database_url, connections=12)
    desk.start_over()
    yield Consented(desk, database, tmp_path)
    desk.start_over()
    database.close()
