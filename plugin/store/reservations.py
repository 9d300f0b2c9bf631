"""What the actions of drafts count against limits, and the lock under which it is summed up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, case, delete, exists, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from connectors.types import ActionRequest, Money
from plugin.models import DraftState, Per, ReservationState
from plugin.store import privacy
from plugin.store.reservation_tables import ReservationRow
from plugin.store.schema import ActionRow
from plugin.store.scope import Scope

_S = DraftState
_SENT = frozenset({_S.DELIVERED, _S.SENT_BY_AGENT})
_UNSENT = frozenset({_S.NO_DRAFT, _S.BLOCKED, _S.REJECTED, _S.EXPIRED, _S.STALE, _S.ANSWERED})
_COLUMNS: Mapping[Per, InstrumentedAttribute[str | None]] = {
    Per.CUSTOMER: ReservationRow.customer,
    Per.ORDER: ReservationRow.order_id,
    Per.HOUSEHOLD: ReservationRow.household,
    Per.AGENT: ReservationRow.agent,
}


def state_in(state: DraftState) -> ReservationState:
    """What becomes of the money of a draft's actions in a state, unless they were done by hand."""
    if state in _SENT:
        return ReservationState.USED
    return ReservationState.RELEASED if state in _UNSENT else ReservationState.HELD


def hold(
    session: Session,
    scope: Scope,
    draft_id: str,
    actions: Iterable[tuple[int, ActionRequest, Mapping[Per, str | None]]],
    *,
    at: datetime,
) -> None:
    """Let a new draft's money count from now on.

    Args:
        session: The transaction of the decision.
        scope: Whose.
        draft_id: Whose actions they are.
        actions: Those with money: their position, and whose sums they add to.
        at: Now.
    """
    for position, action, whose in actions:
        if action.money is not None:
            values = _values(action, action.money, whose)
            owner = {"merchant_id": scope.merchant_id, "draft_id": draft_id}
            row = ReservationRow(**owner, position=position, **values)
            row.state, row.reserved_at = ReservationState.HELD, at
            session.add(row)


def hold_again(
    session: Session,
    scope: Scope,
    draft_id: str,
    actions: Iterable[tuple[int, ActionRequest, Mapping[Per, str | None]]],
    *,
    at: datetime,
) -> None:
    """Let a draft's money count as its actions are now; see `hold`.

    What was done by hand stays as it is. What stays as it was keeps the time of its reservation.
    """
    done = set(
        session.scalars(
            select(ActionRow.position).where(
                ActionRow.merchant_id == scope.merchant_id,
                ActionRow.draft_id == draft_id,
                ActionRow.done_by.is_not(None),
            )
        )
    )
    rows = session.scalars(
        select(ReservationRow).where(
            ReservationRow.merchant_id == scope.merchant_id, ReservationRow.draft_id == draft_id
        )
    )
    before = {row.position: row for row in rows}
    wanted = {
        position: (action, whose) for position, action, whose in actions if action.money is not None
    }
    session.execute(
        delete(ReservationRow).where(
            ReservationRow.merchant_id == scope.merchant_id,
            ReservationRow.draft_id == draft_id,
            ReservationRow.position.in_(before.keys() - wanted.keys() - done),
        )
    )
    new = []
    for position, (action, whose) in wanted.items():
        row = before.get(position)
        if row is None:
            new.append((position, action, whose))
        elif position not in done and action.money is not None:
            _hold_otherwise(row, _values(action, action.money, whose), at=at)
    hold(session, scope, draft_id, new, at=at)
    session.flush()


def _hold_otherwise(row: ReservationRow, values: Mapping[str, object], *, at: datetime) -> None:
    if any(getattr(row, name) != value for name, value in values.items()):
        row.reserved_at = at
    for name, value in values.items():
        setattr(row, name, value)


def _values(
    action: ActionRequest, money: Money, whose: Mapping[Per, str | None]
) -> dict[str, object]:
    return {
        "type": action.type,
        "amount_minor": money.minor(),
        "currency": money.currency,
        "customer": whose[Per.CUSTOMER],
        "order_id": whose[Per.ORDER],
        "household": whose[Per.HOUSEHOLD],
        "agent": whose[Per.AGENT],
    }


def follow(session: Session, scope: Scope, draft_id: str, state: ReservationState) -> None:
    """The draft moved: its money is held, used or released. What was done by hand stays used."""
    was_done = exists().where(
        and_(
            ActionRow.merchant_id == scope.merchant_id,
            ActionRow.draft_id == draft_id,
            ActionRow.position == ReservationRow.position,
            ActionRow.done_by.is_not(None),
        )
    )
    session.execute(
        update(ReservationRow)
        .where(ReservationRow.merchant_id == scope.merchant_id, ReservationRow.draft_id == draft_id)
        .values(state=case((was_done, ReservationState.USED.value), else_=state.value))
        .execution_options(synchronize_session=False)
    )


def lock(session: Session, scope: Scope, keys: Collection[tuple[Per, str]]) -> None:
    """Let nobody else decide by the same sums until this transaction ends.

    Always in one order, and after the rows of drafts, so that no two wait for each other. SQLite
    needs no lock: its write transactions come one after another.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for per, key in sorted(keys):
        name = func.hashtextextended(f"{scope.merchant_id}:{per}:{key}", 0)
        session.execute(select(func.pg_advisory_xact_lock(name)))


def counted(
    session: Session,
    scope: Scope,
    per: Per,
    key: str,
    *,
    types: Collection[str],
    since: datetime,
    before: str,
    but: str | None = None,
) -> Sequence[Money]:
    """What counts against a limit: one sum a currency.

    Args:
        session: Best under `lock`.
        scope: Whose.
        per: By what it is summed up.
        key: Whose sum.
        types: The types of actions that count.
        since: What was reserved then or earlier counts no more.
        before: A draft; it and later ones do not count.
        but: A draft that does not count either.
    """
    column = _COLUMNS.get(per)
    query = (
        select(ReservationRow.currency, func.sum(ReservationRow.amount_minor))
        .where(
            ReservationRow.merchant_id == scope.merchant_id,
            ReservationRow.type.in_(types),
            ReservationRow.state != ReservationState.RELEASED,
            ReservationRow.reserved_at > since,
            ReservationRow.draft_id < before,
        )
        .group_by(ReservationRow.currency)
    )
    if but is not None:
        query = query.where(ReservationRow.draft_id != but)
    if column is not None:
        query = query.where(column.in_(privacy.also_counted(session, scope, key)))
    rows = session.execute(query).all()
    return [Money.from_minor(int(minor), currency) for currency, minor in rows]
