import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.orders import OrderFormatError, parse_order
from connectors.types import Item, Money, Order

from .order_sample import ORDER


def changed(**changes: Any) -> dict[str, Any]:
    return ORDER | changes


def item(**changes: Any) -> dict[str, Any]:
    return changed(items=[ORDER["items"][0], ORDER["items"][0] | changes])


def test_an_order_is_read() -> None:
    assert parse_order(ORDER) == Order(
        id="1002",
        email="ann@example.com",
        total=Money(Decimal("54.20"), "USD"),
        placed_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
        status="shipped",
        shipping=Money(Decimal("4.20"), "USD"),
        items=(Item("a", "Mug", Money(Decimal("25.00"), "USD"), 2),),
    )


def test_what_may_be_left_out_is_read_where_it_is() -> None:
    more = {"tracking_url": "https://t.example/1", "refunded": "1.00", "address": "1 Main St"}
    order = parse_order(ORDER | more | {"colour": "unknown keys are no fault"})
    assert order.tracking_url == "https://t.example/1"
    assert order.refunded == Money(Decimal("1.00"), "USD")
    assert order.address == "1 Main St"
    empty = parse_order(changed(tracking_url="", refunded=None, address=None))
    assert (empty.tracking_url, empty.refunded, empty.address) == (None, None, None)


def test_ids_may_be_whole_numbers() -> None:
    order = parse_order(item(id=7) | {"id": 1002})
    assert (order.id, order.items[1].id) == ("1002", "7")


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ([], ""),
        ("x", ""),
        (None, ""),
        ({}, "id"),
        (changed(id=True), "id"),
        (changed(id=""), "id"),
        (changed(email=None), "email"),
        (changed(email="\x00"), "email"),
        (changed(status=3), "status"),
        (changed(total=54.2), "total"),
        (changed(total=54), "total"),
        (changed(total="54.200"), "total"),
        (changed(total="-1"), "total"),
        (changed(total="1e3"), "total"),
        (changed(total="NaN"), "total"),
        (changed(total="9" * 21), "total"),
        (changed(shipping=None), "shipping"),
        (changed(refunded=1), "refunded"),
        (changed(refunded="x"), "refunded"),
        (changed(currency="usd"), "currency"),
        (changed(currency="JPY"), "total"),
        (changed(placed_at="2026-11-02"), "placed_at"),
        (changed(placed_at="2026-11-02T10:00:00"), "placed_at"),
        (changed(placed_at=1), "placed_at"),
        (changed(placed_at="0001-01-01T00:00:00+23:59"), "placed_at"),
        (changed(tracking_url="javascript:alert(1)"), "tracking_url"),
        (changed(tracking_url="https://a.example/ b"), "tracking_url"),
        (changed(tracking_url="https://[::1"), "tracking_url"),
        (changed(address="x" * 2_001), "address"),
        (changed(items=None), "items"),
        (changed(items={}), "items"),
        (changed(items=["x"]), "items[0]"),
        (item(price=25), "items[1].price"),
        (item(price="25.001"), "items[1].price"),
        (item(quantity="2"), "items[1].quantity"),
        (item(quantity=1.5), "items[1].quantity"),
        (item(quantity=-1), "items[1].quantity"),
        (item(title=None), "items[1].title"),
    ],
)
def test_a_wrong_order_is_named_by_its_field(order: Any, field: str) -> None:
    with pytest.raises(OrderFormatError) as error:
        parse_order(order)
    assert error.value.field == field
    assert error.value.message
    assert str(error.value).startswith(f"{field}: " if field else "expected")


def test_a_missing_field_is_named() -> None:
    for key in ORDER:
        with pytest.raises(OrderFormatError) as error:
            parse_order({name: value for name, value in ORDER.items() if name != key})
        assert error.value.field == key


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@settings(max_examples=50)
@given(st.sampled_from(sorted(ORDER)), TREES)
def test_any_json_is_an_order_or_a_named_fault(key: str, value: Any) -> None:
    try:
        assert isinstance(parse_order(json.loads(json.dumps(changed(**{key: value})))), Order)
    except OrderFormatError as error:
        assert error.field.startswith((key, "total"))  # noqa: PT017 - both ways out are right
