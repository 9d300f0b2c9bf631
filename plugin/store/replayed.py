"""Stored drafts as a replay reads them: plain columns, a page at a time, oldest first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from connectors.types import ActionRequest, Money
from plugin.models import DraftState, Oversight
from plugin.store.schema import ActionRow, DecisionRow, DraftRow
from plugin.store.scope import Scope

# The revision that was decided about when the draft came; later ones follow newer policies.
_FIRST = 1
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A draft as it came, and what was decided about it then.

    Attributes:
        was: None where no draft was found, so that there was nothing to decide.
        decided_at: When it came, where nothing was decided.
    """

    id: str
    short_id: str
    ticket_id: str
    state: DraftState
    state_at: datetime
    created_at: datetime
    text: str | None
    intent: str | None
    language: str | None
    confidence: Decimal | None
    facts: Any
    was: Oversight | None
    decided_at: datetime

    @property
    def place(self) -> Place:
        """Where the next page begins."""
        return self.created_at, self.id


def count(session: Session, scope: Scope, *, since: datetime) -> int:
    """How many drafts came since then."""
    query = select(func.count()).where(
        DraftRow.merchant_id == scope.merchant_id, DraftRow.created_at >= since
    )
    return session.scalar(query) or 0


def place_of(session: Session, scope: Scope, *, newest: int, since: datetime) -> Place | None:
    """Where the newest so many begin: the last that is not among them. None: there are no more."""
    found = session.execute(
        select(DraftRow.created_at, DraftRow.id)
        .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.created_at >= since)
        .order_by(DraftRow.created_at.desc(), DraftRow.id.desc())
        .offset(newest)
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else None


def page(session: Session, scope: Scope, *, after: Place, limit: int) -> Sequence[Stored]:
    """The next drafts in order of time. `after` is the last one's place."""
    rows = session.execute(
        select(
            DraftRow.id,
            DraftRow.short_id,
            DraftRow.ticket_id,
            DraftRow.state,
            DraftRow.state_at,
            DraftRow.created_at,
            DraftRow.text,
            DraftRow.intent,
            DraftRow.language,
            DraftRow.confidence,
            DraftRow.facts,
            DecisionRow.oversight,
            func.coalesce(DecisionRow.decided_at, DraftRow.created_at),
        )
        .outerjoin(
            DecisionRow,
            and_(
                DecisionRow.draft_id == DraftRow.id,
                DecisionRow.rev == _FIRST,
                DecisionRow.merchant_id == scope.merchant_id,
            ),
        )
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            tuple_(DraftRow.created_at, DraftRow.id) > after,
        )
        .order_by(DraftRow.created_at, DraftRow.id)
        .limit(limit)
    )
    return [Stored(*row) for row in rows]


def actions(
    session: Session, scope: Scope, ids: Collection[str]
) -> Mapping[str, Sequence[ActionRequest]]:
    """What each of these drafts wanted done, in order."""
    rows = session.execute(
        select(
            ActionRow.draft_id,
            ActionRow.type,
            ActionRow.amount_minor,
            ActionRow.value_minor,
            ActionRow.currency,
            ActionRow.order_id,
            ActionRow.customer,
            ActionRow.items,
        )
        .where(
            ActionRow.merchant_id == scope.merchant_id,
            ActionRow.draft_id.in_(ids),
            ActionRow.rev == _FIRST,
        )
        .order_by(ActionRow.draft_id, ActionRow.position)
    )
    found: defaultdict[str, list[ActionRequest]] = defaultdict(list)
    for draft_id, kind, amount, value, currency, order, customer, items in rows:
        found[draft_id].append(
            ActionRequest(
                type=kind,
                amount=_money(amount, currency),
                value=_money(value, currency),
                order=order,
                customer=customer,
                items=tuple(items),
            )
        )
    return found


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money.from_minor(minor, currency)
