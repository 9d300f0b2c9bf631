"""What happened, by whom. Rows are only ever added, in the transaction of what they tell of."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.store.audit_tables import AuditRow
from plugin.store.scope import Scope


def add(
    session: Session,
    scope: Scope,
    *,
    at: datetime,
    actor: str,
    event: str,
    draft_id: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record an event. `actor` is ``person:<id>``, ``system`` or ``command``."""
    session.add(
        AuditRow(
            merchant_id=scope.merchant_id,
            at=at,
            actor=actor,
            event=event,
            draft_id=draft_id,
            detail=dict(detail or {}),
        )
    )


def of_draft(session: Session, scope: Scope, draft_id: str) -> Sequence[AuditRow]:
    """A draft's history, oldest first."""
    return session.scalars(
        select(AuditRow)
        .where(AuditRow.merchant_id == scope.merchant_id, AuditRow.draft_id == draft_id)
        .order_by(AuditRow.id)
    ).all()


def last_mover(session: Session, scope: Scope, draft_id: str) -> str | None:
    """The actor of a draft's last move between states."""
    return session.scalar(
        select(AuditRow.actor)
        .where(
            AuditRow.merchant_id == scope.merchant_id,
            AuditRow.draft_id == draft_id,
            AuditRow.event == "draft_moved",
        )
        .order_by(AuditRow.id.desc())
        .limit(1)
    )
