"""Limits in the service: what earlier drafts count, and what a new one holds.

Headroom is reserved in the transaction of the decision, under a lock for each sum it looks at. So
two drafts decided at once cannot both have the last of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.types import Money
from plugin.models import MONEYLESS_ACTIONS, Draft, Facts, Per
from plugin.policy.limits import Spent, key_of
from plugin.policy.model import Limit
from plugin.store import reservations
from plugin.store.scope import Scope

# Above the id of every draft there is or will be.
_ANY_DRAFT = "g"


def locked(
    session: Session, scope: Scope, keys: Collection[tuple[Per, str]], *, at: datetime
) -> Spent:
    """What counts already for a new draft. Nobody else decides by it until the transaction ends."""
    reservations.lock(session, scope, keys)
    return _spent(session, scope, at, before=_ANY_DRAFT)


def before(session: Session, scope: Scope, draft_id: str, at: datetime) -> Spent:
    """What counted before a stored draft: who came first keeps the headroom they were given."""
    return _spent(session, scope, at, before=draft_id)


def hold(
    session: Session, scope: Scope, draft_id: str, draft: Draft, known: Facts, *, at: datetime
) -> None:
    """Reserve what a draft's actions cost, whatever limits there are today."""
    counting = [
        (position, action, {per: key_of(per, action, known) for per in Per})
        for position, action in enumerate(draft.actions)
        if action.type not in MONEYLESS_ACTIONS
    ]
    reservations.hold(session, scope, draft_id, counting, at=at)


def _spent(session: Session, scope: Scope, at: datetime, *, before: str) -> Spent:
    def spent(limit: Limit, key: str) -> Sequence[Money]:
        return reservations.counted(
            session,
            scope,
            limit.per,
            key,
            types=limit.actions,
            since=at - timedelta(seconds=limit.window),
            before=before,
        )

    return spent
