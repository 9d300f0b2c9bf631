"""Erases customers' data: a ticket a transaction, and whole or told to be unfinished.

From the first moment each ticket has a tombstone, so that a late webhook or a worker that read the
ticket before brings nothing back. What was begun and not ended goes on with the next slow round of
the sweep, or when the command is given again.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from plugin.errors import MovedError
from plugin.models import AWAITING, UNDELIVERED, DraftState, EffectKind
from plugin.outbox import ask_tags
from plugin.privacy.wiping import wipe, wipe_ticket
from plugin.runtime import Runtime
from plugin.store import audit, customers, drafts, effects, erasures
from plugin.store.customers import OnTicket
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

SYSTEM = "system"
# What could still leave, or be sent again by a person.
WITHDRAWN = AWAITING | UNDELIVERED | {DraftState.APPROVED}
_LEAVING = (
    "A reply or a note is leaving on ticket {ticket} at this moment, so nothing was erased. "
    "Try again in a minute."
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of an erasure.

    Attributes:
        left: How many tickets are not erased yet: something is leaving there.
        counts: Rows by kind.
    """

    id: str
    tickets: int
    left: int
    counts: Mapping[str, int]


def erase(
    runtime: Runtime,
    scope: Scope,
    tickets: Collection[OnTicket],
    *,
    why: str,
    asked_by: str,
    digest: str | None = None,
    webhooks: Collection[str] = (),
) -> Erased:
    """Erase all customers' data that hangs on these tickets, and these stored webhooks.

    Args:
        runtime: The service.
        scope: Whose.
        tickets: Each is locked and erased in a transaction of its own.
        why: As the record of erasures keeps it.
        asked_by: As in the audit.
        digest: The customer's.
        webhooks: Ids of those that belong to no ticket.

    Raises:
        MovedError: Something leaves on one of them at this moment; nothing was begun.
    """
    now = runtime.now()
    with runtime.database.write() as session:
        for ticket in sorted(tickets):
            require_still(session, scope, ticket)
        begun = erasures.begin(
            session, scope, tickets, why=why, asked_by=asked_by, digest=digest, at=now
        )
        counts = wipe(customers.webhooks(session, scope, webhooks), at=now)
        erasures.count(session, scope, begun.id, counts)
        detail = {"erasure": begun.id, "why": why, "tickets": len(tickets)}
        audit.add(session, scope, at=now, actor=asked_by, event="erasure_begun", detail=detail)
    return go_on(runtime, scope, begun.id)


def go_on(runtime: Runtime, scope: Scope, erasure_id: str) -> Erased:
    """Erase what is left of an erasure."""
    with runtime.database.read() as session:
        found = [
            (row.id, (row.account_id, row.ticket_id))
            for row in erasures.left(session, scope, erasure_id)
        ]
    left = 0
    for row_id, ticket in found:
        try:
            _erase_ticket(runtime, scope, erasure_id, row_id, ticket)
        except MovedError:
            left += 1
    with runtime.database.write() as session:
        erasure = erasures.get(session, scope, erasure_id)
        if not left and erasure.done_at is None:
            erasure.done_at = now = runtime.now()
            detail = {"erasure": erasure_id, "why": erasure.why, **erasure.counts}
            audit.add(session, scope, at=now, actor=erasure.asked_by, event="erased", detail=detail)
        counts = dict(erasure.counts)
    runtime.database.forget_past()
    log.info("erased", erasure=erasure_id, tickets=len(found) - left, left=left)
    return Erased(erasure_id, len(found), left, counts)


def withdraw(
    runtime: Runtime, session: Session, scope: Scope, draft: DraftRow, *, because: str
) -> None:
    """Let a draft that may still leave do so no more; the ticket's tags follow."""
    if draft.state not in WITHDRAWN:
        return
    now = runtime.now()
    detail = {"withdrawn": because}
    drafts.move(session, scope, draft, DraftState.STALE, actor=SYSTEM, at=now, detail=detail)
    ask_tags(session, runtime.enqueue, scope, draft, at=now)


def _erase_ticket(
    runtime: Runtime, scope: Scope, erasure_id: str, row_id: str, ticket: OnTicket
) -> None:
    now = runtime.now()
    with runtime.database.write() as session:
        drafts.lock_ticket(session, *ticket)
        require_still(session, scope, ticket)
        for draft in drafts.of_ticket(session, scope, *ticket):
            withdraw(runtime, session, scope, draft, because="erased")
        _call_off_notes(session, scope, ticket)
        session.flush()
        counts: Counter[str] = wipe_ticket(session, scope, ticket, at=now, actor=SYSTEM)
        customers.forget(session, scope, ticket)
        erasures.count(session, scope, erasure_id, counts)
        erasures.finish(session, scope, row_id, at=now)


def _call_off_notes(session: Session, scope: Scope, ticket: OnTicket) -> None:
    """A note that nobody has begun would write the erased words into the helpdesk."""
    for effect_id in effects.planned_on_ticket(session, scope, *ticket):
        effect = effects.get(session, scope, effect_id)
        if effect is not None and effect.kind is EffectKind.NOTE:
            effects.call_off(session, scope, effect, error="erased")


def require_still(session: Session, scope: Scope, ticket: OnTicket) -> None:
    """Nothing is torn that is on its way out: it could be neither found nor settled."""
    delivering = any(
        draft.state is DraftState.DELIVERING for draft in drafts.of_ticket(session, scope, *ticket)
    )
    if delivering or erasures.under_way(session, scope, ticket) is not None:
        raise MovedError(_LEAVING.format(ticket=ticket[1]))
