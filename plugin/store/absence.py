"""Who is out of the office, and who signs in their place."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope


def is_away(person: PersonRow, now: datetime) -> bool:
    """Whether somebody is out of the office now."""
    return person.away_until is not None and person.away_until > now


def set_away(
    session: Session,
    scope: Scope,
    person_id: str,
    *,
    until: datetime | None,
    delegate_id: str | None,
) -> None:
    """Somebody is away until then, and who signs meanwhile; None: they are here."""
    session.execute(
        update(PersonRow)
        .where(PersonRow.merchant_id == scope.merchant_id, PersonRow.id == person_id)
        .values(away_until=until, delegate_id=delegate_id if until else None)
    )
