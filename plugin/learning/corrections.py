"""Logs a correction: the draft as the AI wrote it against what was really sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from plugin.store import corrections
from plugin.store.schema import CorrectionRow, DraftRow
from plugin.store.scope import Scope
from plugin.text.diff import DiffResult, diff


def compare(draft: DraftRow, sent: str) -> DiffResult:
    """What was changed between a draft and what was sent."""
    return diff(draft.text or "", sent)


def record(
    session: Session,
    scope: Scope,
    draft: DraftRow,
    *,
    message_id: str,
    author: str,
    sent: str,
    result: DiffResult,
    at: datetime,
) -> bool:
    """Log it, once for each draft and sent message. `author` is as in the audit."""
    return corrections.add(
        session,
        scope,
        CorrectionRow(
            draft_id=draft.id,
            account_id=draft.account_id,
            ticket_id=draft.ticket_id,
            message_id=message_id,
            author=author,
            draft_text=draft.text or "",
            final_text=sent,
            outcome=result.outcome,
            material=result.material,
            hter=result.hter,
            similarity=result.similarity,
            ops=[list(op) for op in result.ops],
            created_at=at,
        ),
    )
