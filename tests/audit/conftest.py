"""The store's open database, for the audit's tests too."""

from tests.store.conftest import _keyring, database

__all__ = ["_keyring", "database"]
