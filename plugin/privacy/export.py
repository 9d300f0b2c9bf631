"""Everything we hold about a customer, as one JSON document: whole rows, by table."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from plugin.privacy.finding import Found
from plugin.privacy.inventory import INVENTORY, Holds
from plugin.privacy.wiping import tables
from plugin.runtime import Runtime
from plugin.store import customers
from plugin.store.base import Owned
from plugin.store.customers import OnTicket
from plugin.store.privacy_tables import TicketCustomer
from plugin.store.scope import Scope

Row = Mapping[str, Any]


def document(runtime: Runtime, scope: Scope, found: Found) -> Mapping[str, Any]:
    """What we hold: the names we know the customer by, and every row, by table.

    A ticket a transaction: what is said of one fits together.
    """
    held: dict[str, list[Row]] = {}
    for ticket in sorted(found.tickets):
        with runtime.database.read() as session:
            for row in of_ticket(session, scope, ticket):
                held.setdefault(row.__tablename__, []).append(record(row))
    with runtime.database.read() as session:
        for row in customers.webhooks(session, scope, found.webhooks):
            held.setdefault(row.__tablename__, []).append(record(row))
    return {
        "made_at": runtime.now().isoformat(),
        "customer": {
            "emails": sorted(found.emails),
            "helpdesk_users": [f"{account}:{one}" for account, one in sorted(found.ids)],
        },
        "tickets": [{"account": account, "ticket": one} for account, one in sorted(found.tickets)],
        "held": held,
    }


def counted(held: Mapping[str, Sequence[Row]]) -> Mapping[str, int]:
    """How many rows, by table."""
    return {table: len(rows) for table, rows in held.items()}


def of_ticket(session: Session, scope: Scope, ticket: OnTicket) -> Iterator[Owned]:
    """All rows that hold customers' data and belong to a ticket."""
    draft_ids = customers.drafts_on(session, scope, ticket)
    kinds: list[type[Owned]] = [*tables(), TicketCustomer]
    for kind in kinds:
        yield from customers.rows_of_ticket(session, scope, kind, ticket, draft_ids)
    yield from customers.audit_texts(session, scope, draft_ids)


def record(row: Owned) -> Row:
    """A row as JSON has it. Secrets are never among it."""
    columns = INVENTORY[row.__tablename__].columns
    return {
        attribute.key: _plain(getattr(row, attribute.key))
        for attribute in inspect(type(row)).column_attrs
        if columns[attribute.key] is not Holds.SECRET
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode()
