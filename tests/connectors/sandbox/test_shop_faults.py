import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shop import create_app

from .support import Caller

TOKEN = "shop-token"
ORDER = {
    "id": "1001",
    "email": "cleo@home.example",
    "currency": "USD",
    "total": "54.20",
    "placed_at": "2026-11-01T10:00:00Z",
    "status": "shipped",
    "shipping": "4.20",
    "items": [{"id": "i1", "title": "Mug", "price": "25.00", "quantity": 2}],
}
PATH = "/orders/1001"


@pytest.fixture
def shop() -> Iterator[Caller]:
    with SandboxServer(create_app([ORDER], TOKEN)) as running:
        yield Caller(running.url, headers={"Authorization": f"Bearer {TOKEN}"})


def arm(shop: Caller, fault: int | str, **more: Any) -> None:
    # Without the token: the control calls are the test's own.
    armed = Caller(shop.base)("POST", "/sandbox/faults", {"fault": fault, **more})
    assert armed.status_code == 201, armed.text


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "unauthorized"),
        (404, "not_found"),
        (409, "conflict"),
        (422, "unprocessable_entity"),
        (429, "too_many_requests"),
        (500, "internal_server_error"),
        (503, "service_unavailable"),
    ],
)
def test_a_refusal_in_the_shops_shape(shop: Caller, status: int, code: str) -> None:
    arm(shop, status, calls=1)
    refused = shop("GET", PATH)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert refused.headers.get("Retry-After") == ("1" if status == 429 else None)
    log = Caller(shop.base).get("/sandbox/log")
    assert log["reads"] == {}
    assert [(one["fault"], one["done"], one["answer"]) for one in log["faults"]] == [
        (status, False, status)
    ]
    assert shop.get(PATH) == ORDER
    assert Caller(shop.base).get("/sandbox/log")["reads"] == {"GET /orders/<order_id>": 1}


def test_502_is_a_proxys_page(shop: Caller) -> None:
    arm(shop, 502, calls=1)
    assert "<h1>502 Bad Gateway</h1>" in shop("GET", PATH).text


def test_dropped_and_slow(shop: Caller) -> None:
    arm(shop, "dropped", calls=1)
    arm(shop, "slow", calls=1, seconds=0.02)
    with pytest.raises(requests.ConnectionError):
        shop("GET", PATH)
    started = time.monotonic()
    assert shop.get(PATH) == ORDER
    assert time.monotonic() - started >= 0.02
    log = shop.get("/sandbox/log")
    assert log["reads"] == {"GET /orders/<order_id>": 2}
    assert [(one["done"], one["answer"]) for one in log["faults"]] == [(True, None), (True, 200)]


def test_time_out_reads_nothing(shop: Caller) -> None:
    arm(shop, "time_out", match={"path": "/orders"})
    with pytest.raises(requests.ReadTimeout):
        requests.get(shop.base + PATH, headers=shop.headers, timeout=0.05)
    assert shop.get("/sandbox/log")["reads"] == {}
    assert shop("DELETE", "/sandbox/faults").json()["faults"][0]["fired"] == 1
    assert shop.get(PATH) == ORDER


def test_a_wrong_fault_is_422(shop: Caller) -> None:
    assert shop("POST", "/sandbox/faults", {"fault": "odd"}).status_code == 422


def test_reading_still_needs_the_token(shop: Caller) -> None:
    assert Caller(shop.base)("GET", PATH).status_code == 401
    assert Caller(shop.base)("GET", "/sandbox/nothing").status_code == 404
