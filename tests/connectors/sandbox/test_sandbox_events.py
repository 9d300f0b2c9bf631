import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, create_app
from connectors.sandbox.zendesk.signing import TEST_SECRET, signature

from .support import (
    ADMIN,
    ADMIN_TOKEN,
    AGENT,
    AGENT_ID,
    CUSTOMER_ID,
    Caller,
    Delivery,
    Receiver,
    hook,
)

ALL = ("created", "comment_added", "status_changed", "tags_changed")
Next = Callable[[], dict[str, Any]]


@pytest.fixture
def secret(admin: Caller, hook_url: str) -> str:
    made = admin.post("/api/v2/webhooks", hook(hook_url, *ALL))["webhook"]
    found = admin.get(f"/api/v2/webhooks/{made['id']}/signing_secret")["signing_secret"]
    assert found["algorithm"] == "SHA256"
    secret: str = found["secret"]
    return secret


def _event(delivery: Delivery) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(delivery.body)
    return payload


def _events(receiver: Receiver, count: int) -> list[dict[str, Any]]:
    return [_event(receiver.next()) for _ in range(count)]


def _names(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("zen:event-type:ticket.") for event in events]


def test_the_published_test_vector() -> None:
    assert (
        signature(TEST_SECRET, timestamp="2026-11-22T00:00:00Z", body=b'{"a":1}')
        == "1tRp+yD7sKYdyPUtOLF1GIluE6Mr2TxaAYBsxeVEveA="
    )


@pytest.mark.usefixtures("secret")
def test_a_new_ticket_sends_created_and_comment_added(admin: Caller, receiver: Receiver) -> None:
    ticket_id = admin.open_ticket(tags=["vip"])
    created, added = _events(receiver, 2)
    assert _names([created, added]) == ["created", "comment_added"]
    assert created["id"] != added["id"]
    ticket = admin.get(f"/api/v2/tickets/{ticket_id}.json")["ticket"]
    (comment,) = admin.get(f"/api/v2/tickets/{ticket_id}/comments.json")["comments"]
    sequence = added["event"]["meta"]["sequence"]["id"]
    assert added == {
        "account_id": 2222096,
        "id": added["id"],
        "subject": "zen:ticket:1",
        "time": added["time"],
        "type": "zen:event-type:ticket.comment_added",
        "zendesk_event_version": "2022-11-06",
        "detail": {
            "actor_id": str(CUSTOMER_ID),
            "assignee_id": None,
            "brand_id": "360000146293",
            "created_at": ticket["created_at"],
            "custom_status": "8593965",
            "description": "Where is my parcel?",
            "external_id": None,
            "form_id": "50124257287449",
            "group_id": "44897999201817",
            "id": "1",
            "is_public": True,
            "organization_id": None,
            "priority": None,
            "requester_id": str(CUSTOMER_ID),
            "status": "NEW",
            "subject": "Parcel",
            "submitter_id": str(CUSTOMER_ID),
            "tags": ["vip"],
            "type": None,
            "updated_at": ticket["updated_at"],
            "via": {"channel": "email"},
        },
        "event": {
            "comment": {
                "author": {"id": str(CUSTOMER_ID), "is_staff": False, "name": "Cleo"},
                "body": "Where is my parcel?",
                "html_body": comment["html_body"],
                "id": str(comment["id"]),
                "is_public": True,
            },
            "meta": {"sequence": {"id": sequence, "position": 2}},
        },
    }
    assert created["event"] == {"meta": {"sequence": {"id": sequence, "position": 1}}}
    assert created["detail"] == added["detail"]
    whole, _, fraction = added["time"].removesuffix("Z").partition(".")
    assert len(fraction) == 9
    assert fraction.isdigit()
    assert f"{whole}Z" == ticket["created_at"]


