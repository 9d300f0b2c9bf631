"""What several files of flows share."""

from collections.abc import Iterator

import pytest

from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench
from tests.flow.telling import Told, approvers_told


@pytest.fixture(scope="module", params=KINDS)
def shared(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """A merchant for a whole module, where each test opens tickets of its own."""
    folder = tmp_path_factory.mktemp("shared")
    with Bench(settings_for(all_databases.fresh(request.param), folder)) as running:
        yield running


@pytest.fixture
def told(bench: Bench) -> Iterator[Told]:
    """A merchant whose approvers are told by mail and in a chat."""
    with approvers_told(bench) as running:
        yield running
