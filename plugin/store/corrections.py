"""Corrections: a draft against what was really sent."""

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from plugin.models import DraftState, Oversight
from plugin.store.rows import insert_once
from plugin.store.schema import CorrectionRow, DecisionRow, DraftRow
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


def topics_of_approved(
    session: Session, scope: Scope, intent: str, *, limit: int
) -> Sequence[Mapping[str, int]]:
    """What the messages speak of whose drafts of an intent people let go, newest first.

    As they were, or with changes that are not material. What went out by itself nobody approved.
    """
    merchant = scope.merchant_id
    unchanged = exists().where(
        CorrectionRow.merchant_id == merchant,
        CorrectionRow.draft_id == DraftRow.id,
        CorrectionRow.material.is_(False),
        CorrectionRow.taken_back_at.is_(None),
    )
    by_people = exists().where(
        DecisionRow.merchant_id == merchant,
        DecisionRow.draft_id == DraftRow.id,
        DecisionRow.rev == DraftRow.rev,
        DecisionRow.oversight != Oversight.AUTO,
    )
    return session.scalars(
        select(DraftRow.topics)
        .where(
            DraftRow.merchant_id == merchant,
            DraftRow.intent == intent,
            DraftRow.state.in_((DraftState.DELIVERED, DraftState.SENT_BY_AGENT)),
            DraftRow.topics.is_not(None),
            unchanged,
            by_people,
        )
        .order_by(DraftRow.id.desc())
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
