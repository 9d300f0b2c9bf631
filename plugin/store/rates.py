"""How many calls an account took lately, for all who make some.

A window is cut into slots of the clock. In any stretch of its length there lie at most `_SLOTS`
and one more of them, so if the sum of those never exceeds the limit, no window does, wherever it
begins. Each draw is one short transaction; who draws several calls at once makes them in that slot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connectors.base import RateLimit
from plugin.store.catching_up_tables import RateRow
from plugin.store.rows import insert_once
from plugin.store.scope import Scope

_SLOTS = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """Calls that somebody is about to make.

    Attributes:
        calls: How many at once, at the most.
        share: What part of the limit they may use up, together with all others.
    """

    limit: RateLimit
    calls: int
    share: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a limit answered.

    Attributes:
        calls: Granted.
        until: The end of the slot in which they must be made; where none were granted, when there
            may be some again.
        most: What the limit is.
    """

    calls: int
    until: datetime
    most: int


def draw(
    session: Session, scope: Scope, account_id: str, wanted: Sequence[Wanted], *, at: datetime
) -> Mapping[str, Drawn]:
    """Count calls that are about to be made; none, where one of the limits grants none."""
    rows = _rows(session, scope, account_id, sorted(one.limit.name for one in wanted), at=at)
    drawn = {one.limit.name: _drawn(rows[one.limit.name], one, at) for one in wanted}
    if all(each.calls for each in drawn.values()):
        for one in wanted:
            name = one.limit.name
            _count(session, scope, rows[name], one.limit.seconds, drawn[name].calls, at=at)
    return drawn


def learn(
    session: Session,
    scope: Scope,
    account_id: str,
    name: str,
    *,
    most: int | None,
    closed_until: datetime | None,
    at: datetime,
) -> None:
    """Note what the helpdesk says of a limit. None leaves what is known."""
    told = {"most": most, "closed_until": closed_until}
    told = {column: value for column, value in told.items() if value is not None}
    row = RateRow(
        merchant_id=scope.merchant_id,
        account_id=account_id,
        name=name,
        spent={},
        used_at=at,
        **told,
    )
    if not insert_once(session, row):
        session.execute(
            update(RateRow)
            .where(
                RateRow.merchant_id == scope.merchant_id,
                RateRow.account_id == account_id,
                RateRow.name == name,
            )
            .values(used_at=at, **told)
            .execution_options(synchronize_session=False)
        )


def of_account(session: Session, scope: Scope, account_id: str) -> Sequence[RateRow]:
    """What is known of an account's limits, but for those of single tickets."""
    return session.scalars(
        select(RateRow)
        .where(
            RateRow.merchant_id == scope.merchant_id,
            RateRow.account_id == account_id,
            RateRow.name.not_like("ticket:%"),
        )
        .order_by(RateRow.name)
    ).all()


def spent_lately(row: RateRow, seconds: float, *, at: datetime) -> int:
    """Calls that count against a limit with that window now."""
    return sum(_counting(row, seconds, at).values())


def _rows(
    session: Session, scope: Scope, account_id: str, names: Sequence[str], *, at: datetime
) -> Mapping[str, RateRow]:
    """The rows of these limits, held until the transaction ends."""
    query = (
        select(RateRow)
        .where(
            RateRow.merchant_id == scope.merchant_id,
            RateRow.account_id == account_id,
            RateRow.name.in_(names),
        )
        # Whoever draws from several takes them in the same order.
        .order_by(RateRow.name)
        .with_for_update(key_share=True)
    )
    found = {row.name: row for row in session.scalars(query)}
    for name in names:
        if name in found:
            continue
        found[name] = RateRow(
            merchant_id=scope.merchant_id, account_id=account_id, name=name, spent={}, used_at=at
        )
        if not insert_once(session, found[name]):
            # Somebody else was the first, and may have spent already.
            return {row.name: row for row in session.scalars(query)}
    return found


def _drawn(row: RateRow, wanted: Wanted, at: datetime) -> Drawn:
    limit = wanted.limit
    most = limit.most if row.most is None else row.most
    length = limit.seconds / _SLOTS
    slot = int(at.timestamp() // length)
    if row.closed_until is not None and row.closed_until > at:
        return Drawn(0, row.closed_until, most)
    counting = _counting(row, limit.seconds, at)
    cap = max(1, int(most * wanted.share))
    left = cap - sum(counting.values())
    if left > 0:
        return Drawn(min(left, wanted.calls), _moment((slot + 1) * length), most)
    return Drawn(0, _moment(_free_again(counting, cap) * length), most)


def _free_again(counting: Mapping[int, int], cap: int) -> int:
    """The first slot in which the oldest ones have left the window far enough."""
    spent = sum(counting.values())
    for slot in sorted(counting):
        spent -= counting[slot]
        if spent < cap:
            return slot + _SLOTS + 1
    raise AssertionError("a window in which nothing was spent has room")


def _counting(row: RateRow, seconds: float, at: datetime) -> Mapping[int, int]:
    """What was spent in the slots that still count.

    A clock that was set back leaves slots of the future; they count until they are past, so that
    two machines whose clocks differ a little do not lose sight of each other's calls.
    """
    slot = int(at.timestamp() // (seconds / _SLOTS))
    return {int(key): calls for key, calls in row.spent.items() if int(key) >= slot - _SLOTS}


def _count(
    session: Session, scope: Scope, row: RateRow, seconds: float, calls: int, *, at: datetime
) -> None:
    spent = dict(_counting(row, seconds, at))
    slot = int(at.timestamp() // (seconds / _SLOTS))
    spent[slot] = spent.get(slot, 0) + calls
    session.execute(
        update(RateRow)
        .where(RateRow.merchant_id == scope.merchant_id, RateRow.id == row.id)
        .values(spent={str(key): number for key, number in spent.items()}, used_at=at)
        .execution_options(synchronize_session=False)
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
