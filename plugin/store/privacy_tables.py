"""The tables of privacy: who asked on which ticket, what was erased, and a merchant's choices."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned
from plugin.store.columns import Json, Secret


class TicketCustomer(Owned):
    """A customer on a ticket: its requester, or somebody who wrote there.

    Everything else we hold hangs on tickets, so this is how a customer is found. `customer_id` is
    the helpdesk's, `email` is folded; each is ``""`` where it is not known.
    """

    __tablename__ = "bb_ticket_customer"
    __table_args__ = (
        UniqueConstraint(
            *("account_id", "ticket_id", "merchant_id", "customer_id", "email"),
            name="uq_bb_ticket_customer",
        ),
        Index("ix_bb_ticket_customer_email", "email", "merchant_id"),
        Index("ix_bb_ticket_customer_id", "account_id", "customer_id", "merchant_id"),
        Index("ix_bb_ticket_customer_seen", "merchant_id", "seen_at"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    ticket_id: Mapped[str]
    customer_id: Mapped[str]
    email: Mapped[str]
    seen_at: Mapped[datetime]


class Erasure(Owned):
    """Something was erased, and why. It is whole once `done_at` is set; until then it goes on.

    `digest` tells that this customer was erased to whoever asks with their e-mail or id again:
    HMAC-SHA256 under the merchant's own salt. `counts` are rows by kind.
    """

    __tablename__ = "bb_erasure"
    __table_args__ = (
        Index("ix_bb_erasure_merchant_done", "merchant_id", "done_at"),
        Index("ix_bb_erasure_digest", "digest", "merchant_id"),
    )

    why: Mapped[str]
    asked_by: Mapped[str]
    digest: Mapped[str | None] = mapped_column(String(64))
    counts: Mapped[Any] = mapped_column(Json())
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class ErasedTicket(Owned):
    """A ticket's tombstone: what was written on it before `at` is never stored again."""

    __tablename__ = "bb_erased_ticket"
    __table_args__ = (
        Index("ix_bb_erased_ticket", "account_id", "ticket_id", "merchant_id", "at"),
        Index("ix_bb_erased_ticket_erasure", "erasure_id", "merchant_id"),
        Index("ix_bb_erased_ticket_at", "at", "merchant_id"),
    )

    erasure_id: Mapped[str] = mapped_column(ForeignKey("bb_erasure.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    ticket_id: Mapped[str]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class MerchantPrivacy(Owned):
    """What a merchant chose; no row: the defaults. `retention` is days by kind.

    `salt` is what digests of erased customers are made with, at rest encrypted like any secret.
    """

    __tablename__ = "bb_merchant_privacy"
    __table_args__ = (UniqueConstraint("merchant_id"),)

    learning: Mapped[bool]
    retention: Mapped[Any] = mapped_column(Json())
    salt: Mapped[str] = mapped_column(Secret())
