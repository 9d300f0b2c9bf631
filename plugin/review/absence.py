"""Saying who is out of the office. A delegate signs by their own rights: nothing is passed on."""

from datetime import datetime, timedelta

import structlog

from plugin.errors import ForbiddenError, InvalidInputError, MissingError
from plugin.models import Role
from plugin.runtime import Runtime
from plugin.store import absence, audit, people
from plugin.store.absence import is_away
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

LONGEST = timedelta(days=366)


def require_may_set(person: PersonRow, whose: PersonRow) -> None:
    """Everybody who signs says it of themselves, an admin of anybody who does.

    Raises:
        ForbiddenError: They may not, and who may.
    """
    if not whose.role.may_sign_for(Role.AGENT):
        raise ForbiddenError("An auditor signs nothing, so nobody signs in their place.")
    if person.id != whose.id and person.role is not Role.ADMIN:
        raise ForbiddenError("Only an admin says it for somebody else.")


def set_away(
    runtime: Runtime,
    scope: Scope,
    person: PersonRow,
    whose_id: str,
    *,
    until: datetime | None,
    delegate_id: str | None,
) -> PersonRow:
    """Say until when somebody is away and who signs meanwhile; None: they are back.

    Returns:
        Whose absence it is.

    Raises:
        MissingError: There is no such person.
        ForbiddenError: `person` may not say it.
        InvalidInputError: The time has passed or is too far, or the delegate cannot sign.
    """
    now = runtime.now()
    with runtime.database.write() as session:
        whose = people.person(session, scope, whose_id)
        require_may_set(person, whose)
        if until is not None and not now < until <= now + LONGEST:
            raise InvalidInputError("until", "Choose a time from now on, within a year.")
        if until is not None and delegate_id is not None:
            try:
                delegate = people.person(session, scope, delegate_id)
            except MissingError as missing:
                raise InvalidInputError("delegate", "Choose one of your people.") from missing
            _require_delegate(whose, delegate, now)
        absence.set_away(session, scope, whose_id, until=until, delegate_id=delegate_id)
        audit.add(
            session,
            scope,
            at=now,
            actor=f"person:{person.id}",
            event="away" if until else "back",
            detail={
                "person": whose_id,
                **({"until": until.isoformat(), "delegate": delegate_id} if until else {}),
            },
        )
    log.info("absence", person=whose_id, away=until is not None)
    return whose


def _require_delegate(whose: PersonRow, delegate: PersonRow, now: datetime) -> None:
    if delegate.id == whose.id:
        raise InvalidInputError("delegate", "Choose somebody else than the person who is away.")
    if not delegate.role.may_sign_for(Role.AGENT):
        raise InvalidInputError("delegate", f"{delegate.name} is an auditor and signs nothing.")
    if is_away(delegate, now):
        raise InvalidInputError("delegate", f"{delegate.name} is away too. Choose somebody else.")
