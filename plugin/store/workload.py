"""How much waits, and for whom: sums over what waits, read from its index alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session

from connectors.types import Money
from plugin.models import DraftState, Role, VerdictKind
from plugin.store.schema import DraftRow, VerdictRow
from plugin.store.scope import Scope
from plugin.store.urgency import WAITS

_SIGNATURES = (VerdictKind.APPROVE, VerdictKind.EDIT)


@dataclass(frozen=True, slots=True)
class Pile:
    """Waiting drafts that the same people may sign.

    Attributes:
        step: The index of the first of the limits that allows them; None: beyond all of them.
        oldest: The id of the oldest; ids sort by their time.
    """

    state: DraftState
    signer: Role
    currency: str | None
    step: int | None
    count: int
    overdue: int
    oldest: str


def piles(
    session: Session, scope: Scope, limits: Mapping[str, Sequence[int]], *, now: datetime
) -> Sequence[Pile]:
    """All that waits, in piles.

    Args:
        session: One look.
        scope: Whose.
        limits: The limits that people have in each currency, in minor units, smallest first.
        now: Later than the deadlines that have passed.
    """
    currency = case(
        (DraftRow.minus_stake == 0, None),
        (DraftRow.stake_currency.in_(sorted(limits)), DraftRow.stake_currency),
        else_=None,
    )
    steps = [
        (
            and_(DraftRow.stake_currency == code, DraftRow.minus_stake >= -limit),
            literal(number),
        )
        for code, sizes in sorted(limits.items())
        for number, limit in enumerate(sizes)
    ]
    step = case((DraftRow.minus_stake == 0, literal(-1)), *steps, else_=None)
    rows = session.execute(
        select(
            DraftRow.state,
            DraftRow.signer,
            currency.label("currency"),
            step.label("step"),
            func.count().label("number"),
            func.count(case((DraftRow.sign_by < now, 1))).label("overdue"),
            func.min(DraftRow.id).label("oldest"),
        )
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            WAITS,
            DraftRow.state.in_([DraftState.AWAITING_APPROVAL, DraftState.AWAITING_REVIEW]),
        )
        .group_by(DraftRow.state, DraftRow.signer, "currency", "step")
    )
    return [Pile(*row) for row in rows]


def may_sign(pile: Pile, role: Role, limit: Money | None, sizes: Sequence[int]) -> bool:
    """Whether somebody's role and limit allow a pile. `sizes`: all limits in their currency."""
    if not role.may_sign_for(pile.signer):
        return False
    moves_nothing = pile.step == -1
    if limit is None or moves_nothing:
        return True
    if pile.step is None or pile.currency != limit.currency:
        return False
    return sizes[pile.step] <= limit.minor()


def claimed(session: Session, scope: Scope, *, since: datetime) -> Mapping[str, int]:
    """How many drafts each person has claimed since then."""
    rows = session.execute(
        select(DraftRow.claimed_by, func.count())
        .where(
            DraftRow.merchant_id == scope.merchant_id,
            DraftRow.claimed_by.is_not(None),
            DraftRow.claimed_at > since,
        )
        .group_by(DraftRow.claimed_by)
    )
    return {person_id: number for person_id, number in rows if person_id is not None}


def signed(session: Session, scope: Scope, *, since: datetime) -> Mapping[str, int]:
    """How many approvals that count each person has given since then."""
    rows = session.execute(
        select(VerdictRow.person_id, func.count())
        .where(
            VerdictRow.merchant_id == scope.merchant_id,
            VerdictRow.created_at >= since,
            VerdictRow.counts,
            VerdictRow.kind.in_(_SIGNATURES),
        )
        .group_by(VerdictRow.person_id)
    )
    return {row[0]: row[1] for row in rows}


def waits_since(session: Session, scope: Scope, draft_id: str) -> datetime | None:
    """When a draft came."""
    return session.scalar(
        select(DraftRow.created_at).where(
            DraftRow.merchant_id == scope.merchant_id, DraftRow.id == draft_id
        )
    )
