"""The table of what `bookbag install` made or changed in a helpdesk account."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned
from plugin.store.columns import Json


class Installed(Owned):
    """One thing in a helpdesk account, written down before it is touched.

    `key` is our name for it, `kind` what it is there. `vendor_id` is empty until it is known: it
    was about to be made, and may be there. `made`: by us; else it was the merchant's, and `before`
    is what it was where we changed it. `asked` is what we wanted, `wrote` what it was afterwards.
    """

    __tablename__ = "bb_installed"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    key: Mapped[str]
    kind: Mapped[str]
    vendor_id: Mapped[str]
    name: Mapped[str]
    made: Mapped[bool]
    before: Mapped[Any | None] = mapped_column(Json())
    asked: Mapped[Any] = mapped_column(Json())
    wrote: Mapped[Any] = mapped_column(Json())
    installed_at: Mapped[datetime]
