"""A customer who has been through everything: drafts in many states, verdicts, corrections."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.jobs import JobClient
from tests.bench.databases import settings_for
from tests.bench.world import Bench
from tests.privacy.customer import EveryJob


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Its jobs stand in the job engine's tables as well."""
    with Bench(settings_for(database_url, tmp_path)) as running:
        client = JobClient(running.runtime.database)
        EveryJob(running, client).attach()
        yield running
        client.close()
