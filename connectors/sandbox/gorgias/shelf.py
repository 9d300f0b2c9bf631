"""Things that the account keeps and nobody here acts on: views, macros, widgets, rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.errors import not_found
from connectors.sandbox.gorgias.records import Json, stamp


class Shelf:
    """All things of one kind, as Gorgias's JSON has them. Thread safe by the desk's lock."""

    def __init__(self, desk: Desk, area: str) -> None:
        """Args: `area` is where the API has them, such as ``views``."""
        self._desk = desk
        self._area = area
        self._things: dict[int, Json] = {}
        self._made: dict[int, datetime] = {}

    def add(self, fields: Mapping[str, Any]) -> Json:
        """Put one there."""
        with self._desk.lock:
            number, now = self._desk.ids.next("setup"), self._desk.now()
            self._made[number] = now
            return self._put(number, fields, now)

    def all(self) -> tuple[Json, ...]:
        """Every one, by id."""
        with self._desk.lock:
            return tuple(self._things.values())

    def get(self, number: int) -> Json:
        """One; 404 if there is none."""
        with self._desk.lock:
            found = self._things.get(number)
        if found is None:
            raise not_found()
        return found

    def set(self, number: int, fields: Mapping[str, Any]) -> Json:
        """Put another in its place."""
        with self._desk.lock:
            self.get(number)
            return self._put(number, fields, self._desk.now())

    def remove(self, number: int) -> None:
        """Take one away."""
        with self._desk.lock:
            del self._things[self.get(number)["id"]]

    def made_at(self, thing: Json) -> datetime:
        """When one was made."""
        return self._made[thing["id"]]

    def _put(self, number: int, fields: Mapping[str, Any], now: datetime) -> Json:
        self._things[number] = {
            "id": number,
            **fields,
            "created_datetime": stamp(self._made[number]),
            "updated_datetime": stamp(now),
            "uri": f"/api/{self._area}/{number}/",
        }
        return self._things[number]
