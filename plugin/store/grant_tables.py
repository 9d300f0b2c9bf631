"""The tables of accounts that are connected by a person's consent."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.store.base import Owned
from plugin.store.columns import Json, Secret


class GrantRow(Owned):
    """The tokens of an account that a person let us into.

    `tokens` is JSON: ``access`` and ``refresh``. `version` counts the pairs: whoever stores one
    names the version it was made from, so that of two pairs from one token only one can stand.
    `renewer` refreshes until `renewer_until`, by the database's clock. Since `lost_at` the pair is
    worth nothing.
    """

    __tablename__ = "bb_grant"
    __table_args__ = (
        UniqueConstraint("account_id"),
        Index("ix_bb_grant_merchant_id", "merchant_id"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    tokens: Mapped[str] = mapped_column(Secret())
    version: Mapped[int]
    expires_at: Mapped[datetime]
    given_at: Mapped[datetime]
    renewed_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    renewer: Mapped[str | None]
    renewer_until: Mapped[float | None] = mapped_column(Float())


class PendingConnection(Owned):
    """A consent that was asked for. It is answered once, before `expires_at`.

    `digest` is of the state that comes back with the answer; `secrets` is JSON: PKCE's ``verifier``
    and the client's ``secret``. `person_id` is who asked, on the page; None at the command line.
    `wanted` is JSON: what the account is to be. `connected_id` is the account that came of it,
    `failure` a sentence about why none did.
    """

    __tablename__ = "bb_pending_connection"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_bb_pending_connection_expires_at", "expires_at"),
    )

    digest: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("bb_person.id"))
    helpdesk: Mapped[str]
    url: Mapped[str]
    client_id: Mapped[str]
    secrets: Mapped[str] = mapped_column(Secret())
    wanted: Mapped[Any] = mapped_column(Json())
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    connected_id: Mapped[str | None] = mapped_column(ForeignKey("bb_account.id"))
    failure: Mapped[str | None]
