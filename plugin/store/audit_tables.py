"""The table of what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned
from plugin.store.columns import Json


class AuditRow(Owned):
    """What happened, to what, by whom. Only ever added to."""

    __tablename__ = "bb_audit"

    at: Mapped[datetime]
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("bb_draft.id"), index=True)
    actor: Mapped[str]
    event: Mapped[str]
    detail: Mapped[Any] = mapped_column(Json())
