"""How far each account was compared with its helpdesk, and what the store knows of its tickets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugin.models import FINISHED, InboxState
from plugin.store.catching_up_tables import ReconciliationRow
from plugin.store.rows import insert_once
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from plugin.store.scope import Scope

# SQLite takes 32,766 parameters, and a page has a thousand tickets at the most.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A webhook of a ticket, as far as it tells that something is known."""

    kind: str
    state: InboxState
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some tickets.

    Attributes:
        messages: Ids of messages that are in the inbox, have a draft, or are our own.
        seen: Their webhooks, by ticket.
        drafted: Tickets that ever had a draft.
        open: Tickets with a draft that is not finished.
    """

    messages: frozenset[str]
    seen: Mapping[str, Sequence[Seen]]
    drafted: frozenset[str]
    open: frozenset[str]


def begin(
    session: Session, scope: Scope, account_id: str, *, since: datetime, due_at: datetime
) -> None:
    """Compare an account from `since` on, for the first time at `due_at`; once for each account."""
    row = ReconciliationRow(
        merchant_id=scope.merchant_id,
        account_id=account_id,
        since=since,
        due_at=due_at,
        found=0,
    )
    insert_once(session, row)


def of_account(session: Session, scope: Scope, account_id: str) -> ReconciliationRow | None:
    """How far an account was compared, as it stands now; None where that has not begun."""
    return session.scalar(
        select(ReconciliationRow)
        .where(
            ReconciliationRow.merchant_id == scope.merchant_id,
            ReconciliationRow.account_id == account_id,
        )
        .execution_options(populate_existing=True)
    )


def claim(
    session: Session, scope: Scope, account_id: str, *, at: datetime, until: datetime
) -> ReconciliationRow | None:
    """Take an account that is due for this worker alone; None where it is not, or another has it.

    What it returns has `until` as `due_at`: it must be shown to `keep`.
    """
    claimed = session.execute(
        update(ReconciliationRow)
        .where(
            ReconciliationRow.merchant_id == scope.merchant_id,
            ReconciliationRow.account_id == account_id,
            ReconciliationRow.due_at <= at,
        )
        .values(due_at=until)
        .returning(ReconciliationRow.id)
        .execution_options(synchronize_session=False)
    ).first()
    return of_account(session, scope, account_id) if claimed is not None else None


def keep(session: Session, scope: Scope, claimed: ReconciliationRow, **values: object) -> bool:
    """Write what came of a claim. False where it had run out and another has it."""
    result = session.execute(
        update(ReconciliationRow)
        .where(
            ReconciliationRow.merchant_id == scope.merchant_id,
            ReconciliationRow.account_id == claimed.account_id,
            ReconciliationRow.due_at == claimed.due_at,
        )
        .values(**values)
        .returning(ReconciliationRow.id)
        .execution_options(synchronize_session=False)
    )
    return result.first() is not None


def begin_again(
    session: Session, scope: Scope, account_id: str, *, at: datetime, since: datetime | None
) -> None:
    """Make an account due now; with `since`, from there on once more, however long ago that is."""
    anew = {} if since is None else {"since": since, "cursor": None, "begun_at": at}
    session.execute(
        update(ReconciliationRow)
        .where(
            ReconciliationRow.merchant_id == scope.merchant_id,
            ReconciliationRow.account_id == account_id,
        )
        .values(due_at=at, **anew)
        .execution_options(synchronize_session=False)
    )


def known(session: Session, scope: Scope, account_id: str, tickets: Collection[str]) -> Known:
    """What is known of these tickets, whoever told it."""
    wanted = sorted(tickets)
    messages: set[str] = set()
    seen: dict[str, list[Seen]] = {}
    drafted, open_ = set[str](), set[str]()
    for start in range(0, len(wanted), _AT_ONCE):
        of = (session, scope, account_id, wanted[start : start + _AT_ONCE])
        for event in _rows(
            *of, InboxEvent, "ticket_id", "message_id", "kind", "state", "received_at"
        ):
            messages.add(event.message_id)
            told = Seen(event.kind, event.state, event.received_at)
            seen.setdefault(event.ticket_id, []).append(told)
        for draft in _rows(*of, DraftRow, "ticket_id", "message_id", "state"):
            messages.add(draft.message_id)
            drafted.add(draft.ticket_id)
            if draft.state not in FINISHED:
                open_.add(draft.ticket_id)
        messages |= {effect.receipt_id for effect in _rows(*of, EffectRow, "receipt_id")}
    return Known(frozenset(messages), seen, frozenset(drafted), frozenset(open_))


def _rows(
    session: Session,
    scope: Scope,
    account_id: str,
    tickets: Sequence[str],
    kind: type[InboxEvent | DraftRow | EffectRow],
    *names: str,
) -> Sequence[Any]:
    return session.execute(
        select(*(getattr(kind, name) for name in names)).where(
            kind.merchant_id == scope.merchant_id,
            kind.account_id == account_id,
            kind.ticket_id.in_(tickets),
        )
    ).all()
