"""What is taken out of the database whole, a page at a time, in the order it was written."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.store.schema import CorrectionRow
from plugin.store.scope import Scope


def corrections_page(
    session: Session, scope: Scope, *, after: str, limit: int
) -> Sequence[CorrectionRow]:
    """The next corrections, oldest first. `after` is the last one's id, ``""`` to begin."""
    return session.scalars(
        select(CorrectionRow)
        .where(CorrectionRow.merchant_id == scope.merchant_id, CorrectionRow.id > after)
        .order_by(CorrectionRow.id)
        .limit(limit)
    ).all()
