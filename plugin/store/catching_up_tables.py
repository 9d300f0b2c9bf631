"""The tables of catching up: how far an account was compared, and how many calls it took lately."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned
from plugin.store.columns import Json


class ReconciliationRow(Owned):
    """How far an account was compared with what its helpdesk says happened, and what came of it.

    What happened before `since` is in the inbox. `cursor` is where the next page begins; None where
    it begins at `since`. `due_at` is when it is read, or when the claim of who reads it runs out.

    `begun_at`: pages are being read since then; None where they were read to their end, last at
    `checked_at`. `found`: what no webhook had told, ever; last at `found_at`. `error` is a word of
    the connector's, since `failing_since`. From `gap_from` to `gap_to` nobody could say what
    happened.
    """

    __tablename__ = "bb_reconciliation"
    __table_args__ = (UniqueConstraint("account_id"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    since: Mapped[datetime]
    cursor: Mapped[str | None]
    due_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    found: Mapped[int] = mapped_column(default=0)
    found_at: Mapped[datetime | None]
    error: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    gap_from: Mapped[datetime | None]
    gap_to: Mapped[datetime | None]


class RateRow(Owned):
    """Calls of an account that count against one limit, for all who make some.

    `spent` holds how many there were in each slot of the clock that still counts. `most` is what
    the helpdesk has told; None where it has not. Until `closed_until` it takes none.
    """

    __tablename__ = "bb_rate"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    name: Mapped[str]
    most: Mapped[int | None]
    spent: Mapped[Any] = mapped_column(Json())
    closed_until: Mapped[datetime | None]
    used_at: Mapped[datetime]
