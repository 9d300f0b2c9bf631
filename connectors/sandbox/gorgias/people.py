"""Seats, customers and teams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any

from connectors.sandbox.gorgias.config import SandboxConfig
from connectors.sandbox.gorgias.errors import invalid, not_found
from connectors.sandbox.gorgias.ids import Ids
from connectors.sandbox.gorgias.records import Person


@dataclass(frozen=True, slots=True)
class Team:
    """Agents who get tickets together. `members` are users' ids."""

    id: int
    name: str
    members: tuple[int, ...]
    created_at: datetime


class People:
    """Everybody. Thread safe by the lock it is given."""

    def __init__(self, config: SandboxConfig, ids: Ids, lock: RLock) -> None:
        self._ids = ids
        self._lock = lock
        self._clock = config.clock
        self._people: dict[int, Person] = {}
        self._teams: dict[int, Team] = {}
        for seat in config.agents:
            self._add(ids.next("user"), seat.name, seat.email, seat.role)
        for name, members in config.teams.items():
            team_id, seats = ids.next("team"), tuple(self.staff(email).id for email in members)
            self._teams[team_id] = Team(team_id, name, seats, config.clock())

    def seats(self) -> tuple[Person, ...]:
        """Everybody with a seat, by id."""
        with self._lock:
            return tuple(one for one in self._people.values() if one.is_staff)

    def customers(self) -> tuple[Person, ...]:
        """Everybody without, by id."""
        with self._lock:
            return tuple(one for one in self._people.values() if not one.is_staff)

    def user(self, user_id: int) -> Person:
        """A seat; 404 if there is none."""
        return self._one(user_id, staff=True)

    def customer(self, customer_id: int) -> Person:
        """A customer; 404 if there is none."""
        return self._one(customer_id, staff=False)

    def known(self, person_id: int) -> Person | None:
        """Anybody by id; None for who is not here any more."""
        with self._lock:
            return self._people.get(person_id)

    def staff(self, email: str | None) -> Person:
        """The seat with that address, or the first one; 400 if there is none."""
        seats = self.seats()
        if email is None:
            return seats[0]
        found = next((one for one in seats if _is_of(one, email)), None)
        if found is None:
            raise invalid("agent", f"{email} is not an agent here")
        return found

    def customer_by_email(self, email: str) -> Person | None:
        """A customer by any of their addresses, in any case."""
        return next((one for one in self.customers() if _is_of(one, email)), None)

    def welcome(self, name: str, email: str | None) -> Person:
        """The customer with that address, made if new; 400 for a seat's address."""
        with self._lock:
            known = None if email is None else self.customer_by_email(email)
            if known is not None:
                return known
            if email is not None and any(_is_of(seat, email) for seat in self.seats()):
                raise invalid("email", f"{email} is an agent, not a customer")
            return self._add(self._ids.next("customer"), name, email, None)

    def change(self, person_id: int, fields: Mapping[str, Any]) -> Person:
        """Set fields of somebody; 404 if there is nobody."""
        with self._lock:
            known = self._people.get(person_id)
            if known is None:
                raise not_found()
            changed = replace(known, **{"updated_at": self._clock(), **fields})
            self._people[person_id] = changed
            return changed

    def remove(self, customer_id: int) -> None:
        """Forget a customer; 404 if there is none."""
        with self._lock:
            del self._people[self.customer(customer_id).id]

    def teams(self) -> tuple[Team, ...]:
        """All teams, by id."""
        return tuple(self._teams.values())

    def team(self, team_id: int) -> Team:
        """A team; 404 if there is none."""
        found = self._teams.get(team_id)
        if found is None:
            raise not_found()
        return found

    def _one(self, person_id: int, *, staff: bool) -> Person:
        with self._lock:
            found = self._people.get(person_id)
        if found is None or found.is_staff is not staff:
            raise not_found()
        return found

    def _add(self, person_id: int, name: str, email: str | None, role: str | None) -> Person:
        now = self._clock()
        mail = {"type": "email", "address": email, "preferred": True}
        channels = () if email is None else (mail,)
        person = Person(person_id, name, email, role, now, now, channels=channels)
        self._people[person_id] = person
        return person


def _is_of(person: Person, email: str) -> bool:
    wanted = email.lower()
    addresses = {str(one["address"]).lower() for one in person.channels if one["type"] == "email"}
    return wanted in addresses or wanted == (person.email or "").lower()
