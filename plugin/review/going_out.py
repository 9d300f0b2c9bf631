"""Asks for an approved draft's delivery once its time has come."""

from datetime import datetime

from sqlalchemy.orm import Session

from plugin.jobs import JobName
from plugin.outbox import ticket_key
from plugin.runtime import Runtime
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope


def ask_delivery(
    runtime: Runtime, session: Session, scope: Scope, draft: DraftRow, *, due: datetime
) -> None:
    """Deliver the draft at `due`, if it is still approved then. Its `due_at` is the caller's."""
    runtime.enqueue(
        session,
        JobName.DELIVER,
        scope,
        draft.id,
        key=f"{draft.id}:{due.timestamp()}",
        ticket=ticket_key(draft.account_id, draft.ticket_id),
        delay=(due - runtime.now()).total_seconds(),
    )
