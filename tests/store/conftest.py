"""A database of this release, open."""

from collections.abc import Iterator

import pytest

from plugin.store.columns import Keyring
from plugin.store.engine import Database
from tests.bench.databases import KEY
from tests.store.support import Owner, owner


@pytest.fixture(autouse=True)
def _keyring() -> Iterator[None]:
    """A test may take other keys into use."""
    Keyring.use((KEY,))
    yield
    Keyring.use((KEY,))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def shop(database: Database) -> Owner:
    """The merchant whose rows a test works on."""
    return owner(database)
