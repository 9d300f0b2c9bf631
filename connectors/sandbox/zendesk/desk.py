"""The state of the sandbox: users and tickets, under one lock."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.sandbox.zendesk.changes import Update, opened, updated
from connectors.sandbox.zendesk.config import DEFAULT_GROUP, SandboxConfig
from connectors.sandbox.zendesk.errors import invalid, not_found, outdated
from connectors.sandbox.zendesk.ids import Ids
from connectors.sandbox.zendesk.records import (
    Change,
    ChatMessage,
    Group,
    Ticket,
    User,
    UserRole,
    redacted,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket to be opened; `first` holds its first comment."""

    subject: str
    requester: User
    first: Update


class Desk:
    """Users and tickets. Every method is thread safe; `lock` is the sandbox's only lock."""

    def __init__(self, config: SandboxConfig) -> None:
        self.lock = threading.RLock()
        self.ids = Ids(account_id=config.account_id, offset=config.id_offset)
        self._clock = config.clock
        self._comment_limit = config.comment_limit
        self._users: dict[int, User] = {}
        self._tickets: dict[int, Ticket] = {}
        self._removed: list[tuple[Ticket, datetime]] = []
        self._watchers: list[Callable[[Change], None]] = []
        for seat in config.agents:
            self._add_user(seat.name, seat.email, seat.role)
        self._groups: dict[int, Group] = {}
        everybody = tuple(seat.email for seat in config.agents)
        for name, members in {DEFAULT_GROUP: everybody, **config.groups}.items():
            self._add_group(name, members)

    def now(self) -> datetime:
        """The present by the sandbox's clock."""
        return self._clock()

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Call `watcher` with every change, in order, inside the lock."""
        self._watchers.append(watcher)

    def users(self) -> tuple[User, ...]:
        """Everybody, by id."""
        with self.lock:
            return tuple(self._users.values())

    def user(self, user_id: int) -> User:
        """Somebody by id; 404 if there is nobody."""
        with self.lock:
            found = self._users.get(user_id)
        if found is None:
            raise not_found()
        return found

    def user_by_email(self, email: str) -> User | None:
        """Somebody by address, in any case."""
        wanted = email.lower()
        return next((user for user in self.users() if user.email.lower() == wanted), None)

    def staff(self, email: str | None) -> User:
        """The seat with that address, or the first seat; 422 if there is none."""
        user = next(iter(self.users())) if email is None else self.user_by_email(email)
        if user is None or not user.is_staff:
            raise invalid("agent", f"{email} is not an agent here")
        return user

    def groups(self) -> tuple[Group, ...]:
        """All groups, by id; the default one first."""
        return tuple(self._groups.values())

    def group(self, group_id: int) -> Group:
        """A group by id; 404 if there is none."""
        found = self._groups.get(group_id)
        if found is None:
            raise not_found()
        return found

    def customer(self, name: str, email: str) -> User:
        """The customer with that address, made if new; 422 for a seat's address."""
        with self.lock:
            known = self.user_by_email(email)
            if known is not None and known.is_staff:
                raise invalid("email", f"{email} is an agent, not a customer")
            return known or self._add_user(name, email, "end-user")

    def tickets(self) -> tuple[Ticket, ...]:
        """All tickets, by id."""
        with self.lock:
            return tuple(self._tickets.values())

    def ticket(self, ticket_id: int) -> Ticket:
        """A ticket; 404 if there is none."""
        with self.lock:
            found = self._tickets.get(ticket_id)
        if found is None:
            raise not_found()
        return found

    def open(self, opening: Opening) -> Change:
        """Open a ticket."""
        with self.lock:
            now = self.now()
            blank = Ticket(
                id=self.ids.number("ticket"),
                subject=opening.subject,
                status="new",
                priority=None,
                tags=(),
                requester_id=opening.requester.id,
                submitter_id=opening.first.actor.id,
                assignee_id=None,
                group_id=next(iter(self._groups)),
                channel=opening.first.channel,
                source=opening.first.source,
                created_at=now,
                updated_at=now,
            )
            return self._keep(opened(blank, opening.first, ids=self.ids, now=now))

    def update(self, ticket_id: int, update: Update) -> Change:
        """Change a ticket, all or nothing.

        Raises:
            ApiError: 404; 409 where the stamp is not the expected one; 422 for a closed ticket or
                one that holds all the comments it can.
        """
        return self.update_all({ticket_id: update})[0]

    def update_all(self, updates: Mapping[int, Update]) -> tuple[Change, ...]:
        """Change several tickets, in that order: all of them or none.

        Raises:
            ApiError: As `update`, for any of them.
        """
        with self.lock:
            tickets = [self._changeable(ticket_id, updates[ticket_id]) for ticket_id in updates]
            return tuple(
                self._keep(
                    updated(
                        ticket,
                        self._in_one_group(ticket, updates[ticket.id]),
                        ids=self.ids,
                        now=self.now(),
                    )
                )
                for ticket in tickets
            )

    def _in_one_group(self, ticket: Ticket, update: Update) -> Update:
        """A ticket that moves to a group leaves an assignee who is not in it. Unconfirmed."""
        group_id = update.fields.get("group_id")
        if not isinstance(group_id, int) or "assignee_id" in update.fields:
            return update
        if ticket.assignee_id is None or ticket.assignee_id in self.group(group_id).members:
            return update
        return replace(update, fields={**update.fields, "assignee_id": None})

    def make_private(self, ticket_id: int, comment_id: int) -> Ticket:
        """Turn a public comment into a note. Returns the ticket."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            if all(comment.id != comment_id for comment in ticket.comments):
                raise not_found()
            comments = tuple(
                replace(comment, public=False) if comment.id == comment_id else comment
                for comment in ticket.comments
            )
            after = replace(ticket, comments=comments, updated_at=self.now())
            self._tickets[ticket_id] = after
        return after

    def begin_chat(self, ticket_id: int) -> None:
        """Make a ticket a messaging conversation, in which nothing was said yet."""
        with self.lock:
            self._tickets[ticket_id] = replace(self.ticket(ticket_id), chat=())

    def say(self, ticket_id: int, said: ChatMessage) -> Ticket:
        """Something is said in a conversation; 422 where the ticket is none."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            if ticket.chat is None:
                raise invalid("ticket", "is no messaging conversation")
            after = replace(ticket, chat=(*ticket.chat, said), updated_at=self.now())
            self._tickets[ticket_id] = after
        return after

    def redact(self, ticket_id: int, comment_id: int, text: str) -> Ticket:
        """Black out some words of a comment, for good; 404 where they are not in it."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            comments = tuple(
                redacted(comment, text) if comment.id == comment_id else comment
                for comment in ticket.comments
            )
            if comments == ticket.comments:
                raise not_found()
            after = replace(ticket, comments=comments, updated_at=self.now())
            self._tickets[ticket_id] = after
        return after

    def remove(self, ticket_id: int) -> Ticket:
        """Delete a ticket: from now on it is not found. Returns what it was."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            del self._tickets[ticket_id]
            self._removed.append((ticket, self.now()))
        return ticket

    def removed(self) -> tuple[tuple[Ticket, datetime], ...]:
        """Deleted tickets as they were, and when that was."""
        with self.lock:
            return tuple(self._removed)

    def deactivate(self, user_id: int) -> User:
        """Delete a customer: they stay to be seen, not active."""
        with self.lock:
            gone = replace(self.user(user_id), active=False)
            if gone.is_staff:
                raise invalid("id", "a seat is not deleted here")
            self._users[user_id] = gone
        return gone

    def _changeable(self, ticket_id: int, update: Update) -> Ticket:
        ticket = self.ticket(ticket_id)
        if update.expected_stamp not in (None, ticket.stamp):
            raise outdated()
        if ticket.status == "closed":
            raise invalid("status", "closed prevents ticket update")
        if update.comment is not None and len(ticket.comments) >= self._comment_limit:
            raise invalid("comment", f"a ticket holds {self._comment_limit} comments")
        return ticket

    def _keep(self, change: Change) -> Change:
        self._tickets[change.after.id] = change.after
        for watcher in self._watchers:
            watcher(change)
        return change

    def _add_group(self, name: str, emails: tuple[str, ...]) -> None:
        members = frozenset(self.staff(email).id for email in emails)
        group = Group(self.ids.number("group"), name, members, self.now())
        self._groups[group.id] = group

    def _add_user(self, name: str, email: str, role: UserRole) -> User:
        user = User(self.ids.number("user"), name, email, role, self.now())
        self._users[user.id] = user
        return user
