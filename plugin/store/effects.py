"""Outside side effects: planned once, claimed by one, settled with a receipt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.orm import Session

from connectors.types import Receipt
from plugin.models import EffectKind, EffectState
from plugin.store.base import table_of
from plugin.store.columns import new_id
from plugin.store.rows import insert_once
from plugin.store.schema import EffectRow
from plugin.store.scope import Scope

# What stands on a ticket as a message, and what is written there without further ado.
_WRITTEN = (EffectKind.NOTE, EffectKind.REPLY)
_AT_ONCE = (EffectKind.NOTE, EffectKind.TAGS, EffectKind.ASSIGN, EffectKind.HIDE)
_OPEN = (EffectState.PLANNED, EffectState.ATTEMPTING)

# Every job runs these, and to build a statement takes as long as to run it: they are built once.
_TABLE = table_of(EffectRow)
_THIS = (
    _TABLE.c.merchant_id == bindparam("of_merchant"),
    _TABLE.c.id == bindparam("of_effect"),
)
_GET = select(EffectRow).where(
    EffectRow.merchant_id == bindparam("of_merchant"), EffectRow.id == bindparam("of_effect")
)
_CLAIM = (
    update(_TABLE)
    .where(
        *_THIS,
        _TABLE.c.state == bindparam("was"),
        _TABLE.c.due_at <= bindparam("now"),
        _TABLE.c.claim.is_not_distinct_from(bindparam("held")),
    )
    .values(
        state=EffectState.ATTEMPTING,
        claim=bindparam("token"),
        attempts=_TABLE.c.attempts + 1,
        attempting_at=bindparam("since"),
        due_at=bindparam("until"),
    )
    .returning(_TABLE.c.id)
)


def plan(
    session: Session,
    scope: Scope,
    *,
    key: str,
    kind: EffectKind,
    account_id: str,
    ticket_id: str,
    draft_id: str | None,
    payload: dict[str, object],
    at: datetime,
) -> str | None:
    """Decide that something must be done once. Returns its id; None where `key` is planned."""
    effect = EffectRow(
        merchant_id=scope.merchant_id,
        key=key,
        kind=kind,
        account_id=account_id,
        ticket_id=ticket_id,
        draft_id=draft_id,
        payload=payload,
        state=EffectState.PLANNED,
        attempts=0,
        due_at=at,
        created_at=at,
    )
    return effect.id if insert_once(session, effect) else None


def get(session: Session, scope: Scope, effect_id: str) -> EffectRow | None:
    """One effect."""
    return session.scalar(_GET, {"of_merchant": scope.merchant_id, "of_effect": effect_id})


def by_key(session: Session, scope: Scope, key: str) -> EffectRow | None:
    """The effect of that name."""
    return session.scalar(
        select(EffectRow).where(EffectRow.merchant_id == scope.merchant_id, EffectRow.key == key)
    )


def claim(
    session: Session, scope: Scope, effect: EffectRow, *, at: datetime, lease: timedelta
) -> str | None:
    """Take an effect for this worker alone, for the time of `lease`.

    A planned one that is due can be claimed, and one whose claim has run out. The token must be
    shown to settle it; None where it is too early or somebody else holds it.
    """
    if effect.state not in _OPEN:
        return None
    token = new_id()
    values = {
        "of_merchant": scope.merchant_id,
        "of_effect": effect.id,
        "was": effect.state,
        "now": at,
        "held": effect.claim,
        "token": token,
        "since": effect.attempting_at or at,
        "until": at + lease,
    }
    return token if session.execute(_CLAIM, values).first() is not None else None


def settle(
    session: Session,
    scope: Scope,
    effect_id: str,
    token: str,
    state: EffectState,
    *,
    receipt: Receipt | None = None,
    error: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Say how a claimed effect ended. False where the claim was lost meanwhile.

    `PLANNED` with `due_at` gives it back for a later attempt: nothing was done. `ATTEMPTING` with
    `due_at` leaves it in doubt: whoever takes it next looks first.
    """
    values: dict[str, object] = {"state": state, "claim": None, "error": error}
    if receipt is not None:
        values |= {"receipt_id": receipt.external_id, "receipt_at": receipt.at}
    if due_at is not None:
        values |= {"due_at": due_at}
    if state is EffectState.PLANNED:
        values |= {"attempting_at": None}
    result = session.execute(
        _settle(tuple(values)),
        {
            "of_merchant": scope.merchant_id,
            "of_effect": effect_id,
            "held": token,
            **{f"to_{name}": value for name, value in values.items()},
        },
    )
    return result.first() is not None


