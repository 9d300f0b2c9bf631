"""The table of what is held against limits."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.models import ReservationState
from plugin.store.base import Owned, kept_index
from plugin.store.columns import Minor


class ReservationRow(Owned):
    """An action's money as it counts against limits, and whose it is, folded for comparison."""

    __tablename__ = "bb_reservation"
    __table_args__ = (
        UniqueConstraint("draft_id", "merchant_id", "position"),
        *(
            Index(f"ix_bb_reservation_{whose}", "merchant_id", whose, "reserved_at")
            for whose in ("customer", "order_id", "household")
        ),
        Index("ix_bb_reservation_merchant", "merchant_id", "reserved_at"),
        kept_index("bb_reservation", "reserved_at"),
    )

    draft_id: Mapped[str] = mapped_column(ForeignKey("bb_draft.id"))
    position: Mapped[int]
    state: Mapped[ReservationState]
    type: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(String(3))
    customer: Mapped[str | None]
    order_id: Mapped[str | None]
    household: Mapped[str | None]
    agent: Mapped[str | None]
    reserved_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
