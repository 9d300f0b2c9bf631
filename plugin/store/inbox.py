"""Webhooks, stored before they are acknowledged, and what became of each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from plugin.errors import MissingError
from plugin.models import InboxState
from plugin.store.base import table_of
from plugin.store.rows import insert_once
from plugin.store.schema import InboxEvent
from plugin.store.scope import Scope

# The vendor's name of an event that no webhook told of: an export did, and it has no body.
FOUND = "found_in_export"

# Every event runs these, and to build a statement takes as long as to run it: they are built once.
_TABLE = table_of(InboxEvent)
_THIS = (_TABLE.c.merchant_id == bindparam("of_merchant"), _TABLE.c.id == bindparam("of_event"))
_ACCEPTED = (*_THIS, _TABLE.c.state == InboxState.ACCEPTED)
_GET = select(InboxEvent).where(
    InboxEvent.merchant_id == bindparam("of_merchant"), InboxEvent.id == bindparam("of_event")
)
_CLAIM = (
    update(_TABLE)
    .where(*_ACCEPTED, _TABLE.c.due_at <= bindparam("now"))
    .values(due_at=bindparam("until"))
    .returning(_TABLE.c.id)
)
_FINISH = (
    update(_TABLE)
    .where(*_ACCEPTED)
    .values(state=bindparam("ends"), reason=bindparam("why"), finished_at=bindparam("now"))
    .returning(_TABLE.c.id)
)


def accept(session: Session, scope: Scope, event: InboxEvent) -> bool:
    """Store a webhook once. False where this event of this account is here already."""
    event.merchant_id = scope.merchant_id
    return insert_once(session, event)


def get(session: Session, scope: Scope, event_id: str) -> InboxEvent:
    """One stored webhook, by our id.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    found = session.scalar(_GET, {"of_merchant": scope.merchant_id, "of_event": event_id})
    if found is None:
        raise MissingError(f"There is no event {event_id}.")
    return found


def claim(
    session: Session, scope: Scope, event_id: str, *, at: datetime, until: datetime
) -> InboxEvent | None:
    """Take an accepted webhook for this worker alone, until a time; None where another has it."""
    which = {"of_merchant": scope.merchant_id, "of_event": event_id}
    claimed = session.execute(_CLAIM, {**which, "now": at, "until": until}).first()
    return session.scalar(_GET, which) if claimed is not None else None


def finish(
    session: Session,
    scope: Scope,
    event_id: str,
    state: InboxState,
    *,
    reason: str | None,
    at: datetime,
) -> bool:
    """Say what became of an accepted webhook. False where that was said already."""
    values = {
        "of_merchant": scope.merchant_id,
        "of_event": event_id,
        "ends": state,
        "why": reason,
        "now": at,
    }
    return session.execute(_FINISH, values).first() is not None


def defer(
    session: Session, scope: Scope, event_id: str, *, until: datetime, reason: str
) -> int | None:
    """Note a failed attempt and when the next is due. Returns the attempts so far."""
    return session.scalar(
        update(InboxEvent)
        .where(
            InboxEvent.merchant_id == scope.merchant_id,
            InboxEvent.id == event_id,
            InboxEvent.state == InboxState.ACCEPTED,
        )
        .values(attempts=InboxEvent.attempts + 1, due_at=until, reason=reason)
        .returning(InboxEvent.attempts)
    )


def reopen(session: Session, scope: Scope, event_id: str, *, at: datetime) -> bool:
    """Take a failed or ignored webhook up again. False where it is in neither state."""
    result = session.execute(
        update(InboxEvent)
        .where(
            InboxEvent.merchant_id == scope.merchant_id,
            InboxEvent.id == event_id,
            InboxEvent.state.in_([InboxState.FAILED, InboxState.IGNORED]),
        )
        .values(state=InboxState.ACCEPTED, reason=None, finished_at=None, due_at=at, attempts=0)
        .returning(InboxEvent.id)
    )
    return result.first() is not None


def recent(
    session: Session, scope: Scope, *, state: InboxState | None = None, limit: int = 100
) -> Sequence[InboxEvent]:
    """The newest webhooks, newest first."""
    query = select(InboxEvent).where(InboxEvent.merchant_id == scope.merchant_id)
    if state is not None:
        query = query.where(InboxEvent.state == state)
    return session.scalars(query.order_by(InboxEvent.id.desc()).limit(limit)).all()


def last_received(session: Session, scope: Scope, account_id: str) -> datetime | None:
    """When an account's newest webhook came; None where none ever came."""
    return session.scalar(
        select(InboxEvent.received_at)
        .where(InboxEvent.merchant_id == scope.merchant_id, InboxEvent.account_id == account_id)
        .order_by(InboxEvent.id.desc())
        .limit(1)
    )


def failed(session: Session, scope: Scope) -> Sequence[str]:
    """The ids of all webhooks that failed, oldest first."""
    return session.scalars(
        select(InboxEvent.id)
        .where(InboxEvent.merchant_id == scope.merchant_id, InboxEvent.state == InboxState.FAILED)
        .order_by(InboxEvent.id)
    ).all()
