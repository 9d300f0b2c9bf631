"""Every column is classified: a new one cannot hold customers' data unseen."""

import re
from pathlib import Path

import pytest

from plugin.privacy.inventory import INVENTORY, KINDS, Holds
from plugin.privacy.wiping import DELETED, ERASED_ELSEWHERE, WIPES, tables
from plugin.store.base import Base
from plugin.store.columns import Secret

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_every_column_of_every_table_is_classified() -> None:
    columns = {
        name: {column.key for column in table.columns}
        for name, table in Base.metadata.tables.items()
    }
    assert {name: set(kept.columns) for name, kept in INVENTORY.items()} == columns


def test_secrets_are_classified_as_such() -> None:
    encrypted = {
        (name, column.key)
        for name, table in Base.metadata.tables.items()
        for column in table.columns
        if isinstance(column.type, Secret)
    }
    secret = {
        (name, column)
        for name, kept in INVENTORY.items()
        for column, holds in kept.columns.items()
        if holds is Holds.SECRET
    }
    assert encrypted <= secret


def test_everything_of_customers_can_be_erased() -> None:
    of_customers = {
        name: kept.of_customers
        for name, kept in INVENTORY.items()
        if kept.of_customers and name not in DELETED | ERASED_ELSEWHERE
    }
    assert {name: set(wipes) for name, wipes in WIPES.items()} == of_customers
    assert {kind.__tablename__ for kind in tables()} == of_customers.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_docs_tell_of_every_kind(kind: str) -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert rows.count(kind) == 1
    assert set(rows) <= KINDS
