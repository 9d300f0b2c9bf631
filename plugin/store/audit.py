"""What happened, by whom. Rows are only ever added, in the transaction of what they tell of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from plugin.models import SET_ASIDE
from plugin.store import audit_chain
from plugin.store.audit_numbers import TEXTS_ERASED, ranges
from plugin.store.audit_tables import AuditRow, AuditText
from plugin.store.columns import new_id
from plugin.store.scope import Scope

_AT_ONCE = 500
_LOOKED_THROUGH = 20_000


def add(
    session: Session,
    scope: Scope,
    *,
    at: datetime,
    actor: str,
    event: str,
    draft_id: str | None = None,
    detail: Mapping[str, object] | None = None,
    text: Mapping[str, object] | None = None,
) -> None:
    """Record an event when the transaction commits.

    Args:
        session: The transaction of what happened. It does not see the row itself.
        scope: Whose.
        at: When.
        actor: ``person:<id>``, ``helpdesk_user:<id>``, ``system`` or ``command``.
        event: What, as one word.
        draft_id: The draft it is about.
        detail: Ids, states, numbers: what stays for ever.
        text: What may be personal data, such as names, e-mails and people's own words. It stands
            apart and can be erased.
    """
    entry = audit_chain.Entry(
        new_id(), at, actor, event, draft_id, dict(detail or {}), dict(text) if text else None
    )
    audit_chain.leave(session, scope, entry)


def of_draft(session: Session, scope: Scope, draft_id: str) -> Sequence[AuditRow]:
    """A draft's history, oldest first."""
    return session.scalars(
        select(AuditRow)
        .where(AuditRow.merchant_id == scope.merchant_id, AuditRow.draft_id == draft_id)
        .order_by(AuditRow.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows a reader asks for; all of them, unasked. `until` is the first moment after."""

    actor: str | None = None
    event: str | None = None
    draft_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(
    session: Session, scope: Scope, wanted: Wanted, *, before: int | None, limit: int
) -> tuple[Sequence[AuditRow], int | None]:
    """The newest rows below a number, newest first, and the number to go on before.

    So many rows are looked through at once, however few are wanted of them; None: that was all.
    """
    mine = AuditRow.merchant_id == scope.merchant_id
    if before is None:
        last = select(AuditRow.number).where(mine, AuditRow.number.is_not(None))
        before = (session.scalar(last.order_by(AuditRow.number.desc()).limit(1)) or 0) + 1
    down_to = max(before - _LOOKED_THROUGH, 1)
    rows = session.scalars(
        select(AuditRow)
        .where(mine, AuditRow.number < before, AuditRow.number >= down_to, *_conditions(wanted))
        .order_by(AuditRow.number.desc())
        .limit(limit + 1)
    ).all()
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1].number
    return rows, down_to if down_to > 1 else None


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.actor is not None:
        yield AuditRow.actor == wanted.actor
    if wanted.event is not None:
        yield AuditRow.event == wanted.event
    if wanted.draft_id is not None:
        yield AuditRow.draft_id == wanted.draft_id
    if wanted.since is not None:
        yield AuditRow.at >= wanted.since
    if wanted.until is not None:
        yield AuditRow.at < wanted.until


def last_mover(session: Session, scope: Scope, draft_id: str) -> str | None:
    """The actor of a draft's last move between states."""
    return session.scalar(
        select(AuditRow.actor)
        .where(
            AuditRow.merchant_id == scope.merchant_id,
            AuditRow.draft_id == draft_id,
            AuditRow.event == "draft_moved",
        )
        .order_by(AuditRow.id.desc())
        .limit(1)
    )


def set_aside_because(session: Session, scope: Scope, draft_id: str) -> str | None:
    """Why a draft was set aside; None where that was the customer's next message."""
    because = (row.detail.get("set_aside") for row in of_draft(session, scope, draft_id))
    return next((SET_ASIDE[word] for word in because if word is not None), None)


def texts(
    session: Session, scope: Scope, audit_ids: Collection[str]
) -> Mapping[str, Mapping[str, object]]:
    """The texts of these rows by the rows' ids; none of a row that has none, or none any more."""
    rows = session.execute(
        select(AuditText.audit_id, AuditText.text).where(
            AuditText.merchant_id == scope.merchant_id, AuditText.audit_id.in_(audit_ids)
        )
    )
    return {row.audit_id: row.text for row in rows}


def forget_texts(
    session: Session,
    scope: Scope,
    *,
    audit_ids: Collection[str] = (),
    draft_ids: Collection[str] = (),
    at: datetime,
    actor: str,
) -> int:
    """Erase the texts of these rows and of all rows about these drafts.

    The rows stay, and the chain holds: in the text's place is a tombstone. A row of its own says
    which were erased; one that is missing without that is found by ``audit verify``.

    Args:
        session: The transaction of the erasure.
        scope: Whose.
        audit_ids: Rows of the audit.
        draft_ids: Drafts.
        at: When.
        actor: Who erases, as in `add`.

    Returns:
        How many texts were erased. Asked again: none.
    """
    found: dict[str, int] = {}
    for column, wanted in ((AuditRow.id, audit_ids), (AuditRow.draft_id, draft_ids)):
        for some in _slices(wanted):
            found |= _with_text(session, scope, column.in_(some))
    for some in _slices(found):
        session.execute(
            delete(AuditText)
            .where(AuditText.merchant_id == scope.merchant_id, AuditText.audit_id.in_(some))
            .execution_options(synchronize_session=False)
        )
    if found:
        detail = {"numbers": ranges(found.values()), "texts": len(found)}
        add(session, scope, at=at, actor=actor, event=TEXTS_ERASED, detail=detail)
    return len(found)


def _with_text(session: Session, scope: Scope, wanted: ColumnElement[bool]) -> dict[str, int]:
    """The numbers of those of the wanted rows that have a text, by their ids."""
    rows = session.execute(
        select(AuditRow.id, AuditRow.number).where(
            AuditRow.merchant_id == scope.merchant_id, AuditRow.text_digest.is_not(None), wanted
        )
    ).all()
    numbers = {row.id: row.number or 0 for row in rows}
    there: set[str] = set()
    for some in _slices(numbers):
        there |= set(
            session.scalars(
                select(AuditText.audit_id).where(
                    AuditText.merchant_id == scope.merchant_id, AuditText.audit_id.in_(some)
                )
            )
        )
    return {row_id: number for row_id, number in numbers.items() if row_id in there}


def _slices(wanted: Iterable[str]) -> Iterable[list[str]]:
    """So many at a time as one statement takes."""
    ordered = sorted(wanted)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))
