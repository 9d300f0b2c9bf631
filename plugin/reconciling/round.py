"""One page of an account's export: read it, put what was missed into the inbox, move on.

The cursor moves in the transaction that stores what its page holds, so a worker that dies in
between reads the page again, and what it stored already is stored once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError, RateLimitedError, RejectedError
from connectors.types import Changes
from plugin.jobs import JobName
from plugin.rate_budget import in_bulk
from plugin.reconciling.missing import missing
from plugin.runtime import Runtime
from plugin.store import audit, inbox, merchants, reconciling
from plugin.store.catching_up_tables import ReconciliationRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

# What waited for longer is no customer who waits: a person looks at it, if anybody does. An admin
# can begin earlier by hand.
LOOK_BACK = timedelta(days=30)
# Exports leave out the last minute.
SETTLED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a page.

    Attributes:
        until: All messages up to here are in the inbox.
        found: What no webhook had told.
        end: There is nothing more now.
    """

    until: datetime
    found: int
    end: bool


def reconcile(runtime: Runtime, scope: Scope, account_id: str) -> None:
    """Read the next page of an account that is due, as a job; ask for the one after it."""
    try:
        read_page(runtime, scope, account_id)
    except ConnectorError as error:
        log.warning("reconciliation_failed", account=account_id, reason=error.reason)


def read_page(runtime: Runtime, scope: Scope, account_id: str) -> Read | None:
    """Read the next page; None where it is not due, or somebody else reads it.

    Raises:
        ConnectorError: It could not be read now; when it is tried again stands in the store.
    """
    now = runtime.now()
    lease = timedelta(seconds=runtime.pace.claim_lease)
    with runtime.database.write() as session:
        claimed = reconciling.claim(session, scope, account_id, at=now, until=now + lease)
        if claimed is None:
            return None
        begin = _begin(session, scope, claimed, now)
        claimed = reconciling.of_account(session, scope, account_id) or claimed
        account = merchants.account(session, scope, account_id)
    try:
        with in_bulk():
            page = runtime.helpdesk(account).changes(begin)
    except ConnectorError as error:
        _put_off(runtime, scope, claimed, error)
        raise
    return _keep(runtime, scope, claimed, page)


def _begin(session: Session, scope: Scope, row: ReconciliationRow, now: datetime) -> datetime | str:
    """Where to read on. What is too old to be of use is a gap, and is told as one."""
    oldest = now - LOOK_BACK
    if row.begun_at is None:
        reconciling.keep(session, scope, row, begun_at=now)
        if row.since < oldest:
            _note_gap(session, scope, row, (row.since, oldest), at=now)
            return oldest
    return row.cursor or min(row.since, now - SETTLED)


def _note_gap(
    session: Session,
    scope: Scope,
    row: ReconciliationRow,
    gap: tuple[datetime, datetime],
    *,
    at: datetime,
) -> None:
    """An admin must know of what nobody looked at."""
    told = {"from": gap[0].isoformat(), "to": gap[1].isoformat()}
    log.warning("reconciliation_gap", account=row.account_id, **told)
    reconciling.keep(session, scope, row, gap_from=gap[0], gap_to=gap[1])
    audit.add(
        session,
        scope,
        at=at,
        actor="system",
        event="changes_not_told",
        detail={"account": row.account_id, **told},
    )


def _keep(runtime: Runtime, scope: Scope, row: ReconciliationRow, page: Changes) -> Read:
    now = runtime.now()
    # At the end all was told that had happened when the round began, if anything had.
    reached = (row.begun_at or now) - SETTLED if page.end else page.until
    tickets = {change.ticket_id for change in page.changes}
    with runtime.database.write() as session:
        known = reconciling.known(session, scope, row.account_id, tickets)
        found = sum(
            inbox.accept(session, scope, event)
            for event in missing(page.changes, known, row.account_id, at=now)
        )
        if not page.whole:
            gap = (page.until - timedelta(seconds=1), page.until)
            _note_gap(session, scope, row, gap, at=now)
        moved = reconciling.keep(
            session,
            scope,
            row,
            since=max(page.until, reached),
            cursor=page.cursor,
            due_at=now + timedelta(seconds=runtime.pace.reconcile) if page.end else now,
            error=None,
            failing_since=None,
            **{"found": row.found + found, "found_at": now} if found else {},
            **{"checked_at": now, "begun_at": None} if page.end else {},
        )
        if moved and not page.end:
            ask(runtime, session, scope, row.account_id, at=now)
    if found:
        log.warning("reconciliation_found", account=row.account_id, events=found)
    return Read(page.until, found, page.end)


def _put_off(runtime: Runtime, scope: Scope, row: ReconciliationRow, error: ConnectorError) -> None:
    """Try later. To be told to wait is no fault; what else it is stands there for an admin."""
    now = runtime.now()
    waits = isinstance(error, RateLimitedError)
    usual = runtime.pace.first_delay if waits else runtime.pace.reconcile
    due = now + timedelta(seconds=max(error.retry_after or 0, usual))
    told: dict[str, object] = {}
    if not waits:
        told = {"error": error.reason, "failing_since": row.failing_since or now}
    if isinstance(error, RejectedError) and row.cursor is not None:
        # The helpdesk no longer knows its own cursor: go by the time.
        told |= {"cursor": None}
    with runtime.database.write() as session:
        if reconciling.keep(session, scope, row, due_at=due, **told) and waits:
            ask(runtime, session, scope, row.account_id, at=due, now=now)


def ask(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    account_id: str,
    *,
    at: datetime,
    now: datetime | None = None,
) -> None:
    """Ask for an account's next page at a moment, once for that moment and minute."""
    now = now or at
    minute = int(now.timestamp() // 60)
    runtime.enqueue(
        session,
        JobName.RECONCILE,
        scope,
        account_id,
        key=f"{account_id}:{at.timestamp()}:{minute}",
        ticket=f"reconcile:{account_id}",
        delay=max((at - now).total_seconds(), 0),
    )
