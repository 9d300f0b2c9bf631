"""The tables of people: who may do what, and the browsers they are signed in with."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.models import Role
from plugin.store.base import Owned
from plugin.store.columns import Minor


class PersonRow(Owned):
    """Somebody who may give verdicts. `helpdesk_user` is their id in `account_id`'s helpdesk.

    Until `away_until` they are out of the office, and what would be told to them is told to their
    delegate instead, who signs by their own rights.
    """

    __tablename__ = "bb_person"
    __table_args__ = (
        UniqueConstraint("merchant_id", "email"),
        UniqueConstraint("account_id", "helpdesk_user"),
    )

    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role]
    limit_minor: Mapped[int | None] = mapped_column(Minor)
    limit_currency: Mapped[str | None] = mapped_column(String(3))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("bb_account.id"))
    helpdesk_user: Mapped[str | None]
    away_until: Mapped[datetime | None]
    delegate_id: Mapped[str | None]
    created_at: Mapped[datetime]


class SignInLink(Owned):
    """A single-use invitation to sign in. Only its digest is kept."""

    __tablename__ = "bb_sign_in_link"

    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Owned):
    """A signed-in browser. Only the token's digest is kept."""

    __tablename__ = "bb_web_session"

    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
