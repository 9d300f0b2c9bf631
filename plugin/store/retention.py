"""What is old enough to be erased, a batch at a time. What is still needed is never among it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from plugin.models import DraftState, EffectKind, EffectState, InboxState
from plugin.store.privacy_tables import TicketCustomer
from plugin.store.reservation_tables import ReservationRow
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from plugin.store.scope import Scope

_S = DraftState
# A person may still act on any other, or it may still leave.
_OVER = frozenset(
    {_S.DELIVERED, _S.SENT_BY_AGENT, _S.ANSWERED, _S.STALE, _S.REJECTED, _S.EXPIRED}
    | {_S.BLOCKED, _S.NO_DRAFT}
)


def webhooks(
    session: Session, scope: Scope, *, before: datetime, limit: int
) -> Sequence[InboxEvent]:
    """The oldest handled webhooks whose bodies stand. A failed one replays without its body."""
    return session.scalars(
        select(InboxEvent)
        .where(
            InboxEvent.merchant_id == scope.merchant_id,
            InboxEvent.erased_at.is_(None),
            InboxEvent.received_at < before,
            InboxEvent.state != InboxState.ACCEPTED,
        )
        .order_by(InboxEvent.received_at)
        .limit(limit)
    ).all()


def effects(session: Session, scope: Scope, *, before: datetime, limit: int) -> Sequence[EffectRow]:
    """The oldest notes and replies that were done, or given up, and still hold their words.

    A reply that is not known to have gone out keeps its words: they are what it is found by.
    """
    over = or_(
        EffectRow.state == EffectState.DONE,
        and_(EffectRow.state == EffectState.FAILED, EffectRow.kind != EffectKind.REPLY),
    )
    return session.scalars(
        select(EffectRow)
        .where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.erased_at.is_(None),
            EffectRow.created_at < before,
            over,
        )
        .order_by(EffectRow.created_at)
        .limit(limit)
    ).all()


def drafts(session: Session, scope: Scope, *, before: datetime, limit: int) -> Sequence[str]:
    """The ids of the drafts that have been over for longest and still hold their texts."""
    return session.scalars(
        select(DraftRow.id)
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.erased_at.is_(None),
            DraftRow.state_at < before,
            DraftRow.state.in_(_OVER),
        )
        .order_by(DraftRow.state_at)
        .limit(limit)
    ).all()


def reservations(
    session: Session, scope: Scope, *, before: datetime, limit: int
) -> Sequence[ReservationRow]:
    """The oldest reservations that still tell whose they are."""
    return session.scalars(
        select(ReservationRow)
        .where(
            ReservationRow.merchant_id == scope.merchant_id,
            ReservationRow.erased_at.is_(None),
            ReservationRow.reserved_at < before,
        )
        .order_by(ReservationRow.reserved_at)
        .limit(limit)
    ).all()


def forget_customers(session: Session, scope: Scope, *, before: datetime, limit: int) -> int:
    """Forget who was on tickets of which no text stands any more. Returns how many."""
    has_texts = exists().where(
        DraftRow.merchant_id == scope.merchant_id,
        DraftRow.account_id == TicketCustomer.account_id,
        DraftRow.ticket_id == TicketCustomer.ticket_id,
        DraftRow.erased_at.is_(None),
    )
    over = session.scalars(
        select(TicketCustomer)
        .where(
            TicketCustomer.merchant_id == scope.merchant_id,
            TicketCustomer.seen_at < before,
            ~has_texts,
        )
        .order_by(TicketCustomer.seen_at)
        .limit(limit)
    ).all()
    for row in over:
        session.delete(row)
    return len(over)
