"""What the sandbox remembers. Frozen: a change makes a new record, so readers need no lock."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import quote

UserRole = Literal["end-user", "agent", "admin"]
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
# The ``via.source`` of a change: from whom and to whom. None where Zendesk tells no address.
Source = Mapping[str, object] | None
_TOKEN_LETTERS = 25
BLACK = "\u2587"


def stamp(moment: datetime) -> str:
    """A time as Zendesk writes it, to the second: ``2026-06-09T08:36:43Z``."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class User:
    """A customer or a seat."""

    id: int
    name: str
    email: str
    role: UserRole
    created_at: datetime
    active: bool = True

    @property
    def is_staff(self) -> bool:
        """Agent or admin."""
        return self.role != "end-user"


@dataclass(frozen=True, slots=True)
class Group:
    """Agents who get tickets together. `members` are users' ids."""

    id: int
    name: str
    members: frozenset[int]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file on a comment: its name only, for there is nothing in it. `size` is in bytes."""

    id: int
    file_name: str
    content_type: str
    size: int

    @property
    def path(self) -> str:
        """Where Zendesk would have it, below the account's address; nothing answers there."""
        token = hashlib.sha256(str(self.id).encode()).hexdigest()[:_TOKEN_LETTERS]
        return f"attachments/token/{token}/?name={quote(self.file_name)}"


@dataclass(frozen=True, slots=True)
class Comment:
    """A message (public) or a note. Its id is the id of the audit event that made it."""

    id: int
    audit_id: int
    author_id: int
    public: bool
    html_body: str
    plain_body: str
    channel: str
    created_at: datetime
    attachments: tuple[Attachment, ...] = ()
    source: Source = None


def redacted(comment: Comment, text: str) -> Comment:
    """The comment with `text` blacked out, character by character."""
    black = BLACK * len(text)
    return replace(
        comment,
        html_body=comment.html_body.replace(text, black),
        plain_body=comment.plain_body.replace(text, black),
    )


@dataclass(frozen=True, slots=True)
class Audit:
    """One update: who, through what, and what it changed.

    Attributes:
        custom: The ``metadata`` that came with the update.
        events: As Zendesk's JSON has them.
    """

    id: int
    ticket_id: int
    author_id: int
    channel: str
    created_at: datetime
    custom: Mapping[str, object]
    events: tuple[Mapping[str, object], ...]
    source: Source = None


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What was said in a messaging conversation. `kind` is the author's: user, agent, bot ..."""

    id: str
    event_id: str
    kind: str
    author_id: int
    name: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket with all its comments and audits, oldest first.

    `chat` is what was said in a conversation; None where the ticket is none.
    """

    id: int
    subject: str
    status: str
    priority: str | None
    tags: tuple[str, ...]
    requester_id: int
    submitter_id: int
    assignee_id: int | None
    group_id: int
    channel: str
    created_at: datetime
    updated_at: datetime
    email_cc_ids: tuple[int, ...] = ()
    source: Source = None
    comments: tuple[Comment, ...] = ()
    audits: tuple[Audit, ...] = ()
    chat: tuple[ChatMessage, ...] | None = None

    @property
    def stamp(self) -> str:
        """What ``updated_stamp`` is compared with."""
        return stamp(self.updated_at)

    @property
    def is_public(self) -> bool:
        """Whether the customer can see any of it."""
        return any(comment.public for comment in self.comments)


@dataclass(frozen=True, slots=True)
class Change:
    """What one update did.

    Attributes:
        before: None for a new ticket.
        actor: Who made the update; a comment may name another author.
        comment: The one it added, with its author.
    """

    before: Ticket | None
    after: Ticket
    audit: Audit
    actor: User
    comment: Comment | None = None
    author: User | None = None
