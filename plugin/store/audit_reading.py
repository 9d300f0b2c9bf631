"""The audit read whole, in order, as it is stored: for checking and for export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    LargeBinary,
    Select,
    Text,
    and_,
    exists,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from plugin.store.audit_seal import Seal, opened
from plugin.store.audit_tables import AuditHead, AuditRow, AuditText
from plugin.store.base import table_of
from plugin.store.scope import Scope

_PAGE = 5_000
_BELOW_ALL = -(2**63)
_ROW, _TEXT = table_of(AuditRow).c, table_of(AuditText).c
# Number, id, at, actor, event, draft, detail, text's digest, previous, digest, salt, text: detail
# and text as JSON text, the time as the driver gives it. Plain, since millions are read.
Stored = Sequence[Any]
_COLUMNS = (
    *(_ROW.number, _ROW.id, type_coerce(_ROW.at, Text()), _ROW.actor, _ROW.event, _ROW.draft_id),
    *(type_coerce(_ROW.detail, Text()), _ROW.text_digest, _ROW.previous, _ROW.digest),
    *(_TEXT.salt, type_coerce(_TEXT.text, Text())),
)
_NUMBER, _ID = 0, 1


class Head(NamedTuple):
    """A merchant's head as it is stored, and what its seal says; None for no seal of ours."""

    number: int
    digest: str
    seal: Seal | None


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows: those from `since` on and before `until`, or of one draft. All, unasked."""

    since: datetime | None = None
    until: datetime | None = None
    draft_id: str | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """In SQL."""
        if self.since is not None:
            yield _ROW.at >= self.since
        if self.until is not None:
            yield _ROW.at < self.until
        if self.draft_id is not None:
            yield _ROW.draft_id == self.draft_id


ALL = Part()


def pages(
    session: Session, scope: Scope, part: Part = ALL, *, of: int = _PAGE
) -> Iterator[Sequence[Stored]]:
    """Rows that have a number, by number, with their texts; several of one number as well.

    A page begins with the number that the one before ended with: else a second row of that number
    would be overlooked. The row that was given already is not given again.
    """
    query = _rows(scope, part)
    if part.draft_id is not None:
        # So few that they are sorted here: by the order of numbers all rows would be gone through.
        found = [row for row in _plain(session, query) if row[_NUMBER] is not None]
        yield sorted(found, key=lambda row: int(row[_NUMBER]))
        return
    after, last = _BELOW_ALL, None
    while True:
        wanted = query.where(_ROW.number >= after).order_by(_ROW.number).limit(of)
        fresh = [row for row in _plain(session, wanted) if row[_ID] != last]
        if not fresh:
            return
        yield fresh
        after, last = fresh[-1][_NUMBER], fresh[-1][_ID]


def _rows(scope: Scope, part: Part) -> Select[Any]:
    texts = and_(_TEXT.merchant_id == scope.merchant_id, _TEXT.audit_id == _ROW.id)
    return (
        select(*_COLUMNS)
        .join_from(table_of(AuditRow), table_of(AuditText), texts, isouter=True)
        .where(_ROW.merchant_id == scope.merchant_id, *part.conditions())
    )


def _plain(session: Session, query: Select[Any]) -> Sequence[Stored]:
    """Tuples as the driver makes them: nothing is converted, and it is twice as fast."""
    result = cast("CursorResult[Any]", session.execute(query))
    rows: Sequence[Stored] = result.cursor.fetchall() if result.cursor else []
    result.close()
    return rows


def has_unnumbered(session: Session, scope: Scope) -> bool:
    """Whether some row has no number, so that it was not added by us."""
    query = select(_ROW.id).where(_ROW.merchant_id == scope.merchant_id, _ROW.number.is_(None))
    return session.execute(query.limit(1)).first() is not None


def has_stray_text(session: Session, scope: Scope) -> bool:
    """Whether some text belongs to no row."""
    its_row = exists().where(
        _ROW.merchant_id == scope.merchant_id, _ROW.id == _TEXT.audit_id, _ROW.number.is_not(None)
    )
    query = select(_TEXT.id).where(_TEXT.merchant_id == scope.merchant_id, ~its_row)
    return session.execute(query.limit(1)).first() is not None


def head(session: Session, scope: Scope) -> Head | None:
    """The head; None where it is gone."""
    found = session.execute(
        select(
            AuditHead.number, AuditHead.digest, type_coerce(AuditHead.seal, LargeBinary())
        ).where(AuditHead.merchant_id == scope.merchant_id)
    ).one_or_none()
    return Head(found[0], found[1], opened(found[2])) if found else None
