"""What was installed in a helpdesk account, to complete it and to take it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from plugin.models import AWAITING, DraftState
from plugin.store.installed_tables import Installed
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope

# Begins the key of a rule of the merchant's that is off while another stands in for it.
OFF = "off:"


def of_account(session: Session, scope: Scope, account_id: str) -> Sequence[Installed]:
    """Everything, in the order in which it was installed."""
    return session.scalars(
        select(Installed)
        .where(Installed.merchant_id == scope.merchant_id, Installed.account_id == account_id)
        .order_by(Installed.id)
    ).all()


def intend(
    session: Session,
    scope: Scope,
    account_id: str,
    *,
    key: str,
    kind: str,
    name: str,
    made: bool,
    vendor_id: str = "",
    before: Mapping[str, object] | None = None,
    at: datetime,
) -> None:
    """Write down what is about to be done. What was written down already, stays as it is."""
    if _get(session, scope, account_id, key) is not None:
        return
    session.add(
        Installed(
            merchant_id=scope.merchant_id,
            account_id=account_id,
            key=key,
            kind=kind,
            vendor_id=vendor_id,
            name=name,
            made=made,
            before=before,
            asked={},
            wrote={},
            installed_at=at,
        )
    )


def done(
    session: Session,
    scope: Scope,
    account_id: str,
    key: str,
    *,
    vendor_id: str,
    asked: Mapping[str, object],
    wrote: Mapping[str, object],
) -> None:
    """It is there, with that shape."""
    row = _get(session, scope, account_id, key)
    if row is not None:
        row.vendor_id, row.asked, row.wrote = vendor_id, dict(asked), dict(wrote)


def has_gate(session: Session, scope: Scope, account_id: str) -> bool:
    """Whether the helpdesk holds back mail on a ticket that waits for approval."""
    found = session.scalar(
        select(Installed.id)
        .where(
            Installed.merchant_id == scope.merchant_id,
            Installed.account_id == account_id,
            Installed.key.startswith(OFF),
        )
        .limit(1)
    )
    return found is not None


def waiting_tickets(session: Session, scope: Scope, account_id: str, *, most: int) -> Sequence[str]:
    """Some of the tickets whose draft waits for somebody, to hold their tags against it.

    What must be signed comes first, then what is newest.
    """
    return session.scalars(
        select(DraftRow.ticket_id)
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.state.in_(AWAITING),
            DraftRow.account_id == account_id,
        )
        .order_by(DraftRow.state != DraftState.AWAITING_APPROVAL, DraftRow.id.desc())
        .limit(most)
    ).all()


def forget(session: Session, scope: Scope, account_id: str, key: str) -> None:
    """It is no concern of ours any more."""
    session.execute(
        delete(Installed).where(
            Installed.merchant_id == scope.merchant_id,
            Installed.account_id == account_id,
            Installed.key == key,
        )
    )


def _get(session: Session, scope: Scope, account_id: str, key: str) -> Installed | None:
    return session.scalar(
        select(Installed).where(
            Installed.merchant_id == scope.merchant_id,
            Installed.account_id == account_id,
            Installed.key == key,
        )
    )
