from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from responses.matchers import header_matcher, query_param_matcher

from connectors.errors import (
    AuthError,
    ConnectorError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.shop_api import ShopApi

from .order_sample import ORDER

URL = "https://shop.example/api"
TOKEN = "sh0p-token"


@pytest.fixture
def _edge() -> Iterator[None]:
    with responses.mock:
        yield


pytestmark = pytest.mark.usefixtures("_edge")


def shop() -> ShopApi:
    return ShopApi(URL, TOKEN, allow_private=False)


def orders(*found: Any) -> None:
    responses.get(
        f"{URL}/orders",
        json={"orders": list(found)},
        match=[
            query_param_matcher({"email": "ann+a&b@example.com"}),
            header_matcher({"Authorization": f"Bearer {TOKEN}"}),
        ],
    )


def theirs(number: int, **changes: Any) -> dict[str, Any]:
    mine = {"id": str(number), "email": "Ann+a&b@example.com"}
    return ORDER | mine | {"placed_at": f"2026-11-{number:02}T00:00:00Z"} | changes


def test_an_order_by_its_id() -> None:
    responses.get(
        f"{URL}/orders/1002",
        json=ORDER,
        match=[header_matcher({"Authorization": f"Bearer {TOKEN}"})],
    )
    order = shop().order("1002")
    assert order is not None
    assert str(order.total) == "54.20 USD"


def test_an_order_that_is_not_there() -> None:
    responses.get(f"{URL}/orders/1", status=404)
    assert shop().order("1") is None


@pytest.mark.parametrize(
    ("order_id", "path"),
    [("#1002", "%231002"), ("a/../b", "a%2F..%2Fb"), ("a?b=c", "a%3Fb%3Dc"), ("ü", "%C3%BC")],
)
def test_an_id_is_one_part_of_the_path(order_id: str, path: str) -> None:
    edge = responses.get(f"{URL}/orders/{path}", json=ORDER)
    assert shop().order(order_id)
    assert edge.call_count == 1
    assert (responses.calls[0].request.url or "").endswith(f"/orders/{path}")


@pytest.mark.parametrize("order_id", ["", ".", "..", "x" * 201])
def test_an_id_that_names_no_order_is_not_asked_for(order_id: str) -> None:
    assert shop().order(order_id) is None
    assert not responses.calls


def test_a_customers_orders_newest_first() -> None:
    orders(theirs(2), theirs(9), theirs(5))
    assert [one.id for one in shop().orders_of("ann+a&b@example.com")] == ["9", "5", "2"]


def test_strangers_orders_are_not_taken_for_the_customers() -> None:
    orders(theirs(2), theirs(3, email="eve@example.com"))
    assert [one.id for one in shop().orders_of("ann+a&b@example.com")] == ["2"]


@pytest.mark.parametrize("body", ["[]", "{}", '{"orders": {}}', '{"orders": null}', "3"])
def test_a_wrong_list_is_named(body: str) -> None:
    responses.get(f"{URL}/orders", body=body)
    with pytest.raises(RejectedError, match="orders: expected a list"):
        shop().orders_of("a@example.com")


def test_a_wrong_order_in_a_list_is_named() -> None:
    orders(theirs(1), theirs(2, total=5))
    with pytest.raises(RejectedError, match=r"orders\[1\]\.total: expected a decimal string"):
        shop().orders_of("ann+a&b@example.com")


@pytest.mark.parametrize(
    ("body", "names"), [("[]", "order: expected an object"), ('{"id": []}', "id: expected")]
)
def test_a_wrong_order_is_named(body: str, names: str) -> None:
    responses.get(f"{URL}/orders/1", body=body)
    with pytest.raises(RejectedError, match=names):
        shop().order("1")


@pytest.mark.parametrize("body", ["", "<html>", "[" * 100_000])
def test_an_answer_that_is_not_json_is_tried_later(body: str) -> None:
    responses.get(f"{URL}/orders/1", body=body)
    with pytest.raises(UnavailableError):
        shop().order("1")


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthError), (403, AuthError), (429, RateLimitedError)]
)
def test_a_refusal_is_an_error_of_ours(status: int, error: type[ConnectorError]) -> None:
    responses.get(f"{URL}/orders/1", status=status, json={"error": f"bad {TOKEN}"})
    with pytest.raises(error) as raised:
        shop().order("1")
    assert TOKEN not in str(raised.value)


def test_a_customers_address_is_in_no_error() -> None:
    responses.get(f"{URL}/orders", body=requests.exceptions.InvalidURL("eve@example.com"))
    with pytest.raises(RejectedError) as raised:
        shop().orders_of("eve@example.com")
    assert "eve" not in str(raised.value)


@pytest.mark.parametrize("token", ["", "line\nbreak", "snow☃"])
def test_a_token_that_cannot_be_sent(token: str) -> None:
    with pytest.raises(AuthError, match="the shop's token is empty or holds"):
        ShopApi(URL, token, allow_private=False)


def test_an_address_that_cannot_be_used() -> None:
    with pytest.raises(RejectedError, match="the shop's address"):
        ShopApi("shop.example", TOKEN, allow_private=False)
