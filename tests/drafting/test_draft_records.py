import json
from typing import Any

import pytest

from plugin.drafting.orders_file import load_orders
from plugin.drafting.record import draft_line
from plugin.errors import InvalidInputError

from .support import ADA, DEMO, ORDER, OTHERS, drafter

ORDERS = {order.id: order for order in (ORDER, OTHERS)}


def line(**changes: Any) -> dict[str, object]:
    record = {
        "subject": "",
        "text": "I want a refund.",
        "tags": [],
        "customer": {"name": "Ada", "email": ADA},
    }
    return draft_line(drafter(), ORDERS, record | changes)


def test_a_draft_is_json() -> None:
    result = line()

    read = json.loads(json.dumps(result))
    assert 0.9 < read.pop("confidence") < 1
    assert read == {
        "text": "Hi Ada, we refund 54.20 USD for order #1002.",
        "intent": "refund_request",
        "language": "en",
        "actions": [
            {
                "type": "refund",
                "amount": "54.20",
                "currency": "USD",
                "order": "1002",
                "customer": ADA,
            }
        ],
        "sources": [{"kind": "macro", "id": "refund", "title": "Refund"}],
    }


def test_no_draft_is_null() -> None:
    assert line(text=" ") == {
        "text": None,
        "intent": None,
        "confidence": 0.0,
        "language": "en",
        "actions": [],
        "sources": [],
        "note": "The message has no text to answer.",
    }


def test_only_the_text_is_needed() -> None:
    result = draft_line(drafter(), {}, {"text": "What is your return policy?"})

    assert result["text"] == "Unused items can come back within 60 days."
    assert line(subject=None, tags=None, language=None, customer=None, order=None, key="x")


@pytest.mark.parametrize("order", ["1002", "#1002", 1002])
def test_an_order_is_looked_up(order: object) -> None:
    assert line(order=order)["text"]
    assert line(order=order, customer={"name": "Ada"})["text"]


@pytest.mark.parametrize("order", ["2002", "9999"])
def test_an_order_that_is_not_the_customers_is_none_and_no_other_takes_its_place(
    order: str,
) -> None:
    assert line(order=order)["text"] is None
    assert line(order=order)["actions"] == []


def test_a_customer_without_address_has_no_orders() -> None:
    assert line(customer={"name": "Ada"})["text"] is None


def test_the_language_is_a_fallback() -> None:
    assert line(text="Status", language="de-AT")["language"] == "de"


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ([], ""),
        ("text", ""),
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": 1}, "text"),
        ({"text": "a", "subject": 1}, "subject"),
        ({"text": "a", "tags": "vip"}, "tags"),
        ({"text": "a", "tags": ["a", 1]}, "tags[1]"),
        ({"text": "a", "language": "english"}, "language"),
        ({"text": "a", "language": 1}, "language"),
        ({"text": "a", "customer": "Ada"}, "customer"),
        ({"text": "a", "customer": {"name": 1}}, "customer.name"),
        ({"text": "a", "customer": {"email": []}}, "customer.email"),
        ({"text": "a", "order": 10.5}, "order"),
        ({"text": "a", "order": True}, "order"),
    ],
)
def test_a_wrong_record_is_refused_by_field(record: object, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        draft_line(drafter(), ORDERS, record)

    assert refused.value.field == field
    assert refused.value.message.startswith("expected")


def test_orders_are_read_line_by_line() -> None:
    lines = (DEMO / "orders.jsonl").read_text(encoding="utf-8").splitlines()
    orders = load_orders([*lines, " "])

    assert len(orders) == 35
    for order in orders.values():
        goods = sum(item.price.amount * item.quantity for item in order.items)
        assert order.total.amount == goods + order.shipping.amount


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (["{"], "orders[1]"),
        (["[" * 100_000], "orders[1]"),
        (["[]"], "orders[1]"),
        (['{"id": "1"}'], "orders[1].email"),
    ],
)
def test_a_wrong_order_is_refused_by_line(lines: list[str], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_orders(lines)

    assert refused.value.field == field


def test_an_order_stands_in_the_file_once() -> None:
    first = (DEMO / "orders.jsonl").read_text(encoding="utf-8").splitlines()[0]

    with pytest.raises(InvalidInputError, match=r"orders\[2\].id: there are two orders 1001"):
        load_orders([first, first])
