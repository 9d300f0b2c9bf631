"""Catching up looks across merchants, too: which accounts are due, and how it goes in all.

As in `unscoped`, each returns ids, counts or a `Scope`, no content.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from plugin.store.catching_up_tables import RateRow, ReconciliationRow
from plugin.store.schema import Account
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class ToCompare:
    """An account that is compared with its helpdesk; `since` when it was connected, or is due."""

    scope: Scope
    id: str
    since: datetime


def accounts_not_compared(session: Session) -> Sequence[ToCompare]:
    """Accounts that nobody has begun to compare with their helpdesks."""
    rows = session.execute(
        select(Account.merchant_id, Account.id, Account.created_at)
        .outerjoin(ReconciliationRow, ReconciliationRow.account_id == Account.id)
        .where(ReconciliationRow.id.is_(None))
    )
    return [ToCompare(Scope(row.merchant_id), row.id, row.created_at) for row in rows]


def due_reconciliations(session: Session, *, at: datetime) -> Sequence[ToCompare]:
    """Accounts whose next page of changes should be read by now."""
    rows = session.execute(
        select(
            ReconciliationRow.merchant_id, ReconciliationRow.account_id, ReconciliationRow.due_at
        ).where(ReconciliationRow.due_at <= at)
    )
    return [ToCompare(Scope(row.merchant_id), row.account_id, row.due_at) for row in rows]


def forget_rates(session: Session, *, before: datetime) -> None:
    """Delete what was counted for single tickets that nobody has changed since."""
    session.execute(
        delete(RateRow)
        .where(RateRow.name.like("ticket:%"), RateRow.used_at < before)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Comparisons:
    """How well accounts are compared with their helpdesks, over all merchants.

    Attributes:
        oldest: When the account was last compared to its end that was not for longest; where one
            never was, since when it is to be.
        found: What no webhook had told, ever.
        failing: Accounts that cannot be compared now.
    """

    oldest: datetime | None
    found: int
    failing: int


def comparisons(session: Session) -> Comparisons:
    """Sum it up."""
    oldest, found, failing = session.execute(
        select(
            func.min(func.coalesce(ReconciliationRow.checked_at, ReconciliationRow.since)),
            func.sum(ReconciliationRow.found),
            func.count(ReconciliationRow.failing_since),
        )
    ).one()
    return Comparisons(oldest, found or 0, failing)
