"""What was erased, why, and the tombstones that keep it from coming back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugin.errors import MissingError
from plugin.models import EffectState
from plugin.store.customers import OnTicket
from plugin.store.privacy_tables import ErasedTicket, Erasure
from plugin.store.schema import EffectRow, InboxEvent
from plugin.store.scope import Scope


def begin(
    session: Session,
    scope: Scope,
    tickets: Collection[OnTicket],
    *,
    why: str,
    asked_by: str,
    digest: str | None,
    at: datetime,
) -> Erasure:
    """Record that tickets are being erased. From now on nothing older is stored for them."""
    erasure = Erasure(
        merchant_id=scope.merchant_id,
        why=why,
        asked_by=asked_by,
        digest=digest,
        counts={},
        begun_at=at,
    )
    session.add(erasure)
    session.flush()
    for account_id, ticket_id in sorted(tickets):
        session.add(
            ErasedTicket(
                merchant_id=scope.merchant_id,
                erasure_id=erasure.id,
                account_id=account_id,
                ticket_id=ticket_id,
                at=at,
            )
        )
    return erasure


def get(session: Session, scope: Scope, erasure_id: str) -> Erasure:
    """One erasure.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    found = session.scalar(
        select(Erasure).where(Erasure.merchant_id == scope.merchant_id, Erasure.id == erasure_id)
    )
    if found is None:
        raise MissingError("There is no such erasure.")
    return found


def unfinished(session: Session, scope: Scope, *, limit: int) -> Sequence[Erasure]:
    """Erasures that are not whole yet, oldest first."""
    return session.scalars(
        select(Erasure)
        .where(Erasure.merchant_id == scope.merchant_id, Erasure.done_at.is_(None))
        .order_by(Erasure.id)
        .limit(limit)
    ).all()


def left(session: Session, scope: Scope, erasure_id: str) -> Sequence[ErasedTicket]:
    """The tickets of an erasure whose texts still stand."""
    return session.scalars(
        select(ErasedTicket)
        .where(
            ErasedTicket.merchant_id == scope.merchant_id,
            ErasedTicket.erasure_id == erasure_id,
            ErasedTicket.done_at.is_(None),
        )
        .order_by(ErasedTicket.id)
    ).all()


def finish(session: Session, scope: Scope, row_id: str, *, at: datetime) -> None:
    """A ticket's texts are erased."""
    session.execute(
        update(ErasedTicket)
        .where(ErasedTicket.merchant_id == scope.merchant_id, ErasedTicket.id == row_id)
        .values(done_at=at)
        .execution_options(synchronize_session=False)
    )


def count(session: Session, scope: Scope, erasure_id: str, rows: Mapping[str, int]) -> None:
    """Add to what an erasure has erased."""
    erasure = get(session, scope, erasure_id)
    so_far = erasure.counts
    erasure.counts = so_far | {kind: so_far.get(kind, 0) + number for kind, number in rows.items()}


def since(session: Session, scope: Scope, account_id: str, ticket_id: str) -> datetime | None:
    """When a ticket was last erased; None where it never was."""
    return session.scalar(
        select(func.max(ErasedTicket.at)).where(
            ErasedTicket.merchant_id == scope.merchant_id,
            ErasedTicket.account_id == account_id,
            ErasedTicket.ticket_id == ticket_id,
        )
    )


def before(session: Session, scope: Scope, digests: Collection[str]) -> Sequence[Erasure]:
    """Earlier erasures of the same customer, oldest first."""
    found = session.scalars(
        select(Erasure).where(Erasure.merchant_id == scope.merchant_id, Erasure.digest.in_(digests))
    )
    return sorted(found, key=lambda row: row.id)


def under_way(session: Session, scope: Scope, ticket: OnTicket) -> EffectRow | None:
    """A note or reply on a ticket that is leaving at this moment."""
    return session.scalar(
        select(EffectRow)
        .where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.account_id == ticket[0],
            EffectRow.ticket_id == ticket[1],
            EffectRow.state == EffectState.ATTEMPTING,
        )
        .limit(1)
    )


def came_back(
    session: Session, scope: Scope, *, erased_since: datetime, limit: int
) -> Sequence[InboxEvent]:
    """Webhooks of erased tickets that were being stored while those were erased."""
    return session.scalars(
        select(InboxEvent)
        .join(
            ErasedTicket,
            (ErasedTicket.account_id == InboxEvent.account_id)
            & (ErasedTicket.ticket_id == InboxEvent.ticket_id)
            & (ErasedTicket.merchant_id == scope.merchant_id),
        )
        .where(
            InboxEvent.merchant_id == scope.merchant_id,
            InboxEvent.erased_at.is_(None),
            ErasedTicket.at >= erased_since,
        )
        .limit(limit)
    ).all()


def blank_bodies(session: Session, scope: Scope, ticket: OnTicket, *, at: datetime) -> None:
    """Erase the bodies of a ticket's webhooks; what became of each stands."""
    session.execute(
        update(InboxEvent)
        .where(
            InboxEvent.merchant_id == scope.merchant_id,
            InboxEvent.account_id == ticket[0],
            InboxEvent.ticket_id == ticket[1],
            InboxEvent.erased_at.is_(None),
        )
        .values(body=b"", erased_at=at)
        .execution_options(synchronize_session=False)
    )
