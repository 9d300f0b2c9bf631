"""Asks for what is due: a round for each account, every few minutes."""

from datetime import timedelta

from plugin.reconciling.round import LOOK_BACK, ask
from plugin.runtime import Runtime
from plugin.store import reconciling, unscoped_reconciling


def ask_due(runtime: Runtime) -> int:
    """Ask for every account's next page that is due. Returns how many.

    A new account begins with the moment it was connected: what came before is not ours.
    """
    now = runtime.now()
    with runtime.database.read() as session:
        new = unscoped_reconciling.accounts_not_compared(session)
        due = unscoped_reconciling.due_reconciliations(session, at=now)
    if not new and not due:
        return 0
    first = now + timedelta(seconds=runtime.pace.reconcile)
    with runtime.database.write() as session:
        for account in new:
            since = max(account.since, now - LOOK_BACK)
            reconciling.begin(session, account.scope, account.id, since=since, due_at=first)
        for account in due:
            ask(runtime, session, account.scope, account.id, at=account.since, now=now)
    return len(due)
