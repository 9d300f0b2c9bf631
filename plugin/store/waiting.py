"""What waits for a person: the first drafts of some states, however many there are in all."""

from collections.abc import Sequence

from sqlalchemy import SQLColumnExpression, Subquery, and_, select, union_all
from sqlalchemy.orm import Session

from plugin.models import DraftState
from plugin.store.schema import DecisionRow, DraftRow
from plugin.store.scope import Scope


def drafts_in(
    session: Session,
    scope: Scope,
    states: Sequence[DraftState],
    *,
    limit: int,
    newest_first: bool = False,
) -> Sequence[tuple[DraftRow, DecisionRow | None]]:
    """Drafts in these states with their decision, oldest first.

    States that nothing but an answer ends fill up with what nobody will answer any more; they are
    better read newest first.
    """
    wanted = _first_of_all(scope, states, limit=limit, newest_first=newest_first)
    rows = session.execute(
        select(DraftRow, DecisionRow)
        .join(wanted, and_(wanted.c.id == DraftRow.id, DraftRow.merchant_id == scope.merchant_id))
        .outerjoin(
            DecisionRow,
            and_(
                DecisionRow.draft_id == DraftRow.id,
                DecisionRow.rev == DraftRow.rev,
                DecisionRow.merchant_id == scope.merchant_id,
            ),
        )
        .order_by(_in_order(wanted.c.id, newest_first=newest_first))
    )
    return [(row[0], row[1]) for row in rows]


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
