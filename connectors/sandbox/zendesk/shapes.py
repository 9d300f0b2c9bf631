"""Records as Zendesk's JSON."""

from collections.abc import Mapping

from connectors.sandbox.zendesk.config import DEFAULT_GROUP
from connectors.sandbox.zendesk.events import BRAND_ID, CUSTOM_STATUS_IDS, FORM_ID
from connectors.sandbox.zendesk.records import (
    Attachment,
    Audit,
    Comment,
    Group,
    Ticket,
    User,
    stamp,
)
from connectors.sandbox.zendesk.webhooks import Attempt, Invocation, Webhook

Json = dict[str, object]
_NOWHERE: Json = {"from": {}, "to": {}, "rel": None}
_SYSTEM = {"client": "sandbox", "ip_address": "127.0.0.1"}


def user_json(user: User, base: str) -> Json:
    """A user. `base` is the account's address, with its slash."""
    return {
        "id": user.id,
        "url": f"{base}api/v2/users/{user.id}.json",
        "name": user.name,
        "email": user.email,
        "created_at": stamp(user.created_at),
        "updated_at": stamp(user.created_at),
        "time_zone": "UTC",
        "phone": None,
        "photo": None,
        "locale": "en-US",
        "role": user.role,
        "verified": True,
        "active": user.active,
        "suspended": False,
        "tags": [],
    }


def group_json(group: Group, base: str) -> Json:
    """A group. `base` is the account's address, with its slash."""
    return {
        "id": group.id,
        "url": f"{base}api/v2/groups/{group.id}.json",
        "name": group.name,
        "description": "",
        "default": group.name == DEFAULT_GROUP,
        "deleted": False,
        "is_public": True,
        "created_at": stamp(group.created_at),
        "updated_at": stamp(group.created_at),
    }


def ticket_json(ticket: Ticket, base: str) -> Json:
    """A ticket. `base` is the account's address, with its slash."""
    return {
        "id": ticket.id,
        "url": f"{base}api/v2/tickets/{ticket.id}.json",
        "external_id": None,
        "via": _via(ticket),
        "created_at": stamp(ticket.created_at),
        "updated_at": ticket.stamp,
        "type": None,
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": ticket.comments[0].plain_body,
        "priority": ticket.priority,
        "status": ticket.status,
        "recipient": None,
        "requester_id": ticket.requester_id,
        "submitter_id": ticket.submitter_id,
        "assignee_id": ticket.assignee_id,
        "organization_id": None,
        "group_id": ticket.group_id,
        "collaborator_ids": list(ticket.email_cc_ids),
        "follower_ids": [],
        "email_cc_ids": list(ticket.email_cc_ids),
        "problem_id": None,
        "has_incidents": False,
        "is_public": ticket.is_public,
        "due_at": None,
        "tags": list(ticket.tags),
        "custom_fields": [],
        "custom_status_id": CUSTOM_STATUS_IDS[ticket.status],
        "ticket_form_id": FORM_ID,
        "brand_id": BRAND_ID,
        "from_messaging_channel": ticket.chat is not None,
    }


def comment_json(comment: Comment, base: str) -> Json:
    """A comment. It has no role of its own, and no custom metadata: that is in the audit.

    `base` is the account's address, with its slash.
    """
    return {
        "id": comment.id,
        "type": "Comment",
        "author_id": comment.author_id,
        "body": comment.plain_body,
        "html_body": comment.html_body,
        "plain_body": comment.plain_body,
        "public": comment.public,
        "attachments": [attachment_json(file, base) for file in comment.attachments],
        "audit_id": comment.audit_id,
        "via": _via(comment),
        "created_at": stamp(comment.created_at),
        "metadata": {"system": _SYSTEM},
    }


def attachment_json(file: Attachment, base: str) -> Json:
    """A file. https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/."""
    return {
        "url": f"{base}api/v2/attachments/{file.id}.json",
        "id": file.id,
        "file_name": file.file_name,
        "content_url": base + file.path,
        "mapped_content_url": base + file.path,
        "content_type": file.content_type,
        "size": file.size,
        "width": None,
        "height": None,
        "inline": False,
        "deleted": False,
        "malware_access_override": False,
        "malware_scan_result": "malware_not_found",
        "thumbnails": [],
    }


def audit_json(audit: Audit) -> Json:
    """An update."""
    return {
        "id": audit.id,
        "ticket_id": audit.ticket_id,
        "created_at": stamp(audit.created_at),
        "author_id": audit.author_id,
        "metadata": {"system": _SYSTEM, "custom": dict(audit.custom)},
        "via": _via(audit),
        "events": [dict(event) for event in audit.events],
    }


def webhook_json(webhook: Webhook) -> Json:
    """A webhook, without its secret and without the data of its authentication."""
    settings = webhook.settings
    shape: Json = {
        "id": webhook.id,
        "name": settings.name,
        "description": settings.description,
        "status": settings.status,
        "endpoint": settings.endpoint,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": list(settings.subscriptions),
        "custom_headers": dict(settings.custom_headers),
        "created_at": stamp(webhook.created_at),
        "created_by": str(webhook.created_by),
        "updated_at": stamp(webhook.updated_at),
    }
    if settings.authentication is not None:
        shape["authentication"] = {
            "type": settings.authentication["type"],
            "add_position": "header",
        }
    return shape


def invocation_json(invocation: Invocation) -> Json:
    """One line of the delivery log."""
    last = invocation.attempts[-1] if invocation.attempts else None
    return {
        "id": invocation.id,
        "event_type": invocation.event_type,
        "status": invocation.status,
        "status_code": None if last is None else last.status_code,
        "latest_completed_at": None if last is None else stamp(last.completed_at),
    }


def attempt_json(attempt: Attempt, *, invocation_id: str, number: int) -> Json:
    """One HTTP request of a delivery."""
    return {
        "id": f"{invocation_id}-{number}",
        "invocation_id": invocation_id,
        "status": attempt.status,
        "status_code": attempt.status_code,
        "completed_at": stamp(attempt.completed_at),
        "request": {
            "endpoint": attempt.endpoint,
            "headers": _pairs(attempt.request_headers),
            "payload": attempt.payload,
        },
        "response": response_json(attempt),
    }


def response_json(attempt: Attempt) -> Json:
    """What an endpoint answered; status 504 where it did not in time, 0 where it did not at all."""
    silent = 504 if attempt.status == "timeout" else 0
    return {
        "status": silent if attempt.status_code is None else attempt.status_code,
        "headers": _pairs(attempt.response_headers),
        "payload": attempt.response_body,
    }


def _via(one: Ticket | Comment | Audit) -> Json:
    return {"channel": one.channel, "source": dict(one.source or _NOWHERE)}


def _pairs(headers: Mapping[str, str]) -> list[Json]:
    return [{"key": key, "value": value} for key, value in headers.items()]
