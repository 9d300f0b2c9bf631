"""Who is asked to sign a draft: role by role from the lowest, a delegate for whoever is away.

Whoever may sign is not bothered as long as a lower role can do it; where too few of that role are
here or may move so much money, the next one is asked as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from plugin.models import Role
from plugin.signing import may_sign
from plugin.store import people, verdicts
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked.

    Attributes:
        people: Nobody where all who may sign are away, or there is nobody.
        role: The lowest role among them; whose group in the helpdesk gets the ticket.
        in_place_of: Who is away, by their delegate's id.
    """

    people: tuple[PersonRow, ...]
    role: Role
    in_place_of: Mapping[str, PersonRow]

    @property
    def names(self) -> tuple[str, ...]:
        """For a note."""
        return tuple(person.name for person in self.people)


def asked(
    session: Session, scope: Scope, held: Held, *, at: datetime, above: Role | None = None
) -> Asked:
    """Who is asked to sign a draft that awaits approval, but for those who have signed it.

    Args:
        session: Where.
        scope: Whose.
        held: The draft.
        at: Now: who is away then is not asked.
        above: Nobody of a lower role than this one: a deadline has passed.
    """
    decision, draft = held.decision, held.draft
    signed = verdicts.signers(session, scope, draft.id, draft.rev)
    needed = max(1, decision.approvals if decision else 1) - len(signed)
    desk = _Desk(held, {one.id: one for one in people.everybody(session, scope)}, signed, at)
    roles = [role for role in Role if _counts(role, held, above)]
    found: dict[str, PersonRow] = {}
    in_place_of: dict[str, PersonRow] = {}
    lowest: Role | None = None
    for role in roles:
        for person, instead_of in desk.reached(role):
            lowest = lowest or role
            if instead_of is not None and person.id not in found:
                in_place_of[person.id] = instead_of
            found[person.id] = person
        if len(found) >= needed:
            break
    return Asked(tuple(found.values()), lowest or next(iter(roles), Role.ADMIN), in_place_of)


def _counts(role: Role, held: Held, above: Role | None) -> bool:
    wanted = [Role(one) for one in (held.decision.approvers if held.decision else ())]
    if above is not None and not role.may_sign_for(above):
        return False
    return any(role.may_sign_for(one) for one in wanted)


@dataclass(frozen=True, slots=True)
class _Desk:
    """A merchant's people as they stand towards one draft."""

    held: Held
    everybody: Mapping[str, PersonRow]
    signed: frozenset[str]
    at: datetime

    def reached(self, role: Role) -> list[tuple[PersonRow, PersonRow | None]]:
        """Those of a role who may sign and are here, or their delegates, with whom they stand for.

        One step only: a delegate who is away as well has nobody in their place.
        """
        found: list[tuple[PersonRow, PersonRow | None]] = []
        for person in self.everybody.values():
            if person.role is not role or not self._can(person):
                continue
            if self._is_here(person):
                found.append((person, None))
                continue
            delegate = self.everybody.get(person.delegate_id or "")
            if delegate is not None and self._can(delegate) and self._is_here(delegate):
                found.append((delegate, person))
        return found

    def _can(self, person: PersonRow) -> bool:
        return person.id not in self.signed and may_sign(self.held, person) is None

    def _is_here(self, person: PersonRow) -> bool:
        return person.away_until is None or person.away_until <= self.at
