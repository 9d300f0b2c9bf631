"""What waits for a person: the first drafts of some states, however many there are in all."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import SQLColumnExpression, Subquery, and_, nulls_last, select, union_all
from sqlalchemy.orm import Session

from plugin.models import DraftState, VerdictKind
from plugin.store.schema import DecisionRow, DraftRow, VerdictRow
from plugin.store.scope import Scope

Decided = tuple[DraftRow, DecisionRow | None]

_SIGNATURES = (VerdictKind.APPROVE, VerdictKind.EDIT)


def drafts_in(
    session: Session,
    scope: Scope,
    states: Sequence[DraftState],
    *,
    limit: int,
    newest_first: bool = False,
) -> Sequence[Decided]:
    """Drafts in these states with their decision, oldest first."""
    wanted = _first_of_all(scope, states, limit=limit, newest_first=newest_first)
    rows = session.execute(
        select(DraftRow, DecisionRow)
        .join(wanted, and_(wanted.c.id == DraftRow.id, DraftRow.merchant_id == scope.merchant_id))
        .outerjoin(DecisionRow, _its_decision(scope))
        .order_by(_in_order(wanted.c.id, newest_first=newest_first))
    )
    return [(row[0], row[1]) for row in rows]


def approvals(session: Session, scope: Scope, *, limit: int) -> Sequence[Decided]:
    """Drafts that await approval: the next deadline first, then the oldest.

    All of a merchant's are compared, and those are few: a deadline ends most of them.
    """
    rows = session.execute(
        select(DraftRow, DecisionRow)
        .join(DecisionRow, _its_decision(scope))
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.state == DraftState.AWAITING_APPROVAL,
        )
        .order_by(nulls_last(DecisionRow.deadline_at), DraftRow.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def bypassed(session: Session, scope: Scope, *, since: datetime, limit: int) -> Sequence[Decided]:
    """Drafts whose customer got a reply without the signature it needed, newest first."""
    rows = session.execute(
        select(DraftRow, DecisionRow)
        .outerjoin(DecisionRow, _its_decision(scope))
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.bypassed,
            DraftRow.state_at >= since,
        )
        .order_by(DraftRow.id.desc())
        .limit(limit)
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


def _first_of_all(
    scope: Scope, states: Sequence[DraftState], *, limit: int, newest_first: bool
) -> Subquery:
    """The ids that come first, out of those that come first in each state.

    No index has several states' rows in one order, and some states grow for ever. So each is read
    by itself, as far as the limit, before any text is.
    """
    firsts = (
        select(DraftRow.id)
        .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.state == state)
        .order_by(_in_order(DraftRow.id, newest_first=newest_first))
        .limit(limit)
        .subquery()
        for state in states
    )
    ids = union_all(*(select(first.c.id) for first in firsts)).subquery()
    ordered = select(ids.c.id).order_by(_in_order(ids.c.id, newest_first=newest_first))
    return ordered.limit(limit).subquery()


def _in_order(ids: SQLColumnExpression[str], *, newest_first: bool) -> SQLColumnExpression[str]:
    return ids.desc() if newest_first else ids
