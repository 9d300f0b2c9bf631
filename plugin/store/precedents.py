"""What was decided before about drafts of the same kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from plugin.models import DraftState, Oversight, VerdictKind
from plugin.store import drafts
from plugin.store.schema import (
    ActionRow,
    CorrectionRow,
    DecisionRow,
    DraftRow,
    VerdictRow,
)
from plugin.store.scope import Scope

_DECIDED = (
    DraftState.DELIVERED,
    DraftState.SENT_BY_AGENT,
    DraftState.ANSWERED,
    DraftState.REJECTED,
)
_ANSWERS = (VerdictKind.APPROVE, VerdictKind.EDIT, VerdictKind.REJECT)


@dataclass(frozen=True, slots=True)
class Precedent:
    """A decided draft, with the verdict that counts and what became of its text, if any."""

    draft: DraftRow
    verdict: VerdictRow | None
    correction: CorrectionRow | None
    actions: tuple[ActionRow, ...]


def topics_of_decided(
    session: Session, scope: Scope, intent: str, *, but: str, looked_at: int
) -> Mapping[str, Mapping[str, int]]:
    """What the messages speak of whose drafts people decided, by draft, newest first.

    Out of the last `looked_at` drafts of the intent, so that it costs the same in ten years.
    """
    newest = (
        select(DraftRow.id)
        .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.intent == intent)
        .order_by(DraftRow.id.desc())
        .limit(looked_at)
        .subquery()
    )
    rows = session.execute(
        select(DraftRow.id, DraftRow.topics)
        .join(newest, and_(newest.c.id == DraftRow.id, DraftRow.merchant_id == scope.merchant_id))
        .join(
            DecisionRow,
            and_(
                DecisionRow.merchant_id == scope.merchant_id,
                DecisionRow.draft_id == DraftRow.id,
                DecisionRow.rev == DraftRow.rev,
            ),
        )
        .where(
            DraftRow.id != but,
            DraftRow.state.in_(_DECIDED),
            DraftRow.topics.is_not(None),
            DecisionRow.oversight != Oversight.AUTO,
        )
        .order_by(newest.c.id.desc())
    )
    return {row.id: row.topics for row in rows}


def precedents(session: Session, scope: Scope, ids: Sequence[str]) -> Sequence[Precedent]:
    """These drafts with what was decided about them, in this order."""
    # One by one: for several SQLite would rather read all the merchant's.
    found = (_one(session, scope, each) for each in ids)
    rows = {row.id: row for row in found if row is not None}
    said = session.scalars(
        select(VerdictRow)
        .where(
            VerdictRow.merchant_id == scope.merchant_id,
            VerdictRow.draft_id.in_(ids),
            VerdictRow.counts,
            VerdictRow.kind.in_(_ANSWERS),
        )
        .order_by(VerdictRow.draft_id, VerdictRow.id)
    )
    last = {row.draft_id: row for row in said}
    became = {
        row.draft_id: row
        for row in session.scalars(
            select(CorrectionRow)
            .where(CorrectionRow.merchant_id == scope.merchant_id, CorrectionRow.draft_id.in_(ids))
            .order_by(CorrectionRow.draft_id, CorrectionRow.id)
        )
    }
    actions = drafts.actions_of(session, scope, list(rows.values()))
    return [
        Precedent(rows[each], last.get(each), became.get(each), tuple(actions[each]))
        for each in ids
        if each in rows
    ]


def _one(session: Session, scope: Scope, draft_id: str) -> DraftRow | None:
    return session.scalar(
        select(DraftRow).where(DraftRow.merchant_id == scope.merchant_id, DraftRow.id == draft_id)
    )
