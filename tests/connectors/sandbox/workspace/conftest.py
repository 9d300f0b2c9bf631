"""A helpdesk, an app that can be installed in it, and windows of a real Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, Seat, create_app
from tests.bench.chromium import launched
from tests.connectors.sandbox.support import ADMIN, AGENT, Caller

from .stub_app import StubApp
from .windows import Open

SECONDS = 10
# Chromium notes a refused form and a request that a test has cut off. And it warns of a frame that
# may run scripts as its own origin: that origin is never the workspace's.
_MEANT = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_",
    "An iframe which has both allow-scripts and allow-same-origin",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For this module."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """One helpdesk for all; each test has a ticket of its own."""
    seats = (Seat("Ada", ADMIN, "admin"), Seat("Ben", AGENT))
    with SandboxServer(create_app(SandboxConfig(agents=seats))) as running:
        yield running


@pytest.fixture
def stub(server: SandboxServer, anyone: Caller) -> Iterator[StubApp]:
    """The app, installed. Without this fixture there is none."""
    stub = StubApp(server.url)
    with SandboxServer(stub.app) as running:
        anyone.put("/sandbox/app", {"url": f"{running.url}/sidebar"})
        yield stub
    anyone("DELETE", "/sandbox/app").raise_for_status()


@pytest.fixture
def ticket(anyone: Caller) -> int:
    return anyone.open_ticket()


@pytest.fixture
def window(chromium: Browser, server: SandboxServer) -> Iterator[Open]:
    """Opens a page in a window of its own. In the end no browser had a complaint."""
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_MEANT):
            complaints.append(message.text)

    def make(path: str, *, clock: bool = False, **options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if clock:
            page.clock.install()
        page.goto(server.url + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
