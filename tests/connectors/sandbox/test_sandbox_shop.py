from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shop import create_app

from .support import Caller

TOKEN = "shop-token"


def _order(order_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": order_id,
        "email": "cleo@home.example",
        "currency": "USD",
        "total": "54.20",
        "placed_at": "2026-11-01T10:00:00Z",
        "status": "shipped",
        "shipping": "4.20",
        "items": [{"id": "i1", "title": "Mug", "price": "25.00", "quantity": 2}],
        **more,
    }


ORDERS = [
    _order("1001"),
    _order("1003", placed_at="2026-11-03T00:30:00+02:00", refunded="10.00"),
    _order("1002", placed_at="2026-11-02T23:00:00+00:00", tracking_url="https://t.example/1"),
    _order("#7", email="other@home.example"),
]


@pytest.fixture
def shop() -> Iterator[Caller]:
    with SandboxServer(create_app(ORDERS, TOKEN)) as running:
        yield Caller(running.url, headers={"Authorization": f"Bearer {TOKEN}"})


def test_an_order_comes_as_it_was_given(shop: Caller) -> None:
    assert shop.get("/orders/1002") == ORDERS[2]
    assert shop.get("/orders/%237") == ORDERS[3]


def test_a_missing_order_is_404(shop: Caller) -> None:
    missing = shop("GET", "/orders/9999")
    assert missing.status_code == 404
    assert missing.json() == {"error": {"code": "not_found", "message": "there is no order 9999"}}


def test_a_customers_orders_come_newest_first(shop: Caller) -> None:
    orders = shop.get("/orders?email=Cleo@Home.example")["orders"]
    assert [order["id"] for order in orders] == ["1002", "1003", "1001"]
    assert shop.get("/orders?email=nobody@home.example") == {"orders": []}


def test_an_address_is_needed(shop: Caller) -> None:
    assert shop("GET", "/orders").json()["error"]["code"] == "invalid"
    assert shop("GET", "/orders?email=").status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {TOKEN}", "Bearer"])
def test_the_token_is_needed(shop: Caller, header: str) -> None:
    refused = Caller(shop.base, headers={"Authorization": header})("GET", "/orders/1001")
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "unauthorized"


def test_orders_are_only_read(shop: Caller) -> None:
    refused = shop("DELETE", "/orders/1001")
    assert (refused.status_code, refused.json()["error"]["code"]) == (405, "method_not_allowed")
    assert shop("GET", "/else").json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"total": 54.2}, "total is 54.2"),
        ({"shipping": "-1"}, "shipping is '-1'"),
        ({"items": [{"id": "i", "title": "Mug", "price": 1, "quantity": 1}]}, r"items\[0\].price"),
        ({"placed_at": "yesterday"}, "placed_at"),
        ({"id": 7}, "strings"),
    ],
)
def test_a_wrong_order_is_refused_at_the_start(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create_app([_order("1", **wrong)], TOKEN)


def test_orders_must_be_whole_and_different_and_the_token_not_empty() -> None:
    with pytest.raises(ValueError, match="email is missing"):
        create_app([{"id": "1"}], TOKEN)
    with pytest.raises(ValueError, match="two of them"):
        create_app([_order("1"), _order("1")], TOKEN)
    with pytest.raises(ValueError, match="token"):
        create_app([], "")
