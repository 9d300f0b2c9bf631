"""Answers as Zendesk's REST API words them, and an account to ask for them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import responses

from connectors.base import AccountAccess
from connectors.types import Receipt, TagChange
from connectors.zendesk.helpdesk import ZendeskHelpdesk

BASE = "https://acme.zendesk.com"
API = f"{BASE}/api/v2"
TICKET = f"{API}/tickets/35.json"
COMMENTS = f"{API}/tickets/35/comments"
AUDITS = f"{API}/tickets/35/audits"
STAMP = "2026-11-22T09:00:00Z"
AT = "2026-11-22T09:00:01Z"

CUSTOMER = {"id": 500, "name": "Ann", "email": "ann@example.com", "role": "end-user"}
AGENT = {"id": 600, "name": "Bo", "email": "bo@acme.example", "role": "agent"}
ADMIN = {"id": 700, "name": "Bookbag", "email": "ai@acme.example", "role": "admin"}


def access(**credentials: str) -> AccountAccess:
    token = {"api_user": "ai@acme.example", "api_token": "t0ken-t0ken"}
    return AccountAccess(url=BASE, vendor_account="1", credentials=credentials or token)


def helpdesk() -> ZendeskHelpdesk:
    return ZendeskHelpdesk(access(), allow_private=False)


def ticket(*tags: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": 35,
        "url": TICKET,
        "subject": "Where is it?",
        "status": "open",
        "tags": list(tags),
        "requester_id": 500,
        "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": "2026-11-22T08:59:00Z",
        "updated_at": STAMP,
        **changes,
    }


def comment(number: int, author: int = 500, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "type": "Comment",
        "author_id": author,
        "body": f"body {number}",
        "plain_body": f"plain {number}",
        "html_body": f"<p>{number}</p>",
        "public": True,
        "attachments": [],
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
        "created_at": f"2026-11-22T09:00:{number % 60:02}Z",
        "metadata": {"system": {}, "custom": {}},
        **changes,
    }


def audit(
    number: int, *events: dict[str, Any], effect: str | None = None, **changes: Any
) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": 35,
        "author_id": 700,
        "created_at": AT,
        "events": list(events),
        "metadata": {
            "system": {"client": "x", "ip_address": "192.0.2.1"},
            "custom": {"bookbag_effect": effect} if effect else {},
        },
        "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
        **changes,
    }


def wrote(number: int) -> dict[str, Any]:
    return {"id": number, "type": "Comment", "public": False, "author_id": 700, "body": "…"}


def retagged(before: Sequence[str], after: Sequence[str]) -> dict[str, Any]:
    return {
        "id": 9,
        "type": "Change",
        "field_name": "tags",
        "previous_value": list(before),
        "value": list(after),
    }


def updated(*events: dict[str, Any]) -> dict[str, Any]:
    return {"ticket": ticket(), "audit": audit(1, *events)}


def sent(method: str = "PUT") -> list[dict[str, Any]]:
    """The tickets of the PUTs so far."""
    return [
        json.loads(call.request.body or "{}")["ticket"]
        for call in responses.calls
        if call.request.method == method
    ]


def stands(*tags: str, **changes: Any) -> responses.BaseResponse:
    edge: responses.BaseResponse = responses.get(TICKET, json={"ticket": ticket(*tags, **changes)})
    return edge


def takes(*events: dict[str, Any]) -> responses.BaseResponse:
    edge: responses.BaseResponse = responses.put(TICKET, json=updated(*events))
    return edge


NO_TAGS = TagChange()
DRAFT = TagChange(add=frozenset({"bookbag_draft"}))
DONE = Receipt("901", datetime(2026, 11, 22, 9, 0, 1, tzinfo=UTC))
