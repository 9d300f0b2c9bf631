"""The tables of how approvers are told: a helpdesk's groups by role, and a merchant's chat."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.models import Role
from plugin.store.base import Owned
from plugin.store.columns import Secret


class ApproverGroup(Owned):
    """The helpdesk's group that a ticket is given to where people of `role` are asked to sign."""

    __tablename__ = "bb_approver_group"
    __table_args__ = (UniqueConstraint("account_id", "role"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    role: Mapped[Role]
    group_id: Mapped[str]


class ChatHookRow(Owned):
    """The incoming webhook of a merchant's chat. Whoever has its address can post there."""

    __tablename__ = "bb_chat_hook"
    __table_args__ = (UniqueConstraint("merchant_id"),)

    url: Mapped[str] = mapped_column(Secret())
    created_at: Mapped[datetime]
