"""What every shop adapter must do, whatever the vendor. Runs against a running shop."""

from collections.abc import Iterator

import pytest

from connectors.base import Commerce
from connectors.errors import AuthError
from connectors.registry import commerce
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shop import create_app

TOKEN = "sh0p-token"
EMAIL = "ann@example.com"


def order(number: str, email: str, placed_at: str) -> dict[str, object]:
    return {
        "id": number,
        "email": email,
        "currency": "USD",
        "total": "54.20",
        "placed_at": placed_at,
        "status": "shipped",
        "shipping": "4.20",
        "items": [{"id": "a", "title": "Mug", "price": "25.00", "quantity": 2}],
        "tracking_url": "https://track.example/1",
    }


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    orders = [
        order("1001", EMAIL, "2026-11-01T10:00:00Z"),
        order("1002", EMAIL, "2026-11-02T10:00:00Z"),
        order("1003", "eve@example.com", "2026-11-03T10:00:00Z"),
    ]
    with SandboxServer(create_app(orders, TOKEN)) as server:
        yield server.url


@pytest.fixture
def shop(url: str) -> Commerce:
    return commerce("shop_api", url, TOKEN, allow_private=True)


def test_an_order_is_read(shop: Commerce) -> None:
    found = shop.order("1002")
    assert found is not None
    assert (found.id, found.email, str(found.total)) == ("1002", EMAIL, "54.20 USD")
    assert found.items[0].quantity == 2


@pytest.mark.parametrize("order_id", ["9", "..", "", "a/b"])
def test_an_order_that_is_not_there_is_none(shop: Commerce, order_id: str) -> None:
    assert shop.order(order_id) is None


def test_a_customers_orders_are_theirs_and_newest_first(shop: Commerce) -> None:
    assert [one.id for one in shop.orders_of(EMAIL)] == ["1002", "1001"]
    assert shop.orders_of("nobody@example.com") == ()


def test_a_wrong_token_is_refused(url: str) -> None:
    with pytest.raises(AuthError):
        commerce("shop_api", url, "wrong", allow_private=True).order("1002")
