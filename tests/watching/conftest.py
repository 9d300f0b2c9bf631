"""One running service for all these tests, on each kind of database; they open own tickets."""

from collections.abc import Iterator

import pytest

from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench


@pytest.fixture(scope="package", params=KINDS)
def both(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """Where SQL is concerned."""
    url = all_databases.fresh(request.param)
    with Bench(settings_for(url, tmp_path_factory.mktemp("both"))) as running:
        yield running


@pytest.fixture(scope="package")
def shared(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Everywhere else."""
    url = all_databases.fresh(KINDS[0])
    with Bench(settings_for(url, tmp_path_factory.mktemp("shared"))) as running:
        yield running
