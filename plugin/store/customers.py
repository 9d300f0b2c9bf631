"""Whose tickets are whose: customers are found by their e-mail or the helpdesk's id."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from plugin.store.audit_tables import AuditRow, AuditText
from plugin.store.base import Owned
from plugin.store.privacy_tables import TicketCustomer
from plugin.store.rows import insert_once
from plugin.store.schema import DraftRow, InboxEvent
from plugin.store.scope import Scope

# A ticket: our account's id and the helpdesk's of the ticket. A customer: their id, then e-mail.
OnTicket = tuple[str, str]
Named = tuple[str, str]
Row = TypeVar("Row", bound=Owned)


def folded(email: str | None) -> str:
    """An e-mail as it is compared: without spaces around it and case."""
    return (email or "").strip().casefold()


def known(session: Session, scope: Scope, account_id: str, ticket_id: str) -> frozenset[Named]:
    """The customers on a ticket that are noted already."""
    rows = session.execute(
        select(TicketCustomer.customer_id, TicketCustomer.email).where(
            TicketCustomer.merchant_id == scope.merchant_id,
            TicketCustomer.account_id == account_id,
            TicketCustomer.ticket_id == ticket_id,
        )
    )
    return frozenset((row.customer_id, row.email) for row in rows)


def note(
    session: Session,
    scope: Scope,
    account_id: str,
    ticket_id: str,
    found: Collection[Named],
    *,
    at: datetime,
) -> None:
    """Note customers on a ticket, each once."""
    for customer_id, email in found:
        insert_once(
            session,
            TicketCustomer(
                merchant_id=scope.merchant_id,
                account_id=account_id,
                ticket_id=ticket_id,
                customer_id=customer_id,
                email=email,
                seen_at=at,
            ),
        )


def by_email(session: Session, scope: Scope, email: str) -> Sequence[TicketCustomer]:
    """Where somebody is noted by an e-mail, folded."""
    return session.scalars(
        select(TicketCustomer).where(
            TicketCustomer.merchant_id == scope.merchant_id, TicketCustomer.email == email
        )
    ).all()


def by_id(session: Session, scope: Scope, who: OnTicket) -> Sequence[TicketCustomer]:
    """Where somebody is noted by the helpdesk's id in an account."""
    return session.scalars(
        select(TicketCustomer).where(
            TicketCustomer.merchant_id == scope.merchant_id,
            TicketCustomer.account_id == who[0],
            TicketCustomer.customer_id == who[1],
        )
    ).all()


def bodies_page(
    session: Session, scope: Scope, *, after: str, limit: int
) -> Sequence[tuple[str, str, str | None, bytes]]:
    """The next stored bodies of webhooks: our id, account, ticket and body. By id."""
    rows = session.execute(
        select(InboxEvent.id, InboxEvent.account_id, InboxEvent.ticket_id, InboxEvent.body)
        .where(
            InboxEvent.merchant_id == scope.merchant_id,
            InboxEvent.id > after,
            InboxEvent.erased_at.is_(None),
        )
        .order_by(InboxEvent.id)
        .limit(limit)
    )
    return [(row.id, row.account_id, row.ticket_id, row.body) for row in rows]


def drafts_on(session: Session, scope: Scope, ticket: OnTicket) -> Sequence[str]:
    """The ids of a ticket's drafts, oldest first."""
    return session.scalars(
        select(DraftRow.id)
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.account_id == ticket[0],
            DraftRow.ticket_id == ticket[1],
        )
        .order_by(DraftRow.id)
    ).all()


def rows_of_ticket(
    session: Session, scope: Scope, kind: type[Row], ticket: OnTicket, draft_ids: Collection[str]
) -> Sequence[Row]:
    """All rows of a table that belong to a ticket: they name it, or a draft on it."""
    table = kind.__table__.c
    if "draft_id" in table and not table.draft_id.nullable:
        return rows_of_drafts(session, scope, kind, draft_ids)
    if "ticket_id" not in table:
        return ()
    found = session.scalars(
        select(kind).where(
            table.merchant_id == scope.merchant_id,
            table.account_id == ticket[0],
            table.ticket_id == ticket[1],
        )
    )
    return _in_order(found)


def rows_of_drafts(
    session: Session, scope: Scope, kind: type[Row], draft_ids: Collection[str]
) -> Sequence[Row]:
    """All rows of a table that belong to drafts; the drafts themselves in their own table."""
    table = kind.__table__.c
    name = "id" if kind is DraftRow else "draft_id"
    if name not in table:
        return ()
    # One by one: among many ids SQLite would rather walk all that the merchant has.
    wanted = select(kind).where(
        table.merchant_id == scope.merchant_id, table[name] == bindparam("of_draft")
    )
    found = [row for one in draft_ids for row in session.scalars(wanted, {"of_draft": one}).all()]
    return _in_order(found)


def _in_order(rows: Iterable[Row]) -> Sequence[Row]:
    """Not by the database: SQLite would rather walk all the merchant's, which are in order."""
    return sorted(rows, key=lambda row: row.id)


def audit_texts(session: Session, scope: Scope, draft_ids: Collection[str]) -> Sequence[AuditText]:
    """The texts of what happened to drafts, oldest first."""
    about = session.scalars(
        select(AuditRow.id).where(
            AuditRow.merchant_id == scope.merchant_id, AuditRow.draft_id.in_(draft_ids)
        )
    ).all()
    found = session.scalars(
        select(AuditText).where(
            AuditText.merchant_id == scope.merchant_id, AuditText.audit_id.in_(about)
        )
    )
    return _in_order(found)


def webhooks(session: Session, scope: Scope, ids: Collection[str]) -> Sequence[InboxEvent]:
    """Stored webhooks by our ids."""
    return session.scalars(
        select(InboxEvent).where(
            InboxEvent.merchant_id == scope.merchant_id, InboxEvent.id.in_(ids)
        )
    ).all()


def forget(session: Session, scope: Scope, ticket: OnTicket) -> None:
    """Forget who is on a ticket."""
    session.execute(
        delete(TicketCustomer)
        .where(
            TicketCustomer.merchant_id == scope.merchant_id,
            TicketCustomer.account_id == ticket[0],
            TicketCustomer.ticket_id == ticket[1],
        )
        .execution_options(synchronize_session=False)
    )
