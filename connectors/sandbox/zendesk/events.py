"""The payloads of ticket events, in the form of version 2022-11-06.

https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
Ids are strings, the account's is a number, words of a fixed list are in upper case, ``time`` has
nine fractional digits, and ``tags`` is null where there are none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.sandbox.zendesk.ids import Ids
from connectors.sandbox.zendesk.records import Change, ChatMessage, Ticket, User, stamp

PREFIX = "zen:event-type:ticket."
_KNOWN = """
agent_assignment_changed attachment_linked_to_comment attachment_redacted_from_comment brand_changed
comment_added comment_made_private comment_redacted custom_field_changed custom_status_changed
description_changed external_id_changed email_ccs_changed followers_changed form_changed
group_assignment_changed organization_changed priority_changed problem_link_changed
requester_changed status_changed subject_changed submitter_changed tags_changed task_due_at_changed
created marked_as_spam merged permanently_deleted soft_deleted type_changed sla_policy_changed
schedule_changed ola_policy_changed undeleted csat_requested csat_received next_sla_breach_changed
"""
USER_DELETED = "zen:event-type:user.deleted"
MESSAGE_ADDED = "zen:event-type:messaging_ticket.message_added"
EVENT_TYPES = frozenset(PREFIX + name for name in _KNOWN.split()) | {USER_DELETED, MESSAGE_ADDED}
BRAND_ID, FORM_ID = 360000146293, 50124257287449
CUSTOM_STATUS_IDS = {
    "new": 8593965,
    "open": 8593966,
    "pending": 8593967,
    "hold": 8593968,
    "solved": 8593969,
    "closed": 8593970,
}
_NANOSECOND_TAIL = 1000
# What the conversation log calls its authors, as a webhook's ``actor.type``.
_ACTORS = {"user": "end_user", "bot": "system"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as it is sent to every webhook that subscribed to its type."""

    id: str
    type: str
    body: bytes


def events_of(
    change: Change, *, account_id: int, subdomain: str, ids: Ids, comment_with_created: bool
) -> tuple[Event, ...]:
    """The events of one update, in the order they are sent."""
    parts = _parts(change, comment_with_created=comment_with_created)
    parts += _files(change, f"https://{subdomain}.zendesk.com/")
    sequence = ids.ulid()
    made = []
    for position, (name, part) in enumerate(parts, start=1):
        # tags_changed was seen without meta, the others with it.
        meta = {"sequence": {"id": sequence, "position": position}}
        event = part if name == "tags_changed" else {**part, "meta": meta}
        payload = {
            "account_id": account_id,
            "id": ids.uuid(),
            "subject": f"zen:ticket:{change.after.id}",
            "time": _time(change, position),
            "type": PREFIX + name,
            "zendesk_event_version": "2022-11-06",
            "detail": _detail(change.after, change.actor),
            "event": event,
        }
        text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
        body = text.encode(errors="replace")  # a lone surrogate has no UTF-8 form
        made.append(Event(str(payload["id"]), PREFIX + name, body))
    return tuple(made)


def event_about_ticket(
    name: str, ticket: Ticket, actor: User, part: Mapping[str, object], *, account_id: int, ids: Ids
) -> Event:
    """An event that no update makes, such as ``soft_deleted``. What it holds is unconfirmed."""
    about = {
        "subject": f"zen:ticket:{ticket.id}",
        "time": stamp(ticket.updated_at),
        "type": PREFIX + name,
        "detail": _detail(ticket, actor),
        "event": {**part, "meta": {"sequence": {"id": ids.ulid(), "position": 1}}},
    }
    return _sent(about, account_id=account_id, ids=ids)


def event_about_user(user: User, *, account_id: int, ids: Ids) -> Event:
    """That somebody was deleted, in the form of the documented events about users."""
    about = {
        "subject": f"zen:user:{user.id}",
        "time": stamp(user.created_at),
        "type": USER_DELETED,
        "detail": {
            "created_at": stamp(user.created_at),
            "email": user.email,
            "external_id": "",
            "default_group_id": "0",
            "id": str(user.id),
            "organization_id": "0",
            "role": user.role,
            "updated_at": stamp(user.created_at),
        },
        "event": {},
    }
    return _sent(about, account_id=account_id, ids=ids)


