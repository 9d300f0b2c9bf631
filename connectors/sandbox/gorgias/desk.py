"""The state of the sandbox: tickets and what was said on them, under one lock."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.sandbox.gorgias.config import SandboxConfig
from connectors.sandbox.gorgias.errors import not_found
from connectors.sandbox.gorgias.happenings import (
    DELETED,
    MESSAGE_CREATED,
    MESSAGE_DELETED,
    MESSAGE_FAILED,
    MESSAGE_UPDATED,
)
from connectors.sandbox.gorgias.ids import Ids
from connectors.sandbox.gorgias.people import People
from connectors.sandbox.gorgias.records import Change, Message, Person, Ticket
from connectors.sandbox.gorgias.tag_book import TagBook


class Desk:
    """Tickets, people and tags. Every method is thread safe; `lock` is the sandbox's only lock."""

    def __init__(self, config: SandboxConfig) -> None:
        self.lock = threading.RLock()
        self.ids = Ids(config.id_offset)
        self.people = People(config, self.ids, self.lock)
        self.tags = TagBook(self.ids, self.lock)
        self._clock = config.clock
        self._tickets: dict[int, Ticket] = {}
        self._watchers: list[Callable[[Change], None]] = []

    def now(self) -> datetime:
        """The present by the sandbox's clock."""
        return self._clock()

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Call `watcher` with every change, in order, inside the lock."""
        self._watchers.append(watcher)

    def tickets(self) -> tuple[Ticket, ...]:
        """All tickets, by id, those in the trash included."""
        with self.lock:
            return tuple(self._tickets.values())

    def ticket(self, ticket_id: int) -> Ticket:
        """A ticket; 404 if there is none."""
        with self.lock:
            found = self._tickets.get(ticket_id)
        if found is None:
            raise not_found()
        return found

    def message(self, ticket_id: int, message_id: int) -> Message:
        """A message of a ticket; 404 if there is none."""
        found = self.ticket(ticket_id).message(message_id)
        if found is None:
            raise not_found()
        return found

    def open(
        self,
        first: Message,
        *,
        customer: Person,
        actor: Person,
        fields: Mapping[str, Any] | None = None,
    ) -> Change:
        """Open a ticket with its first message."""
        with self.lock:
            now = self.now()
            ticket = Ticket(
                id=self.ids.next("ticket"),
                subject=first.subject,
                customer_id=customer.id,
                channel=first.channel,
                via=first.via,
                from_agent=first.from_agent,
                created_at=now,
                updated_at=now,
                opened_at=now,
            )
            ticket = replace(ticket, **(fields or {}))
            message = self._made(first, ticket.id)
            after = replace(ticket, messages=(message,))
            return self._keep(Change(None, after, actor, message, (MESSAGE_CREATED,)))

    def say(
        self,
        ticket_id: int,
        new: Message,
        *,
        actor: Person | None,
        fields: Mapping[str, Any] | None = None,
    ) -> Change:
        """Add a message. One of the customer opens a closed ticket again."""
        with self.lock:
            before = self.ticket(ticket_id)
            message = self._made(new, ticket_id)
            also = dict(fields or {})
            if not message.from_agent:
                also.setdefault("status", "open")
            after = self._changed(before, also)
            after = replace(after, messages=(*before.messages, message))
            return self._keep(Change(before, after, actor, message, (MESSAGE_CREATED,)))

    def edit(
        self,
        ticket_id: int,
        message_id: int,
        fields: Mapping[str, Any],
        *,
        actor: Person | None,
    ) -> Change:
        """Change a message; 404 if there is none."""
        with self.lock:
            before = self.ticket(ticket_id)
            message = replace(self.message(ticket_id, message_id), **fields)
            messages = tuple(message if one.id == message_id else one for one in before.messages)
            after = replace(before, messages=messages)
            return self._keep(Change(before, after, actor, message, (MESSAGE_UPDATED,)))

    def drop(self, ticket_id: int, message_id: int, *, actor: Person | None) -> Change:
        """Take a message away, for good; 404 if there is none."""
        with self.lock:
            before = self.ticket(ticket_id)
            message = replace(self.message(ticket_id, message_id), deleted_at=self.now())
            messages = tuple(one for one in before.messages if one.id != message_id)
            after = replace(before, messages=messages)
            return self._keep(Change(before, after, actor, message, (MESSAGE_DELETED,)))

    def find_message(self, message_id: int) -> Message | None:
        """A message, wherever a merge has put it."""
        with self.lock:
            found = (ticket.message(message_id) for ticket in self._tickets.values())
            return next(filter(None, found), None)

    def sent(self, message: Message) -> None:
        """A message has left. Nothing tells of it: who wants to know reads it again."""
        self._after_sending(message, {"sent_at": self.now()}, ())

    def failed(self, message: Message, error: str) -> None:
        """A message could not be sent."""
        fields = {"failed_at": self.now(), "last_sending_error": {"error": error}}
        self._after_sending(message, fields, (MESSAGE_FAILED,))

    def update(
        self,
        ticket_id: int,
        fields: Mapping[str, Any],
        *,
        actor: Person | None,
        happened: tuple[str, ...] = (),
    ) -> Change:
        """Set fields of a ticket."""
        with self.lock:
            before = self.ticket(ticket_id)
            after = self._changed(before, fields)
            return self._keep(Change(before, after, actor, None, happened))

    def remove(self, ticket_id: int, *, actor: Person | None) -> Change:
        """Delete a ticket, for good: from now on it is not found."""
        with self.lock:
            before = self.ticket(ticket_id)
            change = self._keep(Change(before, before, actor, None, (DELETED,)))
            del self._tickets[ticket_id]
            return change

    def move_messages(self, ticket_id: int, into: int) -> None:
        """Give what was said on one ticket to another. Whoever merges tells of it."""
        with self.lock:
            source, target = self.ticket(ticket_id), self.ticket(into)
            moved = tuple(replace(one, ticket_id=into) for one in source.messages)
            both = sorted((*target.messages, *moved), key=lambda one: one.id)
            self._tickets[ticket_id] = replace(source, messages=())
            self._tickets[into] = replace(target, messages=tuple(both))

    def _after_sending(
        self, message: Message, fields: Mapping[str, Any], happened: tuple[str, ...]
    ) -> None:
        with self.lock:
            before = self.ticket(message.ticket_id)
            done = replace(self.message(message.ticket_id, message.id), **fields)
            messages = tuple(done if one.id == done.id else one for one in before.messages)
            after = replace(before, messages=messages)
            self._keep(Change(before, after, None, done, happened))

    def _made(self, new: Message, ticket_id: int) -> Message:
        created_at = new.created_at or self.now()
        number = self.ids.next("message")
        return replace(new, id=number, ticket_id=ticket_id, created_at=created_at)

    def _changed(self, before: Ticket, fields: Mapping[str, Any]) -> Ticket:
        now = self.now()
        also: dict[str, Any] = {"updated_at": now, **fields}
        if "status" in also and also["status"] != before.status:
            also.setdefault("closed_at", now if also["status"] == "closed" else None)
        return replace(before, **also)

    def _keep(self, change: Change) -> Change:
        self._tickets[change.after.id] = change.after
        for watcher in self._watchers:
            watcher(change)
        return change
