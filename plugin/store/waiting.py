"""What waits for a person: the first drafts of some states, however many there are in all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_, select, union_all
from sqlalchemy.orm import Session, defer

from connectors.types import Money
from plugin.models import AWAITING, DraftState, Role, VerdictKind
from plugin.store.narrowing import EVERYTHING, Only
from plugin.store.schema import DecisionRow, DraftRow, VerdictRow
from plugin.store.scope import Scope
from plugin.store.urgency import WAITS

Decided = tuple[DraftRow, DecisionRow | None]

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
    lanes = [(DraftRow.state == state, *only.conditions()) for state in states]
    return _first_of_all(session, scope, lanes, ("id",), limit=limit, newest_first=newest_first)


def awaiting(
    session: Session, scope: Scope, lanes: Sequence[Lane], *, limit: int, only: Only = EVERYTHING
) -> Sequence[Decided]:
    """Drafts that wait for a verdict: the next deadline first, then the most money, then age."""
    if not lanes:
        return ()
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
    return _first_of_all(session, scope, chosen, ("sign_by", "minus_stake", "id"), limit=limit)


def bypassed(
    session: Session, scope: Scope, *, since: datetime, limit: int, only: Only = EVERYTHING
) -> Sequence[Decided]:
    """Drafts whose customer got a reply without the signature it needed, newest first.

    Where another app wrote it a draft may wait as before; it stands among those that do.
    """
    rows = session.execute(
        select(DraftRow, DecisionRow)
        .outerjoin(DecisionRow, _its_decision(scope))
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.bypassed,
            DraftRow.state.not_in(AWAITING),
            DraftRow.state_at >= since,
            *only.conditions(),
        )
        .order_by(DraftRow.id.desc())
        .limit(limit)
        .options(*_UNREAD)
    )
    return [(row[0], row[1]) for row in rows]


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


def _its_decision(scope: Scope) -> SQLColumnExpression[bool]:
    return and_(
        DecisionRow.draft_id == DraftRow.id,
        DecisionRow.rev == DraftRow.rev,
        DecisionRow.merchant_id == scope.merchant_id,
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
    session: Session,
    scope: Scope,
    lanes: Sequence[Sequence[ColumnElement[bool]]],
    order: Sequence[str],
    *,
    limit: int,
    newest_first: bool = False,
) -> Sequence[Decided]:
    """The drafts that come first, out of those that come first in each lane.

    No index has several lanes' rows in one order, and some states grow for ever. So each is read
    by itself, as far as the limit, before any text is.

    Args:
        session: One look.
        scope: Whose.
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
        .where(DraftRow.merchant_id == scope.merchant_id, *lane)
        .order_by(*in_order(of_draft))
        .limit(limit)
        .subquery()
        for lane in lanes
    )
    together = union_all(*(select(*first.c) for first in firsts)).subquery().c
    of_all = {name: together[name] for name in order}
    wanted = select(together.id).order_by(*in_order(of_all)).limit(limit).subquery()
    rows = session.execute(
        select(DraftRow, DecisionRow)
        .join(wanted, and_(wanted.c.id == DraftRow.id, DraftRow.merchant_id == scope.merchant_id))
        .outerjoin(DecisionRow, _its_decision(scope))
        .order_by(*in_order(of_draft))
        .options(*_UNREAD)
    )
    return [(row[0], row[1]) for row in rows]
