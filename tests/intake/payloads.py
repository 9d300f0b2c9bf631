"""Webhooks as Zendesk makes them, signed and sent to a running service."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

import requests
from sqlalchemy import func, select

from plugin.store import inbox
from plugin.store.schema import InboxEvent
from tests.bench.world import Bench

ACCOUNT = "2222096"
_SECONDS = 20
_numbers = count(1)


def fresh_id() -> str:
    """An event's id that no other test has used."""
    return f"01234567-89ab-7cde-8f01-{next(_numbers):012d}"


def event(
    kind: str = "comment_added", *, ticket: str = "1", message: str = "900001", **changes: Any
) -> dict[str, Any]:
    """A good payload, with a new id."""
    comment = {
        "author": {"id": "360000000009", "is_staff": False, "name": "Maya"},
        "body": "Where is it?",
        "id": message,
        "is_public": True,
    }
    return {
        "account_id": int(ACCOUNT),
        "id": fresh_id(),
        "subject": f"zen:ticket:{ticket}",
        "time": "2026-06-09T08:36:44.123456789Z",
        "type": f"zen:event-type:ticket.{kind}",
        "zendesk_event_version": "2022-11-06",
        "detail": {"id": ticket, "status": "OPEN", "tags": None},
        "event": {"comment": comment} if kind == "comment_added" else {},
        **changes,
    }


def encoded(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Base64 of the HMAC over stamp and raw body; the key is the secret's text."""
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def headers(
    bench: Bench,
    body: bytes,
    *,
    secret: str | None = None,
    age: timedelta = timedelta(),
    account: str = ACCOUNT,
) -> dict[str, str]:
    stamp = (bench.clock() - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Zendesk-Account-Id": account,
        "X-Zendesk-Webhook-Signature": signature(secret or bench.secret, stamp, body),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
    }


def post(
    bench: Bench,
    body: bytes | Mapping[str, Any],
    sent: Mapping[str, str] | None = None,
    *,
    path: str | None = None,
) -> requests.Response:
    raw = body if isinstance(body, bytes) else encoded(body)
    return requests.post(
        f"{bench.url}{path or f'/webhooks/zendesk/{bench.account_id}'}",
        data=raw,
        headers=headers(bench, raw) if sent is None else sent,
        timeout=_SECONDS,
    )


def stored(bench: Bench) -> int:
    """How many webhooks the database holds."""
    with bench.runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(InboxEvent)) or 0


def kept(bench: Bench, event_id: str) -> InboxEvent:
    """The stored webhook of that event."""
    with bench.runtime.database.read() as session:
        found = session.scalar(
            select(InboxEvent).where(
                InboxEvent.merchant_id == bench.scope.merchant_id,
                InboxEvent.event_id == event_id,
            )
        )
        assert found is not None
        return inbox.get(session, bench.scope, found.id)


def kept_raw(bench: Bench, body: bytes) -> InboxEvent:
    """The stored webhook of an unreadable body."""
    return kept(bench, f"sha256:{hashlib.sha256(body).hexdigest()}")
