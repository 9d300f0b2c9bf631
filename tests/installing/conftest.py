"""A clean account for each test: what is installed is told by what is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.zendesk.administration import apps
from tests.bench.databases import Databases
from tests.installing.desk import Desk, opened


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zendesk is given time to find an upload; the sandbox needs none."""
    monkeypatch.setattr(apps, "_UPLOAD_SECONDS", 0.0)
    monkeypatch.setattr(apps, "_POLL_SECONDS", 0.0)


@pytest.fixture
def desk(all_databases: Databases, tmp_path: Path) -> Iterator[Desk]:
    # Its SQL is tried on both kinds of database in tests/store.
    url = all_databases.fresh("sqlite")
    with opened(url, tmp_path) as running:
        yield running
    all_databases.drop(url)
