"""One warm process for all, and a scene for each kind of database."""

from collections.abc import Iterator

import pytest

from tests.bench.databases import KINDS, Databases
from tests.kills.nursery import Nursery
from tests.kills.scene import Scene, on_stage


@pytest.fixture(scope="package")
def nursery() -> Iterator[Nursery]:
    """Where processes come from."""
    with Nursery() as found:
        yield found


@pytest.fixture(scope="module", params=KINDS)
def scene(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    nursery: Nursery,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    """A module's tests share it: each leaves it quiet."""
    folder = tmp_path_factory.mktemp("scene")
    with on_stage(all_databases.fresh(request.param), nursery, folder) as found:
        yield found
