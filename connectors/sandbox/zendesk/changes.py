"""What an update does to a ticket: the new ticket and its audit. Pure but for the ids it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.sandbox.zendesk.ids import Ids
from connectors.sandbox.zendesk.markup import Written
from connectors.sandbox.zendesk.records import (
    Attachment,
    Audit,
    Change,
    Comment,
    Source,
    Ticket,
    User,
)
from connectors.sandbox.zendesk.tags import TagEdit

_REOPENED_BY_CUSTOMER = frozenset({"pending", "hold", "solved"})
_FIELDS = ("subject", "status", "priority", "tags", "group_id", "assignee_id")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that comes with a comment; `size` is in bytes."""

    file_name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment to add. `public` None takes the visibility of the ticket's first comment."""

    author: User
    body: Written
    public: bool | None = None
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a ticket, which makes one audit.

    Attributes:
        actor: Who makes it.
        channel: Through what: web, api, email, mobile ...
        fields: Ticket fields to set, with their checked values.
        custom: The ``metadata`` kept in the audit.
        expected_stamp: Refuse with 409 unless the ticket's ``updated_at`` is this.
        by_customer: A customer's message opens a pending or solved ticket again.
        copies: Users to put in copy, beside those who are. The audit has no event for it: its
            shape is not known.
        source: The ``via.source``: from whom and to whom.
    """

    actor: User
    channel: str
    comment: NewComment | None = None
    tags: TagEdit = field(default_factory=TagEdit)
    fields: Mapping[str, object] = field(default_factory=dict)
    custom: Mapping[str, object] = field(default_factory=dict)
    expected_stamp: str | None = None
    by_customer: bool = False
    copies: tuple[int, ...] = ()
    source: Source = None


def opened(blank: Ticket, update: Update, *, ids: Ids, now: datetime) -> Change:
    """A new ticket with its first comment."""
    change = _apply(blank, update, ids=ids, now=now)
    created = tuple(
        {"id": ids.number("event"), "type": "Create", "field_name": name, "value": _value(got)}
        for name in ("requester_id", *_FIELDS)
        # The default group is nobody's choice.
        if (name != "group_id" or name in update.fields)
        and (got := getattr(change.after, name)) not in (None, ())
    )
    comments = tuple(event for event in change.audit.events if event["type"] == "Comment")
    audit = replace(change.audit, events=comments + created)
    return replace(change, before=None, audit=audit, after=replace(change.after, audits=(audit,)))


def updated(ticket: Ticket, update: Update, *, ids: Ids, now: datetime) -> Change:
    """The ticket after one update."""
    return _apply(ticket, update, ids=ids, now=now)


def _apply(ticket: Ticket, update: Update, *, ids: Ids, now: datetime) -> Change:
    audit_id = ids.number("audit")
    comment = _comment(ticket, update, audit_id=audit_id, ids=ids, now=now)
    fields: dict[str, Any] = dict(update.fields)
    if update.by_customer and ticket.status in _REOPENED_BY_CUSTOMER:
        fields["status"] = "open"
    fields["tags"] = update.tags.apply(ticket.tags)
    changes = tuple(
        {
            "id": ids.number("event"),
            "type": "Change",
            "field_name": name,
            "value": _value(fields[name]),
            "previous_value": _value(getattr(ticket, name)),
        }
        for name in _FIELDS
        if name in fields and fields[name] != getattr(ticket, name)
    )
    audit = Audit(
        id=audit_id,
        ticket_id=ticket.id,
        author_id=update.actor.id,
        channel=update.channel,
        created_at=now,
        custom=update.custom,
        events=(() if comment is None else (_comment_event(comment),)) + changes,
        source=update.source,
    )
    copies = dict.fromkeys((*ticket.email_cc_ids, *update.copies))
    after = replace(
        ticket,
        **fields,
        updated_at=now,
        email_cc_ids=tuple(user_id for user_id in copies if user_id != ticket.requester_id),
        comments=ticket.comments + (() if comment is None else (comment,)),
        audits=(*ticket.audits, audit),
    )
    author = None if update.comment is None else update.comment.author
    return Change(ticket, after, audit, update.actor, comment, author)


def _comment(
    ticket: Ticket, update: Update, *, audit_id: int, ids: Ids, now: datetime
) -> Comment | None:
    new = update.comment
    if new is None:
        return None
    usual = ticket.comments[0].public if ticket.comments else True
    return Comment(
        id=ids.number("event"),
        audit_id=audit_id,
        author_id=new.author.id,
        public=usual if new.public is None else new.public,
        html_body=new.body.html_body,
        plain_body=new.body.plain_body,
        channel=update.channel,
        created_at=now,
        attachments=tuple(
            Attachment(ids.number("attachment"), file.file_name, file.content_type, file.size)
            for file in new.files
        ),
        source=update.source,
    )


def _comment_event(comment: Comment) -> dict[str, object]:
    return {
        "id": comment.id,
        "type": "Comment",
        "public": comment.public,
        "author_id": comment.author_id,
        "body": comment.plain_body,
        "html_body": comment.html_body,
    }


def _value(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
