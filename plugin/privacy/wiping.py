"""What stands in the place of customers' data once it is erased: nothing that anybody wrote."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugin.privacy.inventory import INVENTORY
from plugin.store import audit, customers, privacy
from plugin.store.audit_tables import AuditText
from plugin.store.base import Base, Owned
from plugin.store.customers import OnTicket
from plugin.store.privacy_tables import TicketCustomer
from plugin.store.reservation_tables import ReservationRow
from plugin.store.scope import Scope

ERASED = "(erased)"
ERASED_NOTE = "The texts of this draft were erased."

Wipe = Callable[[Any], Any]


def _nothing(_: Any) -> None:
    return None


def _word(_: Any) -> str:
    return ERASED


def _empty_text(_: Any) -> str:
    return ""


def _empty_list(_: Any) -> list[Any]:
    return []


def _facts(stored: Any) -> dict[str, Any]:
    """The merchant's labels of the ticket stay: its tags are mirrored by them."""
    kept = ("tags", "channel", "language", "novel", "follows_unanswered", "insert_only", "at")
    labels = {name: stored[name] for name in kept if name in stored}
    gone = dict.fromkeys(("message", "order", "household", "customer", "grounded"))
    return (
        {"tags": [], "channel": None, "language": None, "at": None}
        | labels
        | gone
        | {"origins": {}}
    )


def _policies(stored: Any) -> list[Any]:
    """Which policies fired stays; the reason may quote the message."""
    return [{"id": hit["id"], "reason": ""} for hit in stored]


def _sources(stored: Any) -> list[Any]:
    return [{"kind": source["kind"], "id": source["id"], "title": ""} for source in stored]


WIPES: Mapping[str, Mapping[str, Wipe]] = {
    "bb_inbox": {"body": lambda _: b""},
    "bb_draft": {
        "text": _nothing,
        "note": lambda _: ERASED_NOTE,
        "sources": _sources,
        "facts": _facts,
        "reading": _nothing,
        "subject": _word,
        "customer_name": _word,
        "message_text": _word,
        "topics": _nothing,
        "attachments": _empty_list,
        "final_text": _nothing,
    },
    "bb_decision": {
        "policies": _policies,
        "held_because": _empty_list,
        "headroom": _empty_list,
    },
    "bb_action": {
        "order_id": _nothing,
        "customer": _nothing,
        "items": _empty_list,
        "origins": _nothing,
    },
    "bb_verdict": {
        "text": _nothing,
        "reason": _nothing,
        "action_changes": _nothing,
        "signed_digest": _nothing,
    },
    "bb_correction": {"draft_text": _empty_text, "final_text": _empty_text},
    "bb_effect": {"payload": lambda _: {}},
    "bb_reservation": {"customer": _nothing, "order_id": _nothing, "household": _nothing},
}
# Whole rows go: without whose it is, the row says nothing.
DELETED = frozenset({TicketCustomer.__tablename__})
# By a function of their own: the audit's, which leaves tombstones.
ERASED_ELSEWHERE = frozenset({AuditText.__tablename__})


def tables() -> Iterable[type[Owned]]:
    """The tables that hold customers' data in rows that stay."""
    for mapper in Base.registry.mappers:
        kind = mapper.class_
        kept = INVENTORY.get(kind.__tablename__) if issubclass(kind, Owned) else None
        if kept and kept.of_customers and kind.__tablename__ in WIPES:
            yield kind


def wipe(rows: Iterable[Owned], *, at: datetime) -> Counter[str]:
    """Erase customers' data in these rows. Returns how many were, by table.

    What was erased already stays as it is.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        table = row.__tablename__
        changes = {
            column: (now, becomes(now))
            for column, becomes in WIPES[table].items()
            for now in [getattr(row, column)]
        }
        changed = {column: new for column, (old, new) in changes.items() if old != new}
        for column, new in changed.items():
            setattr(row, column, new)
        if getattr(row, "erased_at", at) is None:
            row.erased_at = at  # type: ignore[attr-defined]  # asked for just before
        counts[table] += bool(changed)
    return counts


def wipe_ticket(
    session: Session, scope: Scope, ticket: OnTicket, *, at: datetime, actor: str
) -> Counter[str]:
    """Erase all customers' data that belongs to a ticket. Limits go on counting its money."""
    draft_ids = customers.drafts_on(session, scope, ticket)
    counts = _forget_audit(session, scope, draft_ids, at=at, actor=actor)
    for kind in tables():
        rows = customers.rows_of_ticket(session, scope, kind, ticket, draft_ids)
        counts += _wipe_kind(session, scope, kind, rows, at=at)
    return counts


def wipe_drafts(
    session: Session, scope: Scope, draft_ids: Collection[str], *, at: datetime, actor: str
) -> Counter[str]:
    """Erase all customers' data that belongs to drafts. Limits go on counting their money."""
    counts = _forget_audit(session, scope, draft_ids, at=at, actor=actor)
    for kind in tables():
        rows = customers.rows_of_drafts(session, scope, kind, draft_ids)
        counts += _wipe_kind(session, scope, kind, rows, at=at)
    return counts


def _forget_audit(
    session: Session, scope: Scope, draft_ids: Collection[str], *, at: datetime, actor: str
) -> Counter[str]:
    """The audit's rows stay and its chain holds; their texts leave tombstones."""
    erased = audit.forget_texts(session, scope, draft_ids=draft_ids, at=at, actor=actor)
    return Counter({AuditText.__tablename__: erased})


def _wipe_kind(
    session: Session, scope: Scope, kind: type[Owned], rows: Iterable[Owned], *, at: datetime
) -> Counter[str]:
    if kind is not ReservationRow:
        return wipe(rows, at=at)
    counts: Counter[str] = Counter()
    for row in rows:
        counts[kind.__tablename__] += _stand_in(session, scope, row)
    return counts


def _stand_in(session: Session, scope: Scope, row: Owned) -> bool:
    """Let a reservation count on without telling whose it is. Whether anything was to do."""
    found = False
    for column in WIPES[row.__tablename__]:
        key = getattr(row, column)
        if key and not privacy.is_erased_key(key):
            setattr(row, column, privacy.erased_key(session, scope, key))
            found = True
    return found
