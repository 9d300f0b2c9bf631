import json
from typing import Any

import pytest

from connectors.sandbox.zendesk.signing import TEST_SECRET, signature

from .support import ADMIN_ID, Caller, Receiver, hook

WEBHOOKS = "/api/v2/webhooks"


def _make(admin: Caller, endpoint: str, *names: str, **more: Any) -> str:
    webhook_id: str = admin.post(WEBHOOKS, hook(endpoint, *names, **more))["webhook"]["id"]
    return webhook_id


def _invocations(admin: Caller, webhook_id: str) -> list[dict[str, Any]]:
    admin.settle()
    found: list[dict[str, Any]] = admin.get(f"{WEBHOOKS}/{webhook_id}/invocations")["invocations"]
    return found


def test_a_webhook_is_made_listed_changed_and_deleted(admin: Caller) -> None:
    made = admin("POST", WEBHOOKS, hook("https://drafts.example/hook", "comment_added"))
    assert made.status_code == 201
    webhook = made.json()["webhook"]
    assert webhook["status"] == "active"
    assert webhook["created_by"] == str(ADMIN_ID)
    assert "secret" not in made.text
    path = f"{WEBHOOKS}/{webhook['id']}"
    assert admin.get(WEBHOOKS)["webhooks"] == [webhook]
    assert admin.get(path)["webhook"] == webhook
    assert admin("PATCH", path, {"webhook": {"status": "inactive"}}).status_code == 204
    assert admin.get(path)["webhook"]["status"] == "inactive"
    replaced = hook("https://other.example/hook", "created", name="Other")
    assert admin("PUT", path, replaced).status_code == 204
    after = admin.get(path)["webhook"]
    assert (after["name"], after["endpoint"]) == ("Other", "https://other.example/hook")
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404
    assert admin.get(WEBHOOKS)["webhooks"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"subscriptions": ["conditional_ticket_events", "zen:event-type:ticket.created"]},
        {"subscriptions": ["zen:event-type:ticket.updated"]},
        {"subscriptions": []},
        {"http_method": "GET"},
        {"request_format": "xml"},
        {"status": "on"},
        {"endpoint": "ftp://drafts.example"},
        {"endpoint": "http://["},
        {"authentication": {"type": "magic", "data": {}}},
    ],
)
def test_a_wrong_webhook_is_400(admin: Caller, wrong: dict[str, Any]) -> None:
    body = hook("https://drafts.example", "created", **wrong)
    refused = admin("POST", WEBHOOKS, body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "InvalidRequest"


def test_the_secret_can_be_reset(admin: Caller, receiver: Receiver, hook_url: str) -> None:
    path = f"{WEBHOOKS}/{_make(admin, hook_url, 'created')}/signing_secret"
    first = admin.get(path)["signing_secret"]
    second = admin.post(path, {})["signing_secret"]
    assert first["secret"] != second["secret"]
    assert admin.get(path)["signing_secret"] == second
    admin.open_ticket()
    got = receiver.next()
    stamp = got.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    expected = signature(second["secret"], timestamp=stamp, body=got.body)
    assert got.headers["X-Zendesk-Webhook-Signature"] == expected


def test_only_what_was_subscribed_to_is_sent(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    _make(admin, hook_url, "tags_changed")
    _make(admin, hook_url, "created", status="inactive")
    admin.open_ticket(tags=["a"])
    admin.post("/sandbox/tickets/1/tags", {"remove": ["a"]})
    admin.settle()
    assert receiver.got.qsize() == 1
    assert json.loads(receiver.next().body)["type"].endswith("tags_changed")


def test_deliveries_keep_their_order_and_are_logged(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    webhook_id = _make(admin, hook_url, "comment_added")
    admin.open_ticket(text="0")
    for number in range(1, 6):
        admin.post("/sandbox/tickets/1/messages", {"text": str(number)})
    bodies = [json.loads(receiver.next().body)["event"]["comment"]["body"] for _ in range(6)]
    assert bodies == ["0", "1", "2", "3", "4", "5"]
    invocations = _invocations(admin, webhook_id)
    assert [each["status"] for each in invocations] == ["success"] * 6
    path = f"{WEBHOOKS}/{webhook_id}/invocations/{invocations[0]['id']}/attempts"
    (attempt,) = admin.get(path)["attempts"]
    assert (attempt["status_code"], attempt["response"]["payload"]) == (200, "seen")
    assert json.loads(attempt["request"]["payload"])["event"]["comment"]["body"] == "0"
    missing = f"{WEBHOOKS}/{webhook_id}/invocations/nothing/attempts"
    assert admin("GET", missing).status_code == 404


@pytest.mark.parametrize(
    ("answers", "status", "requests"),
    [
        ([(409, {})], "success", 2),
        ([(409, {})] * 4, "client error", 4),
        ([(503, {"Retry-After": "0"}), (429, {"Retry-After": "0"})], "success", 3),
        ([(503, {})], "server error", 1),
        ([(503, {"Retry-After": "60"})], "server error", 1),
        ([(500, {})], "server error", 1),
        ([(401, {})], "client error", 1),
    ],
)
def test_which_answers_are_tried_again(
    admin: Caller,
    receiver: Receiver,
    hook_url: str,
    *,
    answers: list[tuple[int, dict[str, str]]],
    status: str,
    requests: int,
) -> None:
    for answer in answers:
        receiver.answers.put(answer)
    webhook_id = _make(admin, hook_url, "created")
    admin.open_ticket()
    (invocation,) = _invocations(admin, webhook_id)
    assert invocation["status"] == status
    got = [receiver.got.get_nowait() for _ in range(receiver.got.qsize())]
    assert len(got) == requests
    assert len({each.headers["X-Zendesk-Webhook-Invocation-Id"] for each in got}) == 1
    assert len({each.body for each in got}) == 1


def test_an_endpoint_that_is_down_holds_up_nothing(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    dead = _make(admin, "http://127.0.0.1:9/hook", "created")
    _make(admin, hook_url, "created")
    admin.open_ticket()
    assert receiver.next()
    (invocation,) = _invocations(admin, dead)
    assert (invocation["status"], invocation["status_code"]) == ("failed", None)


@pytest.mark.parametrize(
    ("authentication", "header", "value"),
    [
        ({"type": "bearer_token", "data": {"token": "t0"}}, "Authorization", "Bearer t0"),
        (
            {"type": "basic_auth", "data": {"username": "u", "password": "p"}},
            "Authorization",
            "Basic dTpw",
        ),
        ({"type": "api_key", "data": {"name": "X-Key", "value": "k0"}}, "X-Key", "k0"),
    ],
)
def test_a_webhook_brings_its_own_authentication_and_headers(
    admin: Caller,
    receiver: Receiver,
    hook_url: str,
    *,
    authentication: dict[str, Any],
    header: str,
    value: str,
) -> None:
    more = {
        "authentication": {**authentication, "add_position": "header"},
        "custom_headers": {"X-Mine": "yes"},
    }
    webhook_id = _make(admin, hook_url, "created", **more)
    shown = admin.get(f"{WEBHOOKS}/{webhook_id}")["webhook"]["authentication"]
    assert shown == {"type": authentication["type"], "add_position": "header"}
    admin.open_ticket()
    headers = receiver.next().headers
    assert (headers[header], headers["X-Mine"]) == (value, "yes")


def test_a_test_request_before_and_after_the_webhook_exists(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    body = {"request": {"endpoint": hook_url, "payload": '{"a":1}'}}
    answer = admin.post(f"{WEBHOOKS}/test", body)["response"]
    assert (answer["status"], answer["payload"]) == (200, "seen")
    got = receiver.next()
    stamp = got.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    sent = got.headers["X-Zendesk-Webhook-Signature"]
    assert sent == signature(TEST_SECRET, timestamp=stamp, body=b'{"a":1}')
    webhook_id = _make(admin, hook_url, "created")
    admin.post(f"{WEBHOOKS}/test?webhook_id={webhook_id}", {"request": {}})
    got = receiver.next()
    secret = admin.get(f"{WEBHOOKS}/{webhook_id}/signing_secret")["signing_secret"]["secret"]
    stamp = got.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    sent = got.headers["X-Zendesk-Webhook-Signature"]
    assert (got.body, sent) == (b"", signature(secret, timestamp=stamp, body=b""))
    assert admin("POST", f"{WEBHOOKS}/test?webhook_id=nothing", {}).status_code == 404


def test_a_header_that_http_cannot_carry_fails_one_delivery_only(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    broken = _make(admin, hook_url, "created", custom_headers={"X-Mine": "\u65e5\u672c"})
    _make(admin, hook_url, "created")
    admin.open_ticket()
    assert receiver.next()
    assert [each["status"] for each in _invocations(admin, broken)] == ["failed"]


def test_a_deleted_webhook_gets_nothing_more(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    webhook_id = _make(admin, hook_url, "created")
    admin("DELETE", f"{WEBHOOKS}/{webhook_id}")
    admin.open_ticket()
    admin.settle()
    assert receiver.got.empty()
    assert admin("GET", f"{WEBHOOKS}/{webhook_id}/invocations").status_code == 404
