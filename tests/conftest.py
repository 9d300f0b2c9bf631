"""What all tests share: databases, the bench, and settings for property tests."""

import gc
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from tests.bench import drawing, running_order
from tests.bench.databases import KINDS, Databases, databases, memory, settings_for
from tests.bench.drawing import nameless
from tests.bench.sameness import made_once
from tests.bench.world import Bench

settings.register_profile("bookbag", deadline=None)
settings.load_profile("bookbag")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make test` asks for, and a run of a few tests does not."""
    parser.addoption(
        "--equal-databases",
        action="store_true",
        help="fail where a test passed on one kind of database only",
    )
    parser.addoption(
        drawing.OPTION,
        action="store_true",
        help="run a test of flows and pages on one kind of database, drawn by its name",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing of what is imported is garbage: looking for some would be an eighth of the work."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have the longest files begin first, and leave out databases that were not drawn."""
    items.sort(key=lambda item: running_order.place(item.nodeid))
    if not config.getoption(drawing.OPTION):
        return
    left_out = {item for item in items if drawing.is_left_out(item.nodeid, item.keywords)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    # A full collection looks at all that a test's services made, dead or alive: seldom is enough.
    gc.set_threshold(200_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Iterator[None]:
    """For every service of this process."""
    with made_once():
        yield


@pytest.fixture(scope="session")
def all_databases() -> Iterator[Databases]:
    """The run's database servers."""
    with databases(memory()) as found:
        yield found


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, all_databases: Databases) -> Iterator[str]:
    """A fresh database of this release; every test that asks runs on both kinds."""
    url = all_databases.fresh(request.param)
    yield url
    all_databases.drop(url)


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A merchant on a running service, with the sandbox beside it."""
    with Bench(settings_for(database_url, tmp_path)) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on each database, and how many are meant for that one alone."""
    ran = passed_by_database(terminalreporter)
    if not any(ran.values()):
        return
    for kind, tests in ran.items():
        alone = len(tests & on_one(ran))
        terminalreporter.write_line(f"{kind}: {len(tests) - alone} tests, and {alone} of its own")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A whole run in which a test passed on one database only, and does not say why, has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus or reporter is None or not session.config.getoption("--equal-databases"):
        return
    drawn = session.config.getoption(drawing.OPTION)
    odd = on_one(passed_by_database(reporter))
    meant = {
        nameless(report.nodeid)[1]
        for report in reporter.stats.get("passed", ())
        if "one_database" in report.keywords
        or (drawn and drawing.is_drawn(report.nodeid, report.keywords))
    }
    if odd - meant:
        reporter.write_line(f"on one database only: {', '.join(sorted(odd - meant))}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def passed_by_database(reporter: pytest.TerminalReporter) -> dict[str, set[str]]:
    """The tests that passed on each database, by their names without it."""
    ran: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for report in reporter.stats.get("passed", ()):
        kind, name = nameless(report.nodeid)
        if kind:
            ran[kind].add(name)
    return ran


def on_one(ran: Mapping[str, set[str]]) -> set[str]:
    """The tests that are not on both."""
    ours, theirs = ran.values()
    return ours ^ theirs
