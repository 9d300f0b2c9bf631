"""Adding people and changing what they may. Every change is in the audit: who, what, from, to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.types import Money
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.runtime import Runtime
from plugin.store import audit, credentials, merchants, people
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope

COMMAND = "command"
_LONGEST = 254
_PERSONAL = frozenset({"name", "email"})
_LARGEST_LIMIT = 1_000_000_000
_LAST_ADMIN = "This is the only admin. Make somebody else an admin first."


@dataclass(frozen=True, slots=True)
class Rights:
    """What is said of a person.

    Attributes:
        limit: The most money one approval of theirs may move; None for no limit.
        helpdesk_user: Our account's id and their user id in it.
    """

    name: str
    role: Role
    limit: Money | None = None
    helpdesk_user: tuple[str, str] | None = None


def rights_of(row: PersonRow) -> Rights:
    """What is said of a person now."""
    known = (row.account_id, row.helpdesk_user) if row.account_id and row.helpdesk_user else None
    return Rights(row.name, row.role, people.limit_of(row), known)


def add(runtime: Runtime, scope: Scope, by: str, email: str, rights: Rights) -> str:
    """Let somebody in who has this e-mail. Returns their id. `by` is the audit's actor.

    Raises:
        InvalidInputError: Something about it is wrong, or taken.
        MissingError: There is no such helpdesk account.
    """
    email = email.strip()
    if "@" not in email or len(email) > _LONGEST or any(mark.isspace() for mark in email):
        raise InvalidInputError("email", "expected an e-mail address")
    now = runtime.now()
    with runtime.database.write() as session:
        _check(session, scope, rights)
        person = people.add_person(
            session,
            scope,
            email=email,
            name=rights.name,
            role=rights.role,
            limit=rights.limit,
            helpdesk_user=rights.helpdesk_user,
            at=now,
        )
        added = _recorded(rights) | {"email": person.email}
        _record(session, scope, person, by=by, event="person_added", at=now, after=added)
    return person.id


def change(runtime: Runtime, scope: Scope, by: str, person_id: str, wanted: Rights) -> bool:
    """Say otherwise of somebody. Returns whether that changed anything.

    Raises:
        InvalidInputError: Something about it is wrong, or they are the only admin.
        MissingError: There is no such person, or no such helpdesk account.
    """
    with runtime.database.write() as session:
        person = _locked(session, scope, person_id)
        before = rights_of(person)
        if before == wanted:
            return False
        _check(session, scope, wanted)
        if before.role is Role.ADMIN and wanted.role is not Role.ADMIN:
            _require_another_admin(session, scope, person)
        person.name, person.role = wanted.name.strip(), wanted.role
        person.limit_minor = wanted.limit.minor() if wanted.limit else None
        person.limit_currency = wanted.limit.currency if wanted.limit else None
        account_id, user = wanted.helpdesk_user or (None, None)
        people.link(session, scope, person.id, account_id=account_id, helpdesk_user=user)
        old, new = _recorded(before), _recorded(wanted)
        after = {name: new[name] for name in new if old[name] != new[name]}
        values = {"before": {name: old[name] for name in after}, "after": after}
        _record(session, scope, person, by=by, event="person_changed", at=runtime.now(), **values)
    return True


def deactivate(runtime: Runtime, scope: Scope, by: str, person_id: str) -> None:
    """Let somebody do nothing any more: their sessions and links end. Their verdicts stay.

    Raises:
        InvalidInputError: They are the only admin.
        MissingError: There is no such person.
    """

    def end(session: Session, person: PersonRow) -> None:
        if person.role is Role.ADMIN:
            _require_another_admin(session, scope, person)
        person.deactivated_at = runtime.now()
        credentials.end_sessions(session, scope, person.id, at=runtime.now())
        credentials.end_links(session, scope, person.id, at=runtime.now())

    _do(runtime, scope, by, person_id, event="person_deactivated", what=end)


def reactivate(runtime: Runtime, scope: Scope, by: str, person_id: str) -> None:
    """Let somebody back in. They need a fresh invitation: what they signed in with is forgotten.

    Raises:
        MissingError: There is no such person.
    """

    def begin(session: Session, person: PersonRow) -> None:
        person.deactivated_at = None
        credentials.forget_password(session, scope, person.id)
        credentials.forget_subjects(session, scope, person.id)

    _do(runtime, scope, by, person_id, event="person_reactivated", what=begin)


def end_sessions(runtime: Runtime, scope: Scope, by: str, person_id: str) -> int:
    """Sign somebody out everywhere, and make their unused links worthless. Returns how many ended.

    Raises:
        MissingError: There is no such person.
    """
    ended = 0

    def end(session: Session, person: PersonRow) -> None:
        nonlocal ended
        ended = credentials.end_sessions(session, scope, person.id, at=runtime.now())
        credentials.end_links(session, scope, person.id, at=runtime.now())

    _do(runtime, scope, by, person_id, event="sessions_ended", what=end)
    return ended


def _do(
    runtime: Runtime,
    scope: Scope,
    by: str,
    person_id: str,
    *,
    event: str,
    what: Callable[[Session, PersonRow], None],
) -> None:
    """Do something to one of the merchant's people, and record it in the same transaction."""
    with runtime.database.write() as session:
        person = _locked(session, scope, person_id)
        what(session, person)
        detail = {"person": person.id}
        audit.add(session, scope, at=runtime.now(), actor=by, event=event, detail=detail)


def _locked(session: Session, scope: Scope, person_id: str) -> PersonRow:
    """A person, while nobody else changes one: two admins who leave at once leave one."""
    merchants.require_merchant(session, scope.merchant_id, lock=True)
    return people.person(session, scope, person_id)


def _require_another_admin(session: Session, scope: Scope, leaving: PersonRow) -> None:
    others = (row for row in people.everybody(session, scope) if row.id != leaving.id)
    if leaving.deactivated_at is None and not any(row.role is Role.ADMIN for row in others):
        raise InvalidInputError("role", _LAST_ADMIN)


def _check(session: Session, scope: Scope, rights: Rights) -> None:
    if not rights.name.strip() or len(rights.name) > _LONGEST:
        raise InvalidInputError("name", f"expected a name of up to {_LONGEST} characters")
    if rights.limit is not None and not 0 <= rights.limit.amount <= _LARGEST_LIMIT:
        raise InvalidInputError("limit", f"expected an amount from 0 to {_LARGEST_LIMIT}")
    if rights.helpdesk_user is not None:
        account_id, user = rights.helpdesk_user
        merchants.account(session, scope, account_id)
        if not user.strip():
            raise InvalidInputError("helpdesk-user", "expected their user id in the helpdesk")


def _recorded(rights: Rights) -> dict[str, str | None]:
    known = rights.helpdesk_user
    return {
        "name": rights.name.strip(),
        "role": rights.role.value,
        "limit": str(rights.limit) if rights.limit is not None else None,
        "helpdesk_user": f"{known[0]}:{known[1]}" if known else None,
    }


def _record(
    session: Session,
    scope: Scope,
    person: PersonRow,
    *,
    by: str,
    event: str,
    at: datetime,
    **values: Mapping[str, str | None],
) -> None:
    """Their rights stay in the record; their name and e-mail stand where they can be erased."""
    detail: dict[str, object] = {"person": person.id}
    text: dict[str, object] = {}
    for when, said in values.items():
        detail[when] = {name: value for name, value in said.items() if name not in _PERSONAL}
        personal = {name: value for name, value in said.items() if name in _PERSONAL}
        if personal:
            text[when] = personal
    audit.add(session, scope, at=at, actor=by, event=event, detail=detail, text=text)