@cache
def _settle(columns: tuple[str, ...]) -> Update:
    return (
        update(_TABLE)
        .where(*_THIS, _TABLE.c.claim == bindparam("held"))
        .values({name: bindparam(f"to_{name}") for name in columns})
        .returning(_TABLE.c.id)
    )


def call_off(session: Session, scope: Scope, effect: EffectRow, *, error: str) -> bool:
    """Give up a planned effect before it is attempted. False where somebody has claimed it."""
    result = session.execute(
        update(EffectRow)
        .where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.id == effect.id,
            EffectRow.state == EffectState.PLANNED,
        )
        .values(state=EffectState.FAILED, error=error)
        .returning(EffectRow.id)
        .execution_options(synchronize_session=False)
    )
    return result.first() is not None


def found(session: Session, scope: Scope, effect_id: str, receipt: Receipt) -> None:
    """Record the receipt of an effect of which it was not known whether it was done."""
    session.execute(
        update(EffectRow)
        .where(EffectRow.merchant_id == scope.merchant_id, EffectRow.id == effect_id)
        .values(
            state=EffectState.DONE,
            claim=None,
            receipt_id=receipt.external_id,
            receipt_at=receipt.at,
        )
        .execution_options(synchronize_session=False)
    )


def ours_on_ticket(
    session: Session, scope: Scope, account_id: str, ticket_id: str
) -> frozenset[str]:
    """Ids of the messages on a ticket that are receipts of effects of ours."""
    found = session.scalars(
        select(EffectRow.receipt_id).where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.account_id == account_id,
            EffectRow.ticket_id == ticket_id,
            EffectRow.receipt_id.is_not(None),
        )
    )
    return frozenset(receipt for receipt in found if receipt is not None)


def unsettled_on_ticket(
    session: Session, scope: Scope, account_id: str, ticket_id: str
) -> Sequence[EffectRow]:
    """Notes and replies on a ticket of which it is not yet known whether they were done."""
    return session.scalars(
        select(EffectRow).where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.account_id == account_id,
            EffectRow.ticket_id == ticket_id,
            EffectRow.state == EffectState.ATTEMPTING,
            EffectRow.kind.in_(_WRITTEN),
        )
    ).all()


def planned_on_ticket(
    session: Session, scope: Scope, account_id: str, ticket_id: str
) -> Sequence[str]:
    """The ids of a ticket's changes but replies that nobody has begun: assignments last."""
    return session.scalars(
        select(EffectRow.id)
        .where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.account_id == account_id,
            EffectRow.ticket_id == ticket_id,
            EffectRow.state == EffectState.PLANNED,
            EffectRow.kind.in_(_AT_ONCE),
        )
        .order_by(EffectRow.kind == EffectKind.ASSIGN, EffectRow.id)
    ).all()


def named_since(
    session: Session,
    scope: Scope,
    account_id: str,
    ticket_id: str,
    *,
    prefix: str,
    since: datetime,
) -> int:
    """How many effects on a ticket whose names begin so were planned since."""
    names = session.scalars(
        select(EffectRow.key).where(
            EffectRow.merchant_id == scope.merchant_id,
            EffectRow.account_id == account_id,
            EffectRow.ticket_id == ticket_id,
            EffectRow.created_at >= since,
        )
    )
    return sum(name.startswith(prefix) for name in names)


def of_draft(session: Session, scope: Scope, draft_id: str) -> Sequence[EffectRow]:
    """A draft's effects, oldest first."""
    return session.scalars(
        select(EffectRow)
        .where(EffectRow.merchant_id == scope.merchant_id, EffectRow.draft_id == draft_id)
        .order_by(EffectRow.id)
    ).all()
