"""Visitors, and a real Chromium for the few tests that need one."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench
from tests.web.visitor import Visitor

_CHROMIUM = "/usr/bin/chromium"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Visit = Callable[..., Visitor]


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
    """A headless Chromium.

    It ends with the module, not with the session: until then the main thread has a running event
    loop, which is nothing that tests of other parts should meet.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()
