"""Each fault of a delivery: what the endpoint gets, and what the logs say."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, create_app
from connectors.sandbox.zendesk.signing import signature

from .support import ADMIN, ADMIN_TOKEN, DEADLINE_SECONDS, Caller, Delivery, Receiver, hook

WEBHOOKS = "/api/v2/webhooks"
FAULTS = "/sandbox/webhook-faults"


@pytest.fixture
def webhook(admin: Caller, hook_url: str) -> str:
    webhook_id: str = admin.post(WEBHOOKS, hook(hook_url, "created"))["webhook"]["id"]
    return webhook_id


def arm(caller: Caller, fault: str, **more: Any) -> dict[str, Any]:
    armed = caller("POST", FAULTS, {"fault": fault, **more})
    assert armed.status_code == 201, armed.text
    shown: dict[str, Any] = armed.json()
    return shown


def pending(caller: Caller) -> int:
    count: int = caller.get("/sandbox/idle")["pending_deliveries"]
    return count


def until_pending(caller: Caller, at_most: int) -> None:
    """Wait until no more deliveries than that are under way."""
    end = time.monotonic() + DEADLINE_SECONDS
    while pending(caller) > at_most:
        assert time.monotonic() < end, "the deliveries do not end"
        time.sleep(0.002)


def ticket(delivery: Delivery) -> int:
    return int(json.loads(delivery.body)["detail"]["id"])


def invocations(admin: Caller, webhook: str) -> list[str]:
    listed = admin.get(f"{WEBHOOKS}/{webhook}/invocations")["invocations"]
    return [each["status"] for each in listed]


def is_signed(admin: Caller, webhook: str, delivery: Delivery) -> bool:
    secret = admin.get(f"{WEBHOOKS}/{webhook}/signing_secret")["signing_secret"]["secret"]
    stamp = delivery.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    expected = signature(secret, timestamp=stamp, body=delivery.body)
    return delivery.headers["X-Zendesk-Webhook-Signature"] == expected


def test_twice_is_the_same_event_in_two_invocations(
    admin: Caller, receiver: Receiver, webhook: str
) -> None:
    arm(admin, "twice", deliveries=1)
    admin.open_ticket()
    admin.open_ticket()
    got = [receiver.next() for _ in range(3)]
    admin.settle()
    assert [ticket(one) for one in got] == [1, 1, 2]
    assert got[0].body == got[1].body
    named = {one.headers["X-Zendesk-Webhook-Invocation-Id"] for one in got}
    assert len(named) == 3
    assert all(is_signed(admin, webhook, one) for one in got)
    assert invocations(admin, webhook) == ["success"] * 3


def test_late_is_overtaken_and_comes_in_its_time(
    admin: Caller, receiver: Receiver, webhook: str
) -> None:
    arm(admin, "late", deliveries=1, seconds=1)
    started = time.monotonic()
    for _ in range(2):
        admin.open_ticket()
    assert [ticket(receiver.next()) for _ in range(2)] == [2, 1]
    assert time.monotonic() - started >= 1
    admin.settle()
    assert invocations(admin, webhook) == ["success"] * 2


def test_late_counts_as_pending_and_can_be_flushed(
    admin: Caller, receiver: Receiver, webhook: str
) -> None:
    arm(admin, "late", deliveries=1, seconds=3600)
    admin.open_ticket()
    admin.open_ticket()
    assert ticket(receiver.next()) == 2
    until_pending(admin, 1)
    assert admin.get(FAULTS)["held"] == 1
    assert invocations(admin, webhook) == ["accepted", "success"]
    assert admin.post(f"{FAULTS}/flush", {}) == {"flushed": 1}
    assert ticket(receiver.next()) == 1
    admin.settle()
    assert admin.post(f"{FAULTS}/flush", {}) == {"flushed": 0}


def test_out_of_order_comes_after_the_next(admin: Caller, receiver: Receiver, webhook: str) -> None:
    arm(admin, "out_of_order", deliveries=2)
    for number in range(1, 5):
        admin.open_ticket()
        if number == 2:
            assert (pending(admin), receiver.got.empty()) == (2, True)
    assert [ticket(receiver.next()) for _ in range(4)] == [3, 1, 2, 4]
    admin.settle()
    assert invocations(admin, webhook) == ["success"] * 4


def test_out_of_order_waits_for_one_of_its_own_webhook(
    admin: Caller, receiver: Receiver, hook_url: str, webhook: str
) -> None:
    arm(admin, "out_of_order", deliveries=1)
    admin.post(WEBHOOKS, hook(hook_url, "created"))
    admin.open_ticket()
    assert receiver.next().headers["X-Zendesk-Webhook-Id"] != webhook
    until_pending(admin, 1)
    assert invocations(admin, webhook) == ["accepted"]
    admin.post(f"{FAULTS}/flush", {})
    assert receiver.next().headers["X-Zendesk-Webhook-Id"] == webhook
    admin.settle()


def test_disarming_sends_what_is_held(admin: Caller, receiver: Receiver, webhook: str) -> None:
    arm(admin, "out_of_order")
    admin.open_ticket()
    told = admin("DELETE", FAULTS).json()
    assert (told["held"], told["faults"][0]["fired"]) == (1, 1)
    assert ticket(receiver.next()) == 1
    admin.settle()
    assert invocations(admin, webhook) == ["success"]
    assert admin.get(FAULTS) == {"faults": [], "held": 0}


def test_lost_is_logged_and_never_sent(admin: Caller, receiver: Receiver, webhook: str) -> None:
    arm(admin, "lost", deliveries=1)
    admin.open_ticket()
    assert pending(admin) == 0
    admin.open_ticket()
    assert ticket(receiver.next()) == 2
    admin.settle()
    assert receiver.got.empty()
    assert invocations(admin, webhook) == ["circuit broken", "success"]
    log = admin.get("/sandbox/log")["webhook_faults"]
    assert [(one["fault"], one["event_type"], one["webhook_id"]) for one in log] == [
        ("lost", "zen:event-type:ticket.created", webhook)
    ]
    path = f"{WEBHOOKS}/{webhook}/invocations/{log[0]['invocation_id']}/attempts"
    never = admin.get(path)["attempts"][0]
    assert never["status_code"] is None
    assert json.loads(never["request"]["payload"])["id"] == log[0]["event_id"]


def test_a_wrong_signature_over_the_right_body(
    admin: Caller, receiver: Receiver, webhook: str
) -> None:
    arm(admin, "wrong_signature", deliveries=1)
    admin.open_ticket()
    admin.open_ticket()
    got = [receiver.next(), receiver.next()]
    assert [is_signed(admin, webhook, one) for one in got] == [False, True]


@pytest.mark.parametrize(("given", "age"), [({}, 3600), ({"seconds": 301}, 301)])
def test_a_stale_stamp_is_signed_well(
    admin: Caller, receiver: Receiver, webhook: str, given: dict[str, int], age: int
) -> None:
    arm(admin, "stale_stamp", deliveries=1, **given)
    admin.open_ticket()
    got = receiver.next()
    stamp = datetime.fromisoformat(got.headers["X-Zendesk-Webhook-Signature-Timestamp"])
    assert age - 1 <= (datetime.now(UTC) - stamp).total_seconds() <= age + 30
    assert is_signed(admin, webhook, got)


def test_a_share_of_deliveries_and_some_first(
    admin: Caller, receiver: Receiver, webhook: str
) -> None:
    arm(admin, "lost", after=2, share=0.5, seed=1)
    for _ in range(20):
        admin.open_ticket()
    admin.settle()
    statuses = invocations(admin, webhook)
    lost = statuses.count("circuit broken")
    assert statuses[:2] == ["success", "success"]
    assert 3 <= lost <= 15
    assert receiver.got.qsize() == 20 - lost
    shown = admin.get(FAULTS)["faults"][0]
    assert (shown["seen"], shown["fired"], shown["left"]) == (20, lost, None)
    assert len(admin.get("/sandbox/log")["webhook_faults"]) == lost


def test_what_is_held_does_not_hold_up_a_stop(config: SandboxConfig, hook_url: str) -> None:
    with SandboxServer(create_app(config)) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.post(WEBHOOKS, hook(hook_url, "created"))
        arm(admin, "late", seconds=60)
        admin.open_ticket()
        started = time.monotonic()
    assert time.monotonic() - started < 2


def test_a_wrong_fault_is_refused_and_not_armed(admin: Caller) -> None:
    refused = admin("POST", FAULTS, {"fault": "late", "seconds": -1})
    assert refused.status_code == 422
    assert refused.json()["description"].startswith("seconds: expected a number")
    assert admin.get(FAULTS)["faults"] == []