def event_about_message(ticket: Ticket, said: ChatMessage, *, account_id: int, ids: Ids) -> Event:
    """That somebody said something in a conversation.

    https://developer.zendesk.com/api-reference/webhooks/event-types/messaging-events
    """
    about = {
        "subject": f"zen:ticket:{ticket.id}",
        "time": f"{said.created_at:%Y-%m-%dT%H:%M:%S.%f}515Z",
        "type": MESSAGE_ADDED,
        "detail": {"id": str(ticket.id)},
        "event": {
            "actor": {
                "id": str(said.author_id),
                "name": said.name,
                "type": _ACTORS.get(said.kind, said.kind),
            },
            "conversation_id": f"{ticket.id:024x}",
            "message": {"body": said.text, "id": said.id},
        },
    }
    return _sent(about, account_id=account_id, ids=ids)


def _sent(about: Mapping[str, object], *, account_id: int, ids: Ids) -> Event:
    payload = {
        "account_id": account_id,
        "id": ids.uuid(),
        "zendesk_event_version": "2022-11-06",
        **about,
    }
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return Event(str(payload["id"]), str(about["type"]), text.encode(errors="replace"))


def _parts(change: Change, *, comment_with_created: bool) -> list[tuple[str, Mapping[str, object]]]:
    before, after = change.before, change.after
    parts: list[tuple[str, Mapping[str, object]]] = []
    if before is None:
        parts.append(("created", {}))
    if change.comment is not None and (before is not None or comment_with_created):
        parts.append(("comment_added", {"comment": _comment(change)}))
    if before is not None and before.status != after.status:
        parts.append(
            (
                "status_changed",
                {"current": after.status.upper(), "previous": before.status.upper()},
            )
        )
    if before is not None and before.tags != after.tags:
        added = sorted(set(after.tags) - set(before.tags))
        removed = sorted(set(before.tags) - set(after.tags))
        parts.append(("tags_changed", {"tags_added": added, "tags_removed": removed}))
    return parts


def _files(change: Change, base: str) -> list[tuple[str, Mapping[str, object]]]:
    comment = change.comment
    return [
        (
            "attachment_linked_to_comment",
            {
                "comment": {
                    "id": str(comment.id),
                    "attachment": {
                        "id": str(file.id),
                        "content_type": file.content_type,
                        "content_url": base + file.path,
                        "filename": file.file_name,
                        "is_public": comment.public,
                    },
                }
            },
        )
        for file in (() if comment is None else comment.attachments)
        if comment is not None
    ]


def _comment(change: Change) -> dict[str, object]:
    comment, author = change.comment, change.author
    if comment is None or author is None:
        raise ValueError("the change added no comment")
    return {
        "author": {"id": str(author.id), "is_staff": author.is_staff, "name": author.name},
        "body": comment.plain_body,
        "html_body": comment.html_body,
        "id": str(comment.id),
        "is_public": comment.public,
    }


def _detail(ticket: Ticket, actor: User) -> dict[str, object]:
    return {
        "actor_id": str(actor.id),
        "assignee_id": None if ticket.assignee_id is None else str(ticket.assignee_id),
        "brand_id": str(BRAND_ID),
        "created_at": stamp(ticket.created_at),
        "custom_status": str(CUSTOM_STATUS_IDS[ticket.status]),
        "description": ticket.comments[0].plain_body,
        "external_id": None,
        "form_id": str(FORM_ID),
        "group_id": str(ticket.group_id),
        "id": str(ticket.id),
        "is_public": ticket.is_public,
        "organization_id": None,
        "priority": None if ticket.priority is None else ticket.priority.upper(),
        "requester_id": str(ticket.requester_id),
        "status": ticket.status.upper(),
        "subject": ticket.subject,
        "submitter_id": str(ticket.submitter_id),
        "tags": list(ticket.tags) or None,
        "type": None,
        "updated_at": stamp(ticket.updated_at),
        "via": {"channel": ticket.channel},
    }


def _time(change: Change, position: int) -> str:
    moment = change.audit.created_at
    nanoseconds = (change.audit.id + position) % _NANOSECOND_TAIL
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}{nanoseconds:03d}Z"
