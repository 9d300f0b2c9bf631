"""How quickly drafts were approved, by what had held them; never by whom."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from plugin.store.schema import DecisionRow, VerdictRow
from plugin.store.scope import Scope


def measured(session: Session, scope: Scope, *, limit: int) -> Sequence[tuple[Any, bool]]:
    """Of the last measured approvals: the policies that had fired, and whether it was quick."""
    rows = session.execute(
        select(DecisionRow.policies, VerdictRow.quick)
        .join(
            DecisionRow,
            and_(
                DecisionRow.merchant_id == scope.merchant_id,
                DecisionRow.draft_id == VerdictRow.draft_id,
                DecisionRow.rev == VerdictRow.rev,
            ),
        )
        .where(VerdictRow.merchant_id == scope.merchant_id, VerdictRow.quick.is_not(None))
        .order_by(VerdictRow.id.desc())
        .limit(limit)
    )
    return [(policies, bool(quick)) for policies, quick in rows]


def forget(session: Session, scope: Scope, *, most: int) -> bool:
    """Erase what was measured of a merchant's people, so many rows. Whether there may be more."""
    rows = session.scalars(
        select(VerdictRow)
        .where(VerdictRow.merchant_id == scope.merchant_id, VerdictRow.quick.is_not(None))
        .order_by(VerdictRow.id)
        .limit(most)
    ).all()
    for row in rows:
        row.seen_ms = row.quick = None
    session.flush()
    return len(rows) == most
