"""One running service for a module's tests, on each kind of database; no test needs a clean one."""

from collections.abc import Iterator

import pytest

from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench


@pytest.fixture(scope="module", params=KINDS)
def door(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    url = all_databases.fresh(request.param)
    with Bench(settings_for(url, tmp_path_factory.mktemp("door"))) as running:
        yield running
