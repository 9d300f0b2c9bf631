"""What an admin has set up: triggers, views, macros and ticket fields, each as its JSON.

A new account has the two standard triggers that mail customers:
https://support.zendesk.com/hc/en-us/articles/4408828984346.
"""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import not_found
from connectors.sandbox.zendesk.records import stamp

Json = dict[str, Any]


class Shelf:
    """Things of one kind, oldest first. Thread safe by the desk's lock."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._things: dict[int, Json] = {}

    def all(self) -> tuple[Json, ...]:
        """Every one."""
        with self._desk.lock:
            return tuple(self._things.values())

    def get(self, thing_id: int) -> Json:
        """One of them; 404 if there is none."""
        with self._desk.lock:
            found = self._things.get(thing_id)
        if found is None:
            raise not_found()
        return found

    def add(self, fields: Mapping[str, object]) -> Json:
        """Keep a new one at the end."""
        with self._desk.lock:
            now = stamp(self._desk.now())
            thing_id = self._desk.ids.number("setup")
            last = max((one["position"] for one in self._things.values()), default=0)
            made = {"position": last + 1, **fields, "created_at": now, "updated_at": now}
            self._things[thing_id] = {"id": thing_id, **made}
            return self._things[thing_id]

    def change(self, thing_id: int, fields: Mapping[str, object]) -> Json:
        """Set some of its fields."""
        with self._desk.lock:
            changed = {**self.get(thing_id), **fields, "updated_at": stamp(self._desk.now())}
            self._things[thing_id] = changed
            return changed

    def remove(self, thing_id: int) -> None:
        """Take one away; 404 if there is none."""
        with self._desk.lock:
            del self._things[int(self.get(thing_id)["id"])]


class Business:
    """All shelves of one account."""

    def __init__(self, desk: Desk) -> None:
        self.triggers = Shelf(desk)
        self.views = Shelf(desk)
        self.macros = Shelf(desk)
        self.fields = Shelf(desk)
        self.triggers.add(_mails("received request", "Create", "has been received"))
        self.triggers.add(_mails("comment update", "Change", "has been updated"))


def _mails(when: str, update: str, what: str) -> Json:
    conditions = [
        {"field": "update_type", "operator": "is", "value": update},
        {"field": "comment_is_public", "operator": "is", "value": "true"},
    ]
    if update == "Change":
        conditions.append({"field": "current_user", "operator": "is_not", "value": "requester_id"})
    body = f"Your request ({{{{ticket.id}}}}) {what}.\n{{{{ticket.comments_formatted}}}}"
    return {
        "title": f"Notify requester and CCs of {when}",
        "description": None,
        "active": True,
        "default": False,
        "category_id": "10026",
        "conditions": {"all": conditions, "any": []},
        "actions": [
            {
                "field": "notification_user",
                "value": ["requester_and_ccs", "[{{ticket.account}}] {{ticket.title}}", body],
            }
        ],
    }
