"""A whole round at once, for an admin after an outage, beside whatever workers do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.errors import RateLimitedError
from plugin.errors import InvalidInputError
from plugin.reconciling.round import LOOK_BACK, SETTLED, read_page
from plugin.runtime import Runtime
from plugin.store import audit, reconciling
from plugin.store.catching_up_tables import ReconciliationRow
from plugin.store.schema import Account
from plugin.store.scope import Scope

# A worker reads a page of this account at this moment.
_WHILE_OTHERS_READ = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is.

    Attributes:
        until: All messages up to here are in the inbox.
        found: What no webhook had told, since the round began.
        waits: Seconds until it goes on.
        end: It is over.
    """

    until: datetime
    found: int
    waits: float
    end: bool


def whole_round(
    runtime: Runtime,
    scope: Scope,
    account: Account,
    *,
    since: datetime | None,
    wait: Callable[[float], object],
) -> Iterator[Progress]:
    """Read an account's changes to their end, a page at a time.

    Args:
        runtime: The service.
        scope: Whose.
        account: Which account.
        since: Where to begin; None goes on where the last round ended.
        wait: Called with the seconds that the helpdesk, or its budget, asks for.

    Raises:
        InvalidInputError: `since` is in the future.
        ConnectorError: The helpdesk cannot be read.
    """
    began = runtime.now()
    before = _begin(runtime, scope, account, since, began)
    while True:
        waits = 0.0
        try:
            if read_page(runtime, scope, account.id) is None:
                waits = _WHILE_OTHERS_READ
        except RateLimitedError as told:
            waits = max(told.retry_after or 0, _WHILE_OTHERS_READ)
        row = _row(runtime, scope, account)
        end = row.checked_at is not None and row.checked_at >= began
        yield Progress(row.since, row.found - before, 0 if end else waits, end)
        if end:
            return
        if waits:
            wait(waits)


def _begin(
    runtime: Runtime, scope: Scope, account: Account, since: datetime | None, now: datetime
) -> int:
    if since is not None and since > now - SETTLED:
        minutes = int(SETTLED.total_seconds() // 60)
        raise InvalidInputError("since", f"expected a time {minutes} minutes ago or earlier")
    with runtime.database.write() as session:
        first = max(account.created_at, now - LOOK_BACK)
        reconciling.begin(session, scope, account.id, since=first, due_at=now)
        reconciling.begin_again(session, scope, account.id, at=now, since=since)
        audit.add(
            session,
            scope,
            at=now,
            actor="command",
            event="reconciled",
            detail={"account": account.id, "since": since.isoformat() if since else None},
        )
    return _row(runtime, scope, account).found


def _row(runtime: Runtime, scope: Scope, account: Account) -> ReconciliationRow:
    with runtime.database.read() as session:
        row = reconciling.of_account(session, scope, account.id)
    if row is None:
        raise AssertionError("it was begun")
    return row
