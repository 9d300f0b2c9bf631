"""A merchant's policy files and macro sets: versioned, the newest in force, none overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.errors import MissingError
from plugin.store.file_tables import MacroSet, PolicyVersion
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Activation:
    """That a policy file was put in force, by whom, when and why; without its text."""

    number: int
    activated_at: datetime
    activated_by: str
    why: str | None


def add_policy(
    session: Session, scope: Scope, source: str, *, by: str, at: datetime, why: str | None = None
) -> int:
    """Put a checked policy file in force. Returns its number."""
    newest = session.scalar(
        select(func.max(PolicyVersion.number)).where(PolicyVersion.merchant_id == scope.merchant_id)
    )
    number = (newest or 0) + 1
    session.add(
        PolicyVersion(
            merchant_id=scope.merchant_id,
            number=number,
            source=source,
            activated_at=at,
            activated_by=by,
            why=why,
        )
    )
    return number


def policy_in_force(session: Session, scope: Scope) -> PolicyVersion | None:
    """The newest policy file; None where none was ever activated."""
    return session.scalar(
        select(PolicyVersion)
        .where(PolicyVersion.merchant_id == scope.merchant_id)
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    )


def policy_version(session: Session, scope: Scope, number: int) -> PolicyVersion:
    """A policy file by its number.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    found = session.scalar(
        select(PolicyVersion).where(
            PolicyVersion.merchant_id == scope.merchant_id, PolicyVersion.number == number
        )
    )
    if found is None:
        raise MissingError("There is no such version of the policies.")
    return found


def policy_history(
    session: Session, scope: Scope, *, limit: int, before: int | None = None
) -> Sequence[Activation]:
    """The newest versions, or those before a number, newest first."""
    wanted = (
        select(
            PolicyVersion.number,
            PolicyVersion.activated_at,
            PolicyVersion.activated_by,
            PolicyVersion.why,
        )
        .where(PolicyVersion.merchant_id == scope.merchant_id)
        .order_by(PolicyVersion.number.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(PolicyVersion.number < before)
    return [Activation(*row) for row in session.execute(wanted)]


def add_macros(session: Session, scope: Scope, source: str, *, at: datetime) -> int:
    """Put a checked macro file in use. Returns its number."""
    newest = session.scalar(
        select(func.max(MacroSet.number)).where(MacroSet.merchant_id == scope.merchant_id)
    )
    number = (newest or 0) + 1
    session.add(MacroSet(merchant_id=scope.merchant_id, number=number, source=source, loaded_at=at))
    return number


def macros_in_use(session: Session, scope: Scope) -> MacroSet | None:
    """The newest macro file; None where none was ever loaded."""
    return session.scalar(
        select(MacroSet)
        .where(MacroSet.merchant_id == scope.merchant_id)
        .order_by(MacroSet.number.desc())
        .limit(1)
    )
