"""The table of what left without its approval."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned


class BypassRow(Owned):
    """A message that a customer got without the approval that the ticket's draft needed.

    `author` is as in the audit. `by_app`: no person wrote it. `taken_back_at`: it was made an
    internal note since.
    """

    __tablename__ = "bb_bypass"
    __table_args__ = (
        UniqueConstraint("account_id", "message_id"),
        Index("ix_bb_bypass_draft_merchant", "draft_id", "merchant_id"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    ticket_id: Mapped[str]
    draft_id: Mapped[str] = mapped_column(ForeignKey("bb_draft.id"))
    rev: Mapped[int]
    message_id: Mapped[str]
    author: Mapped[str]
    by_app: Mapped[bool]
    created_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
