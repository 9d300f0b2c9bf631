"""Corrections: a draft against what was really sent."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.store.rows import insert_once
from plugin.store.schema import CorrectionRow
from plugin.store.scope import Scope


def add(session: Session, scope: Scope, correction: CorrectionRow) -> bool:
    """Log a correction once for each draft and sent message."""
    correction.merchant_id = scope.merchant_id
    return insert_once(session, correction)


def recent(session: Session, scope: Scope, *, limit: int) -> Sequence[CorrectionRow]:
    """The newest corrections, newest first."""
    return session.scalars(
        select(CorrectionRow)
        .where(CorrectionRow.merchant_id == scope.merchant_id)
        .order_by(CorrectionRow.id.desc())
        .limit(limit)
    ).all()


def of_draft(session: Session, scope: Scope, draft_id: str) -> CorrectionRow | None:
    """What became of a draft's text: the newest correction of it."""
    found = session.scalars(
        select(CorrectionRow).where(
            CorrectionRow.merchant_id == scope.merchant_id, CorrectionRow.draft_id == draft_id
        )
    )
    # Not sorted by the database: SQLite would rather walk all the merchant's, which are in order.
    return max(found, key=lambda row: row.id, default=None)
