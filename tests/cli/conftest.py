"""Shells on fresh databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.store.columns import Keyring
from tests.bench.databases import KEY
from tests.cli.support import Shell, settings_of


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Iterator[Shell]:
    """A shell on a database of this release."""
    Keyring.use((KEY,))
    yield Shell(settings_of(database_url, tmp_path), tmp_path)
    Keyring.use((KEY,))


@pytest.fixture
def new_shell(tmp_path: Path) -> Shell:
    """A shell on a database that is not there yet."""
    return Shell(settings_of(f"sqlite:///{tmp_path}/new.db", tmp_path), tmp_path)
