"""A running job engine, one for each kind of database."""

from collections.abc import Iterator

import pytest

from plugin.jobs import JobEngine
from plugin.pace import Pace
from plugin.store.engine import Database
from tests.bench.databases import KINDS, Databases, settings_for
from tests.jobs.support import Office


@pytest.fixture(scope="module", params=KINDS)
def office(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """The engine is one in a process, and slow to stop: a module's tests share it."""
    url = all_databases.fresh(request.param)
    settings = settings_for(url, tmp_path_factory.mktemp("office"))
    database = Database(url, connections=settings.connections)
    engine = JobEngine(database, settings, Pace())
    shared = Office(database, engine)
    engine.start(shared.desk.jobs)
    yield shared
    engine.stop()
    shared.client.close()
    database.close()
