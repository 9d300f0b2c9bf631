"""What a test looks at: rows of the audit, bypasses, and what became of webhooks."""

from collections.abc import Sequence

from plugin.models import InboxState
from plugin.store import audit, bypasses, corrections, inbox
from plugin.store.audit import Wanted
from plugin.store.audit_tables import AuditRow
from plugin.store.bypass_tables import BypassRow
from plugin.store.schema import CorrectionRow
from tests.bench.world import Bench


def told(bench: Bench, event: str, ticket_id: str) -> Sequence[AuditRow]:
    """The audit's rows of that kind about a ticket's newest draft, oldest first."""
    wanted = Wanted(event=event, draft_id=bench.draft(ticket_id).id)
    with bench.runtime.database.read() as session:
        rows, _ = audit.newest(session, bench.scope, wanted, before=None, limit=50)
    return rows[::-1]


def told_at_all(bench: Bench, event: str) -> Sequence[AuditRow]:
    """All rows of that kind, newest first."""
    with bench.runtime.database.read() as session:
        wanted = Wanted(event=event)
        rows, _ = audit.newest(session, bench.scope, wanted, before=None, limit=50)
    return rows


def bypassed(bench: Bench, ticket_id: str) -> Sequence[BypassRow]:
    with bench.runtime.database.read() as session:
        return bypasses.of_draft(session, bench.scope, bench.draft(ticket_id).id)


def correction(bench: Bench, ticket_id: str) -> CorrectionRow | None:
    with bench.runtime.database.read() as session:
        return corrections.of_draft(session, bench.scope, bench.draft(ticket_id).id)


def failed(bench: Bench, ticket_id: str) -> list[str | None]:
    """Why webhooks about a ticket were not handled."""
    with bench.runtime.database.read() as session:
        found = inbox.recent(session, bench.scope, state=InboxState.FAILED)
    return [event.reason for event in found if event.ticket_id == ticket_id]
