"""``/events``: what happened, kept for whoever missed a webhook."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any
from uuid import uuid4

from connectors.sandbox.gorgias.errors import not_found
from connectors.sandbox.gorgias.happenings import events_of
from connectors.sandbox.gorgias.ids import Ids
from connectors.sandbox.gorgias.records import Change, Json, Person, stamp
from connectors.sandbox.gorgias.tag_book import TagBook


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `user_id` is None where Gorgias itself did it."""

    id: int
    type: str
    object_type: str
    object_id: int
    user_id: int | None
    created_at: datetime
    data: Mapping[str, Any]
    context: str | None = None


def _ids(names: set[str], tags: TagBook) -> list[int]:
    return sorted(tag.id for tag in tags.all() if tag.name in names)


class Journal:
    """All events, oldest first. Thread safe by the lock it is given."""

    def __init__(self, ids: Ids, lock: RLock) -> None:
        self._ids = ids
        self._lock = lock
        self._events: list[Event] = []

    def see(self, change: Change, now: datetime, tags: TagBook) -> None:
        """Write down a change of a ticket. Events of tags name them by their ids.

        That events about a message have the ticket as their object, and where the message is
        named, are unconfirmed.
        """
        message = change.message
        data = {} if message is None else {"message_id": message.id}
        before = set() if change.before is None else set(change.before.tags)
        after = set(change.after.tags)
        about = {
            "ticket-tags-added": {"tags_added": _ids(after - before, tags)},
            "ticket-tags-removed": {"tags_removed": _ids(before - after, tags)},
        }
        context = str(uuid4())
        for name in events_of(change):
            told = {**data, **about.get(name, {})}
            self.add(
                *(name, "Ticket", change.after.id),
                actor=change.actor,
                now=now,
                data=told,
                context=context,
            )

    def add(
        self,
        name: str,
        object_type: str,
        object_id: int,
        *,
        actor: Person | None,
        now: datetime,
        data: Mapping[str, Any] | None = None,
        context: str | None = None,
    ) -> None:
        """Write down one event. What one act did shares a context.

        A customer is no user: theirs have none.
        """
        user_id = actor.id if actor is not None and actor.is_staff else None
        with self._lock:
            number = self._ids.next("event")
            self._events.append(
                Event(number, name, object_type, object_id, user_id, now, data or {}, context)
            )

    def all(self) -> tuple[Event, ...]:
        """Every event, oldest first."""
        with self._lock:
            return tuple(self._events)

    def get(self, event_id: int) -> Event:
        """An event; 404 if there is none."""
        found = next((one for one in self.all() if one.id == event_id), None)
        if found is None:
            raise not_found()
        return found


def event_json(event: Event) -> Json:
    """An event as Gorgias's JSON has it."""
    return {
        "id": event.id,
        "type": event.type,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "user_id": event.user_id,
        "data": dict(event.data),
        "context": event.context,
        "created_datetime": stamp(event.created_at),
        "uri": f"/api/events/{event.id}/",
    }
