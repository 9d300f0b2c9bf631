"""What the queue orders drafts by, kept beside each: its deadline, its money, its least signer.

An index must give the first few of a hundred thousand in order, so all of it stands in the draft's
own row. It is written when a draft begins to wait, and when its deadline is put off.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from plugin.models import AWAITING, MONEYLESS_ACTIONS, Oversight, Role
from plugin.store.schema import NEVER, ActionRow, DecisionRow, DraftRow
from plugin.store.scope import Scope

# What is not known, or known in several currencies only, is over every limit and comes first.
UNKNOWN_STAKE = 2**62

_SIGNERS = (Role.AGENT, Role.LEAD, Role.ADMIN)


class _Waits(FunctionElement[bool]):
    """The index's condition, for a query that names one of its states.

    SQLite gives the index to those only that repeat it word for word. PostgreSQL sees by itself
    that it holds, and would take it for a second condition that few of the drafts meet.
    """

    inherit_cache = True


@compiles(_Waits)
def _needless(*_: object, **__: object) -> str:
    return "true"


@compiles(_Waits, "sqlite")
def _word_for_word(*_: object, **__: object) -> str:
    return f"bb_draft.state IN ({', '.join(repr(s.value) for s in sorted(AWAITING))})"


WAITS = _Waits()


def of_revision(session: Session, scope: Scope, draft_id: str, rev: int) -> dict[str, object]:
    """The columns of a draft that says how urgent it is, for one of its revisions."""
    decision = session.scalar(
        select(DecisionRow).where(
            DecisionRow.merchant_id == scope.merchant_id,
            DecisionRow.draft_id == draft_id,
            DecisionRow.rev == rev,
        )
    )
    actions = session.scalars(
        select(ActionRow).where(
            ActionRow.merchant_id == scope.merchant_id,
            ActionRow.draft_id == draft_id,
            ActionRow.rev == rev,
        )
    )
    minor, currency = stake(actions)
    return {
        "sign_by": decision.deadline_at or NEVER if decision else NEVER,
        "signer": least_signer(decision),
        "minus_stake": -minor,
        "stake_currency": currency,
    }


def stake(actions: Iterable[ActionRow]) -> tuple[int, str | None]:
    """What a draft's actions move, in minor units of their currency; 0 and none for no money."""
    sums: dict[str, int] = {}
    for row in actions:
        minor = row.value_minor if row.amount_minor is None else row.amount_minor
        if minor is not None and row.currency is not None:
            sums[row.currency] = sums.get(row.currency, 0) + minor
        elif row.type not in MONEYLESS_ACTIONS:
            return UNKNOWN_STAKE, None
    if len(sums) > 1:
        return UNKNOWN_STAKE, None
    return next(((minor, currency) for currency, minor in sums.items()), (0, None))


def least_signer(decision: DecisionRow | None) -> Role:
    """The lowest role that may sign by a decision; each higher one may sign too."""
    if decision is None or decision.oversight is not Oversight.APPROVAL:
        return Role.AGENT
    return next((role for role in _SIGNERS if role in decision.approvers), Role.ADMIN)


def put_off(session: Session, scope: Scope, draft: DraftRow, until: datetime) -> None:
    """The draft's deadline is another one now."""
    session.execute(
        update(DraftRow)
        .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.id == draft.id)
        .values(sign_by=until)
    )


def signed_by(role: Role) -> Mapping[bool, tuple[Role, ...]]:
    """The least signers of what a role may sign (True), and of what it may not (False)."""
    may = tuple(least for least in _SIGNERS if role.may_sign_for(least))
    return {True: may, False: tuple(least for least in _SIGNERS if least not in may)}
