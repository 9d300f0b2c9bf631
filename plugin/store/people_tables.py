"""The tables of people: who may do what, and the browsers they are signed in with."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.models import Role
from plugin.store.base import Owned
from plugin.store.columns import Minor


class PersonRow(Owned):
    """Somebody who may give verdicts. `helpdesk_user` is their id in `account_id`'s helpdesk.

    Until `away_until` they are out of the office, and what would be told to them is told to their
    delegate instead, who signs by their own rights. From `deactivated_at` on they may do nothing;
    what they did stays.
    """

    __tablename__ = "bb_person"
    __table_args__ = (
        UniqueConstraint("merchant_id", "email"),
        UniqueConstraint("account_id", "helpdesk_user"),
        # Whoever signs in types no merchant.
        Index("ix_bb_person_email", "email"),
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
    deactivated_at: Mapped[datetime | None]


class SignInLink(Owned):
    """A link that signs somebody in, once. Only its digest is kept.

    `purpose` is ``invitation`` where it may also set a password, else None.
    """

    __tablename__ = "bb_sign_in_link"
    __table_args__ = (
        Index("ix_bb_sign_in_link_merchant_id_person_id", "merchant_id", "person_id"),
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    purpose: Mapped[str | None]


class WebSession(Owned):
    """A signed-in browser or sidebar. Only the token's digest is kept.

    `last_seen_at` is when its person last did something, to a minute; None from before it was kept.
    """

    __tablename__ = "bb_web_session"
    __table_args__ = (Index("ix_bb_web_session_merchant_id_person_id", "merchant_id", "person_id"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    surface: Mapped[str | None]
    last_seen_at: Mapped[datetime | None]


class Password(Owned):
    """What somebody's password is checked against: a salted argon2id hash with its parameters."""

    __tablename__ = "bb_password"

    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"), unique=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class Subject(Owned):
    """Who somebody is at an OpenID Connect provider, as of their first sign-in through it."""

    __tablename__ = "bb_subject"
    __table_args__ = (
        UniqueConstraint("person_id", "issuer"),
        # The merchant last: SQLite would take its index for questions about a person.
        UniqueConstraint("subject", "issuer", "merchant_id"),
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    pinned_at: Mapped[datetime]
