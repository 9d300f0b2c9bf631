"""What all tests share: databases, the bench, and settings for property tests."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.bench.databases import KINDS, Databases, databases, settings_for
from tests.bench.sameness import made_once
from tests.bench.world import Bench

settings.register_profile("bookbag", deadline=None)
settings.load_profile("bookbag")


def pytest_collection_finish() -> None:
    """What is imported and collected stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Iterator[None]:
    """For every service of this process."""
    with made_once():
        yield


@pytest.fixture(scope="session")
def all_databases() -> Iterator[Databases]:
    """The run's database servers."""
    with databases() as found:
        yield found


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, all_databases: Databases) -> str:
    """A fresh database of this release; every test that asks runs on both kinds."""
    return all_databases.fresh(request.param)


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A merchant on a running service, with the sandbox beside it."""
    with Bench(settings_for(database_url, tmp_path)) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on each database, and how many could not be the same on both."""
    ran: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for report in terminalreporter.stats.get("passed", ()):
        name, _, parameters = report.nodeid.partition("[")
        for kind in KINDS:
            words = parameters.rstrip("]").split("-")
            if kind in words:
                ran[kind].add("-".join([name, *(word for word in words if word != kind)]))
    if not any(ran.values()):
        return
    shared = set.intersection(*ran.values())
    for kind, tests in ran.items():
        alone = len(tests - shared)
        terminalreporter.write_line(f"{kind}: {len(shared)} tests, and {alone} of its own")
