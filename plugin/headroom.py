"""Limits in the service: what earlier drafts count, and what a new one holds.

Headroom is reserved in the transaction of the decision, under a lock for each sum it looks at. So
two drafts decided at once cannot both have the last of it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.types import ActionRequest, Money
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
    counting = _counting(dict(enumerate(draft.actions)), known)
    reservations.hold(session, scope, draft_id, counting, at=at)


def hold_again(
    session: Session,
    scope: Scope,
    draft_id: str,
    actions: Mapping[int, ActionRequest],
    known: Facts,
    *,
    at: datetime,
) -> None:
    """Reserve what a draft's actions, by position, cost now, in place of what they cost before."""
    reservations.hold_again(session, scope, draft_id, _counting(actions, known), at=at)


def beside(
    session: Session,
    scope: Scope,
    keys: Collection[tuple[Per, str]],
    draft_id: str,
    *,
    at: datetime,
) -> Spent:
    """What counts for a stored draft that asks for more: all others, later ones too.

    Nobody else decides by it until the transaction ends.
    """
    reservations.lock(session, scope, keys)
    return _spent(session, scope, at, before=_ANY_DRAFT, but=draft_id)


def _counting(
    actions: Mapping[int, ActionRequest], known: Facts
) -> Sequence[tuple[int, ActionRequest, Mapping[Per, str | None]]]:
    """The actions that have money, each with whose sums it adds to."""
    return [
        (position, action, {per: key_of(per, action, known) for per in Per})
        for position, action in actions.items()
        if action.type not in MONEYLESS_ACTIONS
    ]


def _spent(
    session: Session, scope: Scope, at: datetime, *, before: str, but: str | None = None
) -> Spent:
    def spent(limit: Limit, key: str) -> Sequence[Money]:
        return reservations.counted(
            session,
            scope,
            limit.per,
            key,
            types=limit.actions,
            since=at - timedelta(seconds=limit.window),
            before=before,
            but=but,
        )

    return spent
