"""Visitors, and a real Chromium for the few tests that need one."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from plugin import onboarding
from tests.bench.chromium import launched
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench
from tests.web.helpdesk_page import MEANT, Desk, Make
from tests.web.sidebar_app import install
from tests.web.visitor import Visitor

_SECONDS = 15
# A page that a test makes up has no address, so that it counts as one of the public internet.
_LOCAL = "--disable-features=LocalNetworkAccessChecks"

# Chromium notes a page that is shown with 4xx, as a refused verdict is, and a request that a test
# has cut off. Both are meant.
_CUT_OFF = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_",
)

Visit = Callable[..., Visitor]
Open = Callable[..., Page]


@pytest.fixture(scope="module", params=KINDS)
def bench(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """One merchant for a module, on both databases; each test opens tickets of its own."""
    folder = tmp_path_factory.mktemp("pages")
    with Bench(settings_for(all_databases.fresh(request.param), folder)) as running:
        yield running


@pytest.fixture
def visit(bench: Bench) -> Iterator[Visit]:
    """Makes visitors; signed in where an e-mail is given."""
    made: list[Visitor] = []

    def make(email: str | None = None, merchant_id: str | None = None) -> Visitor:
        visitor = Visitor(bench)
        made.append(visitor)
        if email is not None:
            visitor.sign_in(email, merchant_id)
        return visitor

    yield make
    for visitor in made:
        visitor.http.close()


@pytest.fixture(scope="module")
def sqlite_bench(
    all_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """One service for a module of browser tests; each opens tickets of its own."""
    folder = tmp_path_factory.mktemp("browser")
    with Bench(settings_for(all_databases.fresh("sqlite"), folder)) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For this module."""
    with launched(_LOCAL) as browser:
        yield browser


@pytest.fixture
def desk(sqlite_bench: Bench, chromium: Browser) -> Iterator[Make]:
    """Opens helpdesks, each in a window of its own. In the end no browser had a complaint."""
    install(sqlite_bench)
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(MEANT):
            complaints.append(message.text)

    def make(**options: object) -> Desk:
        context = chromium.new_context(**options)  # type: ignore[arg-type]  # passed through
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_SECONDS * 1000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Desk(sqlite_bench, page)

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(sqlite_bench: Bench, chromium: Browser) -> Iterator[Open]:
    """Signs somebody in, in a window of their own. In the end no browser had a complaint."""
    yield from windows(sqlite_bench, chromium)


def windows(bench: Bench, chromium: Browser) -> Iterator[Open]:
    """What `sign_in` gives, on any service."""
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_CUT_OFF):
            complaints.append(message.text)

    def make(email: str, **options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type]  # passed through
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_SECONDS * 1000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(onboarding.invite(bench.runtime, bench.scope.merchant_id, email))
        page.get_by_role("button", name="Continue as").click()
        page.wait_for_url("**/queue")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
