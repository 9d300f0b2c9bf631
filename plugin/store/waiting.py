"""What waits for a person: the first drafts of some states, however many there are in all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session, defer

from connectors.types import Money
from plugin.models import AWAITING, DraftState, Role, VerdictKind
from plugin.store.narrowing import EVERYTHING, Only
from plugin.store.schema import DecisionRow, DraftRow, VerdictRow
from plugin.store.scope import Scope
from plugin.store.urgency import WAITS

Decided = tuple[DraftRow, DecisionRow | None]
_Wanted = Select[DraftRow, DecisionRow]

_KEPT = 128
_MERCHANT = bindparam("merchant_id", type_=DraftRow.merchant_id.type)
_ITS_DECISION = and_(
    DecisionRow.draft_id == DraftRow.id,
    DecisionRow.rev == DraftRow.rev,
    DecisionRow.merchant_id == _MERCHANT,
)
_SIGNATURES = (VerdictKind.APPROVE, VerdictKind.EDIT)
# A line of the queue shows none of these, and they are most of what a draft weighs.
_UNREAD = (
    *(defer(column) for column in (DraftRow.text, DraftRow.final_text, DraftRow.message_text)),
    *(defer(column) for column in (DraftRow.facts, DraftRow.reading, DraftRow.topics)),
    *(defer(column) for column in (DecisionRow.tags, DecisionRow.headroom, DecisionRow.advice)),
)


@dataclass(frozen=True, slots=True)
class Lane:
    """Waiting drafts that stand in one order already.

    Attributes:
        signer: The least role that may sign them.
        limit: Only what one person's limit allows, or what it does not; None: all.
        over: What it does not allow.
    """

    state: DraftState
    signer: Role
    limit: Money | None = None
    over: bool = False


def drafts_in(
    session: Session,
    scope: Scope,
    states: Sequence[DraftState],
    *,
    limit: int,
    newest_first: bool = False,
    only: Only = EVERYTHING,
) -> Sequence[Decided]:
    """Drafts in these states with their decision, oldest first."""
    wanted = _in_states(tuple(states), limit, newest_first, only.shape)
    return _read(session, wanted, scope, only)


def awaiting(
    session: Session, scope: Scope, lanes: Sequence[Lane], *, limit: int, only: Only = EVERYTHING
) -> Sequence[Decided]:
    """Drafts that wait for a verdict: the next deadline first, then the most money, then age."""
    if not lanes:
        return ()
    return _read(session, _in_lanes(tuple(lanes), limit, only.shape), scope, only)


def bypassed(
    session: Session, scope: Scope, *, since: datetime, limit: int, only: Only = EVERYTHING
) -> Sequence[Decided]:
    """Drafts whose customer got a reply without the signature it needed, newest first.

    Where another app wrote it a draft may wait as before; it stands among those that do.
    """
    return _read(session, _left_unsigned(limit, only.shape), scope, only, since=since)


def signers_of(
    session: Session, scope: Scope, rows: Sequence[DraftRow]
) -> defaultdict[str, set[str]]:
    """Who has signed the present revision of each of many drafts."""
    revisions = {row.id: row.rev for row in rows}
    found = session.execute(
        select(VerdictRow.draft_id, VerdictRow.rev, VerdictRow.person_id).where(
            VerdictRow.merchant_id == scope.merchant_id,
            VerdictRow.draft_id.in_(revisions),
            VerdictRow.counts,
            VerdictRow.kind.in_(_SIGNATURES),
        )
    )
    signers: defaultdict[str, set[str]] = defaultdict(set)
    for draft_id, rev, person_id in found:
        if rev == revisions[draft_id]:
            signers[draft_id].add(person_id)
    return signers


def _read(
    session: Session, wanted: _Wanted, scope: Scope, only: Only, **more: object
) -> Sequence[Decided]:
    values = {"merchant_id": scope.merchant_id, **only.values(), **more}
    return [(row[0], row[1]) for row in session.execute(wanted, values)]


# To write one of these takes longer than to have it answered, and every open page asks them again
# and again: each is kept, whoever asks.
@lru_cache(maxsize=_KEPT)
def _in_states(states: Sequence[DraftState], limit: int, newest_first: bool, only: Only) -> _Wanted:
    lanes = [(DraftRow.state == state, *only.conditions()) for state in states]
    return _first_of_all(lanes, ("id",), limit=limit, newest_first=newest_first)


@lru_cache(maxsize=_KEPT)
def _in_lanes(lanes: Sequence[Lane], limit: int, only: Only) -> _Wanted:
    chosen = [
        (
            # A few ids are found sooner by themselves.
            *((WAITS,) if only.ids is None else ()),
            DraftRow.state == lane.state,
            DraftRow.signer == lane.signer,
            *_of_limit(lane),
            *only.conditions(),
        )
        for lane in lanes
    ]
    return _first_of_all(chosen, ("sign_by", "minus_stake", "id"), limit=limit)


@lru_cache(maxsize=_KEPT)
def _left_unsigned(limit: int, only: Only) -> _Wanted:
    return (
        select(DraftRow, DecisionRow)
        .outerjoin(DecisionRow, _ITS_DECISION)
        .where(
            DraftRow.merchant_id == _MERCHANT,
            DraftRow.bypassed,
            DraftRow.state.not_in(AWAITING),
            DraftRow.state_at >= bindparam("since", type_=DraftRow.state_at.type),
            *only.conditions(),
        )
        .order_by(DraftRow.id.desc())
        .limit(limit)
        .options(*_UNREAD)
    )


def _of_limit(lane: Lane) -> Sequence[ColumnElement[bool]]:
    if lane.limit is None:
        return ()
    own = and_(
        DraftRow.stake_currency == lane.limit.currency,
        DraftRow.minus_stake >= -lane.limit.minor(),
    )
    if not lane.over:
        return (or_(DraftRow.minus_stake == 0, own),)
    # In no currency, or in another: nobody can say that it is within the limit.
    foreign = or_(DraftRow.stake_currency.is_(None), DraftRow.stake_currency != lane.limit.currency)
    return (
        DraftRow.minus_stake < 0,
        or_(foreign, DraftRow.minus_stake < -lane.limit.minor()),
    )


def _first_of_all(
    lanes: Sequence[Sequence[ColumnElement[bool]]],
    order: Sequence[str],
    *,
    limit: int,
    newest_first: bool = False,
) -> _Wanted:
    """The drafts that come first, out of those that come first in each lane.

    No index has several lanes' rows in one order, and some states grow for ever. So each is read
    by itself, as far as the limit, before any text is.

    Args:
        lanes: What each lane's drafts have in common.
        order: The columns that they are in order of, in every lane; the id is the last.
        limit: At most so many, of each lane and of all.
        newest_first: From the other end.
    """

    def in_order(columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        return [columns[name].desc() if newest_first else columns[name] for name in order]

    of_draft = {name: getattr(DraftRow, name) for name in order}
    firsts = (
        select(*of_draft.values())
        .where(DraftRow.merchant_id == _MERCHANT, *lane)
        .order_by(*in_order(of_draft))
        .limit(limit)
        .subquery()
        for lane in lanes
    )
    together = union_all(*(select(*first.c) for first in firsts)).subquery().c
    of_all = {name: together[name] for name in order}
    wanted = select(together.id).order_by(*in_order(of_all)).limit(limit).subquery()
    return (
        select(DraftRow, DecisionRow)
        .join(wanted, and_(wanted.c.id == DraftRow.id, DraftRow.merchant_id == _MERCHANT))
        .outerjoin(DecisionRow, _ITS_DECISION)
        .order_by(*in_order(of_draft))
        .options(*_UNREAD)
    )
