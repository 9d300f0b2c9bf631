"""What the audit says of a decision, and of what holds a draft."""

from typing import Any

from sqlalchemy.orm import Session

from plugin.store import audit
from plugin.store.schema import DecisionRow
from plugin.store.scope import Scope


def decided(session: Session, scope: Scope, decision: DecisionRow) -> None:
    """Record a decision: the engine's, under the policies of its number."""
    audit.add(
        session,
        scope,
        at=decision.decided_at,
        actor="system",
        event="decided",
        draft_id=decision.draft_id,
        detail={"rev": decision.rev, **held_by(decision)},
        text={"because": decision.held_because} if decision.held_because else None,
    )


def held_by(decision: DecisionRow | None) -> dict[str, Any]:
    """What holds a draft: the policies' number, the oversight, which policies fired, who signs."""
    if decision is None:
        return {"oversight": None}
    deadline = decision.deadline_at
    return {
        "policy": decision.policy_number,
        "oversight": decision.oversight,
        "fired": [hit["id"] for hit in decision.policies],
        "approvals": decision.approvals,
        "approvers": decision.approvers,
        "deadline": deadline.isoformat() if deadline else None,
    }
