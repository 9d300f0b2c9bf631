"""The store's shape: a scope comes first, and the exceptions stand in one list."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import ModuleType
from typing import get_type_hints

from sqlalchemy.orm import Session

from plugin import store
from plugin.store import unscoped
from plugin.store.base import Base, Owned
from plugin.store.scope import Scope

# Who adds a query across merchants adds it here too, having thought about it.
OF_CREDENTIALS = {"purpose": str | None, "last_seen_at": datetime}
ACROSS_MERCHANTS = {
    "merchant_names": Sequence[tuple[str, str]],
    "scope_of_account": Scope | None,
    "webhook_account": unscoped.WebhookAccount | None,
    "sign_in_link": unscoped.Credential | None,
    "sign_in_link_was_used": bool,
    "people_with_email": Sequence[tuple[Scope, str]],
    "pending_connection": tuple[Scope, str] | None,
    "web_session": unscoped.LiveSession | None,
    "overdue_events": Sequence[unscoped.Due],
    "overdue_drafts": Sequence[unscoped.Due],
    "overdue_redrafts": Sequence[unscoped.Due],
    "backlog": unscoped.Backlog,
    "overdue_approvals": Sequence[unscoped.Due],
    "overdue_effects": Sequence[unscoped.Due],
    "forget_sessions": type(None),
    "put_off": type(None),
}
# Nobody's yet, no merchant's at all, or no row's.
WITHOUT_SCOPE = {
    "drafts.lock_ticket",
    "leases.alive",
    "leases.beat",
    "leases.database_seconds",
    "leases.dead",
    "leases.drop",
    "leases.everyone",
    "leases.take",
    "merchants.add_merchant",
    "merchants.require_merchant",
    "rows.insert_once",
    "unscoped_reconciling.accounts_not_compared",
    "unscoped_reconciling.comparisons",
    "unscoped_reconciling.due_reconciliations",
    "unscoped_reconciling.forget_rates",
    "unscoped_secrets.rotate",
}
OF_NOBODY = {"bb_merchant", "bb_worker_lease"}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(store.__path__):
        if not found.ispkg:
            yield importlib.import_module(f"plugin.store.{found.name}")


def public(module: ModuleType) -> dict[str, Callable[..., object]]:
    return {
        name: thing
        for name, thing in vars(module).items()
        if inspect.isfunction(thing)
        and thing.__module__ == module.__name__
        and not name.startswith("_")
    }


def test_what_looks_across_merchants_stands_in_the_list_and_gives_ids_only() -> None:
    found = public(unscoped)
    assert {
        name: get_type_hints(function)["return"] for name, function in found.items()
    } == ACROSS_MERCHANTS


def test_what_they_give_is_ids_and_a_scope() -> None:
    """But for what a link is good for and since when a session rests: a word of ours, a time."""
    for kind in (unscoped.Due, unscoped.Credential, unscoped.LiveSession):
        hints = get_type_hints(kind)
        others = {name: hint for name, hint in hints.items() if not name.endswith("id")}
        assert others.pop("scope") is Scope
        assert others.items() <= OF_CREDENTIALS.items()
        assert all(hints[name] is str for name in hints if name.endswith("id"))


def test_every_other_query_takes_a_scope_after_the_session() -> None:
    without = set()
    for module in modules():
        if module is unscoped:
            continue
        for name, function in public(module).items():
            hints = get_type_hints(function)
            parameters = list(inspect.signature(function).parameters)
            if Session not in hints.values():
                continue
            assert hints[parameters[0]] is Session, f"{module.__name__}.{name}"
            if parameters[1:2] != ["scope"] or hints["scope"] is not Scope:
                without.add(f"{module.__name__.removeprefix('plugin.store.')}.{name}")
    assert without == WITHOUT_SCOPE


def test_every_table_has_an_owner_but_two() -> None:
    tables = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    assert {name for name, kind in tables.items() if not issubclass(kind, Owned)} == OF_NOBODY
    for name, kind in tables.items():
        assert name.startswith("bb_")
        column = kind.__table__.columns.get("merchant_id")
        assert (column is None) == (name in OF_NOBODY)
        assert column is None or not column.nullable
