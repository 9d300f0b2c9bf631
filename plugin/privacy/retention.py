"""Lets nothing stand longer than the merchant keeps it: a periodic job, in small transactions.

What somebody may still need is never among it: open drafts, what has not left yet, and replies of
which nobody knows whether they arrived. What is erased leaves its labels behind, as with `erase`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from plugin.errors import InvalidInputError
from plugin.privacy import erase
from plugin.privacy.wiping import WIPES, wipe, wipe_drafts
from plugin.runtime import Runtime
from plugin.store import audit, erasures, privacy, retention, unscoped
from plugin.store.reservation_tables import ReservationRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

BATCH = 50
# In one round; the rest follows with the next, so that no merchant's past holds up another's.
_MOST_BATCHES = 50
_LONGEST = 3_650
_COMES_BACK_WITHIN = timedelta(days=1)
Batch = Callable[[Session, Scope, datetime, datetime], int]


def check_days(kind: str, days: int) -> None:
    """Whether a kind of data may be kept for so long.

    Raises:
        InvalidInputError: There is no such kind, or the number cannot be.
    """
    if kind not in privacy.DEFAULT_DAYS:
        raise InvalidInputError("kind", f"expected one of: {', '.join(privacy.DEFAULT_DAYS)}")
    if not 0 <= days <= _LONGEST:
        raise InvalidInputError("days", f"expected 1 to {_LONGEST}, or 0 to keep it until erased")


def round_of_all(runtime: Runtime) -> None:
    """For every merchant: end what was begun, and erase what is too old."""
    with runtime.database.read() as session:
        scopes = [Scope(merchant_id) for merchant_id, _ in unscoped.merchant_names(session)]
    for scope in scopes:
        end_erasures(runtime, scope)
        apply(runtime, scope)


def end_erasures(runtime: Runtime, scope: Scope) -> None:
    """Go on with erasures that were cut off, and erase what was being stored meanwhile."""
    with runtime.database.read() as session:
        begun = [row.id for row in erasures.unfinished(session, scope, limit=BATCH)]
    for erasure_id in begun:
        erase.go_on(runtime, scope, erasure_id)
    now = runtime.now()
    with runtime.database.write() as session:
        since = now - _COMES_BACK_WITHIN
        late = erasures.came_back(session, scope, erased_since=since, limit=BATCH)
        wipe(late, at=now)


def apply(runtime: Runtime, scope: Scope) -> Mapping[str, int]:
    """Erase what is older than the merchant keeps it. Returns how many rows, by kind."""
    now = runtime.now()
    with runtime.database.read() as session:
        days = privacy.choices(session, scope).days
    counts: Counter[str] = Counter()
    for kind, batches in _BATCHES.items():
        if days[kind]:
            before = now - timedelta(days=days[kind])
            for batch in batches:
                counts[kind] += _in_batches(runtime, scope, batch, before)
    done = {kind: number for kind, number in counts.items() if number}
    if done:
        with runtime.database.write() as session:
            audit.add(session, scope, at=now, actor=erase.SYSTEM, event="too_old", detail=done)
        runtime.database.forget_past()
        log.info("too_old_erased", merchant=scope.merchant_id, **done)
    return done


def _in_batches(runtime: Runtime, scope: Scope, batch: Batch, before: datetime) -> int:
    """One transaction each: whoever writes waits for a few rows, not for all."""
    total = 0
    for _ in range(_MOST_BATCHES):
        with runtime.database.write() as session:
            found = batch(session, scope, before, runtime.now())
        total += found
        if found < BATCH:
            break
    return total


def _webhooks(session: Session, scope: Scope, before: datetime, now: datetime) -> int:
    found = retention.webhooks(session, scope, before=before, limit=BATCH)
    wipe(found, at=now)
    return len(found)


def _notes(session: Session, scope: Scope, before: datetime, now: datetime) -> int:
    found = retention.effects(session, scope, before=before, limit=BATCH)
    wipe(found, at=now)
    return len(found)


def _texts(session: Session, scope: Scope, before: datetime, now: datetime) -> int:
    found = retention.drafts(session, scope, before=before, limit=BATCH)
    wipe_drafts(session, scope, found, at=now, actor=erase.SYSTEM)
    return len(found)


def _customers(session: Session, scope: Scope, before: datetime, now: datetime) -> int:
    del now
    return retention.forget_customers(session, scope, before=before, limit=BATCH)


def _limits(session: Session, scope: Scope, before: datetime, now: datetime) -> int:
    """The money stays for the sums of the merchant; whose it was goes, stand-ins too."""
    found = retention.reservations(session, scope, before=before, limit=BATCH)
    for row in found:
        for column in WIPES[ReservationRow.__tablename__]:
            setattr(row, column, None)
        row.erased_at = now
    return len(found)


_BATCHES: Mapping[str, tuple[Batch, ...]] = {
    "webhooks": (_webhooks,),
    "notes": (_notes,),
    "texts": (_texts, _customers),
    "limits": (_limits,),
}
