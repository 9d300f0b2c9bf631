"""What the audit says of a verdict: who, what, where, on which revision, by which policies."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugin.models import Surface, VerdictKind
from plugin.store import audit
from plugin.store.audit_decisions import held_by
from plugin.store.drafts import Held
from plugin.store.scope import Scope

_SIGNING = frozenset({VerdictKind.APPROVE, VerdictKind.EDIT})


def verdict(
    session: Session,
    scope: Scope,
    held: Held,
    kind: VerdictKind,
    *,
    surface: Surface,
    person_id: str,
    at: datetime,
    reply: str | None = None,
    reason: str | None = None,
) -> None:
    """Record a verdict, and with a signature all that was signed.

    Args:
        session: The transaction of the verdict.
        scope: Whose.
        held: The draft as the person saw it.
        kind: What they said.
        surface: Where.
        person_id: Who.
        at: When.
        reply: The text that they signed.
        reason: Their own words.
    """
    detail: dict[str, Any] = {
        "verdict": kind,
        "surface": surface,
        "rev": held.draft.rev,
        **held_by(held.decision),
    }
    text: dict[str, object] = {"reason": reason} if reason else {}
    if kind in _SIGNING:
        # In minor units of their currency. An order leads to a customer, so it stands apart.
        detail["signed"] = [
            {"type": row.type, "amount": row.amount_minor, "currency": row.currency}
            for row in held.actions
        ]
        text["reply"] = reply
        text["orders"] = [row.order_id for row in held.actions]
    audit.add(
        session,
        scope,
        at=at,
        actor=f"person:{person_id}",
        event="verdict",
        draft_id=held.draft.id,
        detail=detail,
        text=text,
    )
