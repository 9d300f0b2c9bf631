"""Services as an attacker finds them, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plugin.serving import Serving
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench
from tests.hostile.wire import free_port


@contextmanager
def served(url: str, folder: Path) -> Iterator[Bench]:
    """A merchant whose web half is served as ``bookbag serve`` does, on its settings' port."""
    with Bench(settings_for(url, folder, port=free_port())) as bench:
        serving = Serving(bench.service, worker=False)
        serving.start()
        yield bench
        serving.stop()


@pytest.fixture(scope="module", params=KINDS)
def door(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """Such a merchant, on each kind of database."""
    with served(all_databases.fresh(request.param), tmp_path_factory.mktemp("door")) as bench:
        yield bench


@pytest.fixture(scope="module")
def waitress(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of such a merchant, for what never reaches the database."""
    with served(all_databases.fresh("sqlite"), tmp_path_factory.mktemp("waitress")) as bench:
        yield bench.service.runtime.settings.port
