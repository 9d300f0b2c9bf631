"""Only what is signed, fresh and for this account comes in; nothing else leaves a trace."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
import requests

from plugin import onboarding
from plugin.jobs import JobName
from plugin.models import InboxState
from tests.bench.world import Bench
from tests.intake.payloads import (
    ACCOUNT,
    encoded,
    event,
    headers,
    kept,
    post,
    signature,
    stored,
)

MINUTE = timedelta(minutes=1)
Headers = Mapping[str, str]


def test_the_published_example_of_a_signature() -> None:
    secret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    made = signature(secret, "2026-11-22T00:00:00Z", b'{"a":1}')
    assert made == "1tRp+yD7sKYdyPUtOLF1GIluE6Mr2TxaAYBsxeVEveA="


def test_a_good_webhook_is_stored_and_its_job_asked_for(door: Bench) -> None:
    payload = event()
    before = len(door.queue.waiting)
    answer = post(door, payload)
    assert (answer.status_code, answer.json()) == (200, {"state": "accepted", "new": True})
    row = kept(door, payload["id"])
    assert (row.state, row.ticket_id, row.message_id) == (InboxState.ACCEPTED, "1", "900001")
    assert row.body == encoded(payload)
    (asked,) = door.queue.waiting[before:]
    assert (asked.name, asked.scope, asked.thing_id) == (JobName.HANDLE_EVENT, door.scope, row.id)


def test_the_same_event_again_is_stored_once_and_asked_for_once(door: Bench) -> None:
    payload = event()
    post(door, payload)
    before, waiting = stored(door), len(door.queue.waiting)
    answer = post(door, payload)
    assert (answer.status_code, answer.json()["new"]) == (200, False)
    assert (stored(door), len(door.queue.waiting)) == (before, waiting)


def test_no_json_content_type_is_needed(door: Bench) -> None:
    body = encoded(event())
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        sent = {**headers(door, body), "Content-Type": kind}
        assert post(door, body, sent).status_code == 200


def without(name: str) -> Callable[[Headers], Headers]:
    return lambda sent: {key: value for key, value in sent.items() if key != name}


def having(name: str, value: str) -> Callable[[Headers], Headers]:
    return lambda sent: {**sent, name: value}


SIGNATURE = "X-Zendesk-Webhook-Signature"
STAMP = "X-Zendesk-Webhook-Signature-Timestamp"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(without(SIGNATURE), id="no signature"),
        pytest.param(without(STAMP), id="no timestamp"),
        pytest.param(without("X-Zendesk-Account-Id"), id="no account"),
        pytest.param(lambda _: {}, id="nothing at all"),
        pytest.param(having(SIGNATURE, ""), id="empty signature"),
        pytest.param(having(SIGNATURE, "A" * 44), id="made-up signature"),
        pytest.param(having(SIGNATURE, "é" * 44), id="signature that is not ASCII"),
        pytest.param(having(STAMP, "2026-11-22T00:00:00Z"), id="another timestamp"),
        pytest.param(having("X-Zendesk-Account-Id", "2222097"), id="another account"),
        pytest.param(having("X-Zendesk-Account-Id", f"0{ACCOUNT}"), id="nearly the account"),
    ],
)
def test_what_is_not_signed_for_us_is_refused_and_not_stored(
    door: Bench, change: Callable[[Headers], Headers]
) -> None:
    body = encoded(event())
    before = stored(door)
    sent = {name: value.encode("latin-1") for name, value in change(headers(door, body)).items()}
    answer = post(door, body, sent)  # type: ignore[arg-type] # bytes, so that é can be sent
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"
    assert stored(door) == before


@pytest.mark.parametrize("stamp", ["", "now", "2026-11-22", "2026-11-22T00:00:00", "9" * 400])
def test_a_timestamp_that_is_none_is_refused_though_it_is_signed(door: Bench, stamp: str) -> None:
    body = encoded(event())
    before = stored(door)
    sent = {**headers(door, body), STAMP: stamp, SIGNATURE: signature(door.secret, stamp, body)}
    assert post(door, body, sent).status_code == 401
    assert stored(door) == before


@pytest.mark.parametrize(
    ("age", "status"),
    [(6 * MINUTE, 401), (-6 * MINUTE, 401), (4 * MINUTE, 200), (-4 * MINUTE, 200)],
)
def test_five_minutes_either_way_is_fresh(door: Bench, age: timedelta, status: int) -> None:
    body = encoded(event())
    before = stored(door)
    assert post(door, body, headers(door, body, age=age)).status_code == status
    assert stored(door) == before + (status == 200)


def test_a_body_changed_on_the_way_is_refused(door: Bench) -> None:
    body = encoded(event())
    before = stored(door)
    sent = headers(door, body)
    for changed in (body + b" ", body[:-1], body.replace(b'"1"', b'"2"'), b""):
        assert post(door, changed, sent).status_code == 401
    assert stored(door) == before


def test_another_accounts_secret_is_no_use(door: Bench) -> None:
    body = encoded(event())
    assert post(door, body, headers(door, body, secret="another")).status_code == 401


def test_the_vendors_published_test_secret_is_not_accepted(door: Bench) -> None:
    body = encoded(event())
    secret = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    assert post(door, body, headers(door, body, secret=secret)).status_code == 401


def test_while_a_secret_is_rotated_both_are_accepted(door: Bench) -> None:
    merchant_id = door.scope.merchant_id
    onboarding.add_webhook_secret(door.runtime, merchant_id, door.account_id, "the next one")
    for secret in (door.secret, "the next one"):
        body = encoded(event())
        assert post(door, body, headers(door, body, secret=secret)).status_code == 200
    body = encoded(event())
    assert post(door, body, headers(door, body, secret="neither")).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/zendesk/00000000000000000000000000000000",
        "/webhooks/zendesk/%00",
        "/webhooks/zendesk/%ED%A0%80",
        "/webhooks/zendesk/%F0%9F%93%A6",
        f"/webhooks/zendesk/{'a' * 4000}",
        "/webhooks/zendesk/",
        "/webhooks/gorgias/{account}",
        "/webhooks/%00/{account}",
        "/webhooks/zendesk/{account}x",
    ],
)
def test_an_account_that_is_not_there_is_not_found(door: Bench, path: str) -> None:
    before = stored(door)
    answer = post(door, event(), path=path.format(account=door.account_id))
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert stored(door) == before


def test_what_is_larger_than_a_mebibyte_is_refused(door: Bench) -> None:
    most = 1024 * 1024
    before = stored(door)
    assert post(door, b" " * (most + 1)).status_code == 413
    assert stored(door) == before
    assert post(door, b" " * most).status_code == 200


def test_only_posts_are_taken(door: Bench) -> None:
    address = f"{door.url}/webhooks/zendesk/{door.account_id}"
    for method in ("GET", "PUT", "DELETE"):
        assert requests.request(method, address, timeout=10).status_code == 405
