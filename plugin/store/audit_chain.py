"""Chains what a transaction tells of, at its end: so the chain is held as shortly as can be.

`audit.add` leaves entries with the session. Just before the commit they get their numbers and
digests, in one go for each merchant. On PostgreSQL the merchant's head row is locked for that,
always as the last lock of a transaction: nobody who has it waits for anybody. SQLite has one
writer anyway. Nothing is read back before the commit, and no savepoint is used.
"""

import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import LargeBinary, bindparam, event, insert, select, type_coerce, update
from sqlalchemy.orm import Session, SessionTransaction

from plugin.store.audit_digest import BEGINNING, moment, row_digest, text_digest
from plugin.store.audit_seal import Seal, opened
from plugin.store.audit_tables import AuditHead, AuditRow, AuditText
from plugin.store.base import table_of
from plugin.store.columns import json_text, new_id, storable
from plugin.store.rows import insert_once
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

_ENTRIES = "audit"
# Built once: almost every transaction passes here, and building costs as much as running.
_ADD_ROW, _ADD_TEXT = insert(table_of(AuditRow)), insert(table_of(AuditText))
_OF = table_of(AuditHead).c
_MERCHANT = bindparam("merchant", type_=_OF.merchant_id.type)
_HEAD = (
    select(_OF.number, _OF.digest, type_coerce(_OF.seal, LargeBinary()))
    .where(_OF.merchant_id == _MERCHANT)
    .with_for_update(key_share=True)
)
_MOVE_HEAD = (
    update(table_of(AuditHead))
    .where(_OF.merchant_id == _MERCHANT)
    .values({name: bindparam(f"new_{name}") for name in ("number", "digest", "seal")})
)
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded. `text` is what may be personal data."""

    id: str
    at: datetime
    actor: str
    event: str
    draft_id: str | None
    detail: Mapping[str, object]
    text: Mapping[str, object] | None


def leave(session: Session, scope: Scope, entry: Entry) -> None:
    """Record it when the transaction commits, after what was left before."""
    entries = session.info.setdefault(_ENTRIES, {})
    entries.setdefault(scope.merchant_id, []).append(entry)


def begin(session: Session, scope: Scope) -> None:
    """Give a new merchant the head of a chain."""
    session.add(_head(Seal(scope.merchant_id, 0, BEGINNING)))


@event.listens_for(Session, "before_commit")
def _chain_what_was_left(session: Session) -> None:
    entries = session.info.pop(_ENTRIES, None)
    if entries:
        session.flush()
        for merchant_id in sorted(entries):
            _chain(session, Scope(merchant_id), entries[merchant_id])


@event.listens_for(Session, "after_soft_rollback")
def _forget_what_was_left(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(_ENTRIES, None)


def _chain(session: Session, scope: Scope, entries: Sequence[Entry]) -> None:
    _hold_drafts(session, scope, {entry.draft_id for entry in entries if entry.draft_id})
    head = _held_head(session, scope)
    rows, texts = [], []
    number, digest = head.number, head.digest
    for number, entry in enumerate(entries, start=head.number + 1):
        row, text = _written(scope, number, digest, entry)
        digest = row["digest"]
        rows.append(row)
        texts += [text] if text else []
    connection = session.connection()
    connection.execute(_ADD_ROW, rows)
    if texts:
        connection.execute(_ADD_TEXT, texts)
    seal = Seal(scope.merchant_id, number, digest, head.doubted).words()
    moved = {"new_number": number, "new_digest": digest, "new_seal": seal}
    session.execute(_MOVE_HEAD, {"merchant": scope.merchant_id, **moved})


def _written(
    scope: Scope, number: int, previous: str, entry: Entry
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A row of the chain and the one of its text, if it has any."""
    salt = random.token_bytes(_SALT_BYTES)
    its_text = text_digest(salt, json_text(entry.text)) if entry.text else None
    told: dict[str, Any] = {
        "merchant_id": scope.merchant_id,
        "number": number,
        "actor": storable(entry.actor),
        "event": storable(entry.event),
        "draft_id": entry.draft_id,
        "text_digest": its_text,
    }
    digest = row_digest(
        previous, row_id=entry.id, at=moment(entry.at), detail=json_text(entry.detail), **told
    )
    kept = {"id": entry.id, "at": entry.at, "detail": entry.detail}
    row = {**told, **kept, "previous": previous, "digest": digest}
    if its_text is None:
        return row, None
    owned = {"id": new_id(), "merchant_id": scope.merchant_id, "audit_id": entry.id}
    return row, {**owned, "salt": salt, "text": entry.text}


def _hold_drafts(session: Session, scope: Scope, draft_ids: set[str]) -> None:
    """Take the locks first that PostgreSQL takes for the foreign keys of what is inserted."""
    if draft_ids and session.get_bind().dialect.name == "postgresql":
        session.execute(
            select(DraftRow.id)
            .where(DraftRow.merchant_id == scope.merchant_id, DraftRow.id.in_(sorted(draft_ids)))
            .order_by(DraftRow.id)
            .with_for_update(read=True, key_share=True)
        )


def _held_head(session: Session, scope: Scope) -> Seal:
    """The head, locked until the commit, and doubted where it is not as we left it."""
    mine = {"merchant": scope.merchant_id}
    found = session.execute(_HEAD, mine).one_or_none()
    if found is None:
        insert_once(session, _head(_last_row(session, scope)))
        found = session.execute(_HEAD, mine).one()
    number, digest, token = found
    seal = opened(token)
    head = Seal(scope.merchant_id, number, digest, seal.doubted if seal else None)
    if seal == head:
        return head
    log.error("audit_head_does_not_fit", merchant=scope.merchant_id, number=number)
    return Seal(scope.merchant_id, number, digest, head.doubted or number + 1)


def _last_row(session: Session, scope: Scope) -> Seal:
    """What a head that is gone must have said, in doubt from here on."""
    last = session.execute(
        select(AuditRow.number, AuditRow.digest)
        .where(AuditRow.merchant_id == scope.merchant_id, AuditRow.number.is_not(None))
        .order_by(AuditRow.number.desc())
        .limit(1)
    ).one_or_none()
    log.error("audit_head_is_gone", merchant=scope.merchant_id)
    number, digest = last or (0, BEGINNING)
    return Seal(scope.merchant_id, number or 0, digest or BEGINNING, (number or 0) + 1)


def _head(seal: Seal) -> AuditHead:
    return AuditHead(
        merchant_id=seal.merchant_id, number=seal.number, digest=seal.digest, seal=seal.words()
    )