@pytest.mark.usefixtures("secret")
def test_one_put_with_note_and_tags_sends_both_events(admin: Caller, receiver: Receiver) -> None:
    admin.open_ticket(tags=["a", "b"])
    _events(receiver, 2)
    body = {
        "comment": {"body": "Note", "public": False, "author_id": AGENT_ID},
        "tags": ["b", "c"],
        "priority": "low",
    }
    admin.put("/api/v2/tickets/1.json", {"ticket": body})
    added, changed = _events(receiver, 2)
    assert _names([added, changed]) == ["comment_added", "tags_changed"]
    comment = added["event"]["comment"]
    assert comment["author"] == {"id": str(AGENT_ID), "is_staff": True, "name": "Ben"}
    assert comment["is_public"] is False
    assert added["detail"]["priority"] == "LOW"
    assert changed["event"] == {"tags_added": ["c"], "tags_removed": ["a"]}
    assert changed["detail"]["tags"] == ["b", "c"]


@pytest.mark.usefixtures("secret")
def test_a_customers_message_opens_a_solved_ticket_again(admin: Caller, receiver: Receiver) -> None:
    admin.open_ticket()
    admin.put("/sandbox/tickets/1/status", {"status": "solved", "agent": AGENT})
    admin.post("/sandbox/tickets/1/messages", {"text": "Still not here"})
    *_, solved, added, reopened = _events(receiver, 5)
    assert solved["event"]["current"] == "SOLVED"
    assert solved["event"]["previous"] == "NEW"
    assert solved["detail"]["actor_id"] == str(AGENT_ID)
    assert solved["detail"]["tags"] is None
    assert added["event"]["comment"]["body"] == "Still not here"
    assert (reopened["event"]["current"], reopened["event"]["previous"]) == ("OPEN", "SOLVED")
    assert reopened["detail"]["status"] == "OPEN"
    assert reopened["event"]["meta"]["sequence"]["position"] == 2


def test_headers_and_signature(admin: Caller, receiver: Receiver, secret: str) -> None:
    admin.open_ticket()
    first, second = receiver.next(), receiver.next()
    headers = first.headers
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["User-Agent"] == "Zendesk Webhook"
    assert headers["X-Zendesk-Account-Id"] == "2222096"
    assert len(headers["X-Zendesk-Webhook-Id"]) == 26
    assert len(headers["X-Zendesk-Webhook-Invocation-Id"]) == 26
    invocations = {each.headers["X-Zendesk-Webhook-Invocation-Id"] for each in (first, second)}
    assert len(invocations) == 2
    timestamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == signature(
        secret, timestamp=timestamp, body=first.body
    )
    assert len(timestamp) == len("2026-11-22T00:00:00Z")


def test_created_can_come_without_comment_added(
    config: SandboxConfig, receiver: Receiver, hook_url: str
) -> None:
    alone = create_app(replace(config, comment_with_created=False))
    with SandboxServer(alone) as running:
        admin = Caller(running.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.post("/api/v2/webhooks", hook(hook_url, *ALL))
        admin.open_ticket()
        admin.post("/sandbox/tickets/1/messages", {"text": "Hello?"})
        first, second = _events(receiver, 2)
    assert _names([first, second]) == ["created", "comment_added"]
    assert second["event"]["comment"]["body"] == "Hello?"


def test_an_offset_gives_other_ids(
    config: SandboxConfig, receiver: Receiver, hook_url: str
) -> None:
    seen = []
    for offset in (0, 0, 1000):
        with SandboxServer(create_app(replace(config, id_offset=offset))) as running:
            admin = Caller(running.url, (f"{ADMIN}/token", ADMIN_TOKEN))
            admin.post("/api/v2/webhooks", hook(hook_url, "comment_added"))
            ticket_id = admin.open_ticket()
            (event,) = _events(receiver, 1)
            seen.append((ticket_id, event["id"], event["event"]["comment"]["id"]))
    assert seen[0] == seen[1]
    assert all(one != other for one, other in zip(seen[0], seen[2], strict=True))
