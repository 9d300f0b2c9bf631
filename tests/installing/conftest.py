"""A clean account for each test, or one that is installed for a module."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.zendesk.administration import apps
from tests.bench.databases import Databases
from tests.installing.desk import Desk, opened


@pytest.fixture(autouse=True, scope="package")
def _hurried() -> Iterator[None]:
    """Zendesk is given time to find an upload; the sandbox needs none. All apps share one key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apps, "_UPLOAD_SECONDS", 0.0)
        patch.setattr(apps, "_POLL_SECONDS", 0.0)
        patch.setattr(rsa, "generate_private_key", cache(rsa.generate_private_key))
        yield


@pytest.fixture
def desk(all_databases: Databases, tmp_path: Path) -> Iterator[Desk]:
    # Its SQL is tried on both kinds of database in tests/store.
    url = all_databases.fresh("sqlite")
    with opened(url, tmp_path) as running:
        yield running
    all_databases.drop(url)
