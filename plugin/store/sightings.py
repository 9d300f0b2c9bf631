"""What a merchant's tickets have shown lately, by their drafts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.store.schema import DraftRow
from plugin.store.scope import Scope


def tags_and_intents(
    session: Session, scope: Scope, *, since: datetime, limit: int
) -> Sequence[tuple[Any, str | None]]:
    """The stored facts and the intent of the newest drafts, newest first."""
    rows = session.execute(
        select(DraftRow.facts, DraftRow.intent)
        .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.created_at >= since)
        .order_by(DraftRow.id.desc())
        .limit(limit)
    )
    return [(facts, intent) for facts, intent in rows]
