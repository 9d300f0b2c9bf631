"""A merchant's policy files and macro sets: versioned, the newest in force, none overwritten."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.store.file_tables import MacroSet, PolicyVersion
from plugin.store.scope import Scope


def add_policy(session: Session, scope: Scope, source: str, *, by: str, at: datetime) -> int:
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
