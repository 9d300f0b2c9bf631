"""People of a merchant. How they sign in: `plugin.store.credentials`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from connectors.types import Money
from plugin.errors import InvalidInputError, MissingError
from plugin.models import Role
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope


def add_person(
    session: Session,
    scope: Scope,
    *,
    email: str,
    name: str,
    role: Role,
    limit: Money | None,
    helpdesk_user: tuple[str, str] | None,
    at: datetime,
) -> PersonRow:
    """Let somebody give verdicts.

    Args:
        session: Where.
        scope: Whose.
        email: Unique within the merchant; case does not matter.
        name: As shown to others.
        role: What they may sign.
        limit: The most money one approval of theirs may move; None for no limit.
        helpdesk_user: Our account's id and their user id in it.
        at: Now.

    Raises:
        InvalidInputError: The e-mail or the helpdesk user is taken.
    """
    account_id, user_id = helpdesk_user or (None, None)
    person = PersonRow(
        merchant_id=scope.merchant_id,
        email=email.strip().casefold(),
        name=name.strip(),
        role=role,
        limit_minor=limit.minor() if limit else None,
        limit_currency=limit.currency if limit else None,
        account_id=account_id,
        helpdesk_user=user_id,
        created_at=at,
    )
    session.add(person)
    try:
        session.flush()
    except IntegrityError as taken:
        raise InvalidInputError("email", "this e-mail or helpdesk user is already here") from taken
    return person


def link(
    session: Session,
    scope: Scope,
    person_id: str,
    *,
    account_id: str | None,
    helpdesk_user: str | None,
) -> None:
    """Say who a person is in an account's helpdesk, or that they are nobody there.

    Raises:
        MissingError: There is no such person, or they are another merchant's.
        InvalidInputError: Somebody else is this helpdesk user.
    """
    row = person(session, scope, person_id)
    row.account_id, row.helpdesk_user = account_id, helpdesk_user
    try:
        session.flush()
    except IntegrityError as taken:
        raise InvalidInputError("helpdesk-user", "somebody else is this user already") from taken


def person(session: Session, scope: Scope, person_id: str) -> PersonRow:
    """One of the merchant's people.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    found = session.scalar(
        select(PersonRow).where(
            PersonRow.merchant_id == scope.merchant_id, PersonRow.id == person_id
        )
    )
    if found is None:
        raise MissingError("There is no such person.")
    return found


def by_email(session: Session, scope: Scope, email: str) -> PersonRow | None:
    """Who has this e-mail."""
    return session.scalar(
        select(PersonRow).where(
            PersonRow.merchant_id == scope.merchant_id,
            PersonRow.email == email.strip().casefold(),
        )
    )


def by_helpdesk_user(
    session: Session, scope: Scope, account_id: str, helpdesk_user: str
) -> PersonRow | None:
    """Who this helpdesk user is with us."""
    return session.scalar(
        select(PersonRow).where(
            PersonRow.merchant_id == scope.merchant_id,
            PersonRow.account_id == account_id,
            PersonRow.helpdesk_user == helpdesk_user,
        )
    )


def everybody(session: Session, scope: Scope, *, deactivated: bool = False) -> Sequence[PersonRow]:
    """The merchant's people, by e-mail. `deactivated`: those too who may do nothing any more."""
    wanted = select(PersonRow).where(PersonRow.merchant_id == scope.merchant_id)
    if not deactivated:
        wanted = wanted.where(PersonRow.deactivated_at.is_(None))
    return session.scalars(wanted.order_by(PersonRow.email)).all()


def names(session: Session, scope: Scope) -> dict[str, str]:
    """Everybody's name by id."""
    rows = session.execute(
        select(PersonRow.id, PersonRow.name).where(PersonRow.merchant_id == scope.merchant_id)
    )
    return {row.id: row.name for row in rows}


def limit_of(row: PersonRow) -> Money | None:
    """The most money one approval of theirs may move; None for no limit."""
    if row.limit_minor is None or row.limit_currency is None:
        return None
    return Money.from_minor(row.limit_minor, row.limit_currency)
