"""The tables of a merchant's files: every version is kept, and the highest number counts."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from plugin.store.base import Owned


class PolicyVersion(Owned):
    """A policy file as it was activated. The highest number is in force.

    `why`: what whoever activated it said about it; None where they were not asked.
    """

    __tablename__ = "bb_policy_version"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    number: Mapped[int]
    source: Mapped[str]
    activated_at: Mapped[datetime]
    activated_by: Mapped[str]
    why: Mapped[str | None]


class MacroSet(Owned):
    """A merchant's macros and knowledge as they were loaded. The highest number is in use."""

    __tablename__ = "bb_macro_set"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    number: Mapped[int]
    source: Mapped[str]
    loaded_at: Mapped[datetime]
