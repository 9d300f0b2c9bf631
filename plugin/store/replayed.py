"""Stored drafts as a replay reads them: plain columns, a page at a time, oldest first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, select, tuple_
from sqlalchemy.orm import Session

from connectors.types import ActionRequest, Money
from plugin.models import DraftState, Oversight, VerdictKind
from plugin.store.audit_tables import AuditRow
from plugin.store.schema import ActionRow, CorrectionRow, DecisionRow, DraftRow, VerdictRow
from plugin.store.scope import Scope

# The revision that was decided about when the draft came; later ones follow newer policies.
_FIRST = 1
MOVED, INSERTED = "draft_moved", "inserted"
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A draft as it came, and what was decided about it then.

    Attributes:
        reading: What its words showed; None where it is older than that is stored.
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
    reading: Any
    was: Oversight | None
    decided_at: datetime

    @property
    def place(self) -> Place:
        """Where the next page begins."""
        return self.created_at, self.id


@dataclass(frozen=True, slots=True)
class StoredAction:
    """An action, and when a person did it."""

    action: ActionRequest
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a draft: it moved `to` a state, or an agent took it into the composer."""

    at: datetime
    event: str
    to: DraftState | None


@dataclass(frozen=True, slots=True)
class Answers:
    """What people made of some drafts, by draft.

    Attributes:
        first_verdict: When the first person answered.
        rejected: The reasons of rejections.
        corrected: Those of which something else was sent, materially.
    """

    first_verdict: Mapping[str, datetime]
    rejected: Mapping[str, str]
    corrected: frozenset[str]


def count(session: Session, scope: Scope, *, since: datetime) -> int:
    """How many drafts came since then."""
    query = select(func.count()).where(
        DraftRow.merchant_id == scope.merchant_id, DraftRow.created_at >= since
    )
    return session.scalar(query) or 0


def place_before(session: Session, scope: Scope, *, newest: int, since: datetime) -> Place | None:
    """The last draft that is not among the newest so many; None: all are."""
    found = session.execute(
        select(DraftRow.created_at, DraftRow.id)
        .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.created_at >= since)
        .order_by(DraftRow.created_at.desc(), DraftRow.id.desc())
        .offset(newest)
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else None


def page(
    session: Session,
    scope: Scope,
    *,
    after: Place,
    limit: int,
    upto: Place | None = None,
    with_actions: bool = False,
) -> Sequence[Stored]:
    """The next drafts in order of time.

    Args:
        session: One page, one transaction: none stays open for long.
        scope: Whose.
        after: The last one's place.
        limit: How many at most.
        upto: None that comes later.
        with_actions: Only those that want something done.
    """
    place = tuple_(DraftRow.created_at, DraftRow.id)
    query = (
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
            DraftRow.reading,
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
        .where(DraftRow.merchant_id == scope.merchant_id, place > after)
        .order_by(DraftRow.created_at, DraftRow.id)
        .limit(limit)
    )
    if upto is not None:
        query = query.where(place <= upto)
    if with_actions:
        query = query.where(
            exists().where(
                ActionRow.merchant_id == scope.merchant_id,
                ActionRow.draft_id == DraftRow.id,
                ActionRow.rev == _FIRST,
            )
        )
    return [Stored(*list(row)) for row in session.execute(query)]


def actions(
    session: Session, scope: Scope, ids: Collection[str]
) -> Mapping[str, Sequence[StoredAction]]:
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
            ActionRow.done_at,
        )
        .where(
            ActionRow.merchant_id == scope.merchant_id,
            ActionRow.draft_id.in_(ids),
            ActionRow.rev == _FIRST,
        )
        .order_by(ActionRow.draft_id, ActionRow.position)
    )
    found: defaultdict[str, list[StoredAction]] = defaultdict(list)
    for draft_id, kind, amount, value, currency, order, customer, items, done_at in rows:
        action = ActionRequest(
            type=kind,
            amount=_money(amount, currency),
            value=_money(value, currency),
            order=order,
            customer=customer,
            items=tuple(items),
        )
        found[draft_id].append(StoredAction(action, done_at))
    return found


def events(session: Session, scope: Scope, ids: Collection[str]) -> Mapping[str, Sequence[Event]]:
    """How each of these drafts moved, oldest first."""
    if not ids:
        return {}
    rows = session.execute(
        select(AuditRow.draft_id, AuditRow.at, AuditRow.event, AuditRow.detail)
        .where(
            AuditRow.merchant_id == scope.merchant_id,
            AuditRow.draft_id.in_(ids),
            AuditRow.event.in_([MOVED, INSERTED]),
        )
        .order_by(AuditRow.draft_id, AuditRow.id)
    )
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for draft_id, at, event, detail in rows:
        to = detail.get("to")
        found[draft_id].append(Event(at, event, DraftState(to) if to else None))
    return found


def answers(session: Session, scope: Scope, ids: Collection[str]) -> Answers:
    """What people made of these drafts."""
    its_verdicts = and_(VerdictRow.merchant_id == scope.merchant_id, VerdictRow.draft_id.in_(ids))
    first = session.execute(
        select(VerdictRow.draft_id, func.min(VerdictRow.created_at))
        .where(its_verdicts)
        .group_by(VerdictRow.draft_id)
    )
    rejected = session.execute(
        select(VerdictRow.draft_id, VerdictRow.reason)
        .where(its_verdicts, VerdictRow.kind == VerdictKind.REJECT)
        .order_by(VerdictRow.draft_id, VerdictRow.id)
    )
    corrected = session.scalars(
        select(CorrectionRow.draft_id).where(
            CorrectionRow.merchant_id == scope.merchant_id,
            CorrectionRow.draft_id.in_(ids),
            CorrectionRow.material,
        )
    )
    return Answers(
        first_verdict={row[0]: row[1] for row in first},
        rejected={draft_id: reason or "" for draft_id, reason in rejected},
        corrected=frozenset(corrected),
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money.from_minor(minor, currency)
