"""What left without its approval, and what of a ticket was taken back afterwards."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.store.bypass_tables import BypassRow
from plugin.store.rows import insert_once
from plugin.store.schema import CorrectionRow
from plugin.store.scope import Scope


def add(session: Session, scope: Scope, bypass: BypassRow) -> bool:
    """Keep a bypass, once for each message. False where it is known."""
    bypass.merchant_id = scope.merchant_id
    return insert_once(session, bypass)


def of_draft(session: Session, scope: Scope, draft_id: str) -> Sequence[BypassRow]:
    """The bypasses of a draft, oldest first."""
    found = session.scalars(
        select(BypassRow).where(
            BypassRow.merchant_id == scope.merchant_id, BypassRow.draft_id == draft_id
        )
    )
    return sorted(found, key=lambda row: row.id)


def take_back(
    session: Session,
    scope: Scope,
    draft_ids: Collection[str],
    message_ids: Collection[str],
    *,
    at: datetime,
) -> Sequence[BypassRow | CorrectionRow]:
    """Mark what these drafts know of these messages as taken back. Returns what was not before."""
    left = session.scalars(
        select(BypassRow).where(
            BypassRow.merchant_id == scope.merchant_id, BypassRow.draft_id.in_(draft_ids)
        )
    )
    sent = session.scalars(
        select(CorrectionRow).where(
            CorrectionRow.merchant_id == scope.merchant_id, CorrectionRow.draft_id.in_(draft_ids)
        )
    )
    marked = [
        row for row in (*left, *sent) if row.message_id in message_ids and row.taken_back_at is None
    ]
    for row in marked:
        row.taken_back_at = at
    return marked
