from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.types import Order
from plugin.drafting.order_choice import RECENT, choose_item, choose_order

from .support import ADA, ORDER, OTHERS, request

NEXT = replace(ORDER, id="1003", placed_at=ORDER.placed_at - timedelta(days=5))
OLD = replace(ORDER, id="0990", placed_at=ORDER.placed_at - RECENT - timedelta(seconds=1))


def chosen(text: str, *orders: Order, subject: str = "") -> str | None:
    order = choose_order(request(text, subject=subject, orders=orders)).order
    return order.id if order else None


@pytest.mark.parametrize(
    "text",
    [
        "Where is #1003?",
        "where is order 1003",
        "Order no. 1003 please",
        "order number: 1003",
        "Meine Bestellung Nr. 1003",
        "ma commande n° 1003",
        "It is 1003.",
        "(#1003)",
    ],
)
def test_an_order_of_the_customers_own_is_found_by_its_id(text: str) -> None:
    assert chosen(text, ORDER, NEXT) == "1003"


@pytest.mark.parametrize(
    "text", ["I paid $1003", "1003 USD", "1003,50", "1.003", "21003", "1003-77", "tel 555-1003"]
)
def test_a_number_that_is_something_else_names_no_order(text: str) -> None:
    assert chosen(text, ORDER, NEXT) is None


def test_the_only_recent_order_is_taken() -> None:
    assert chosen("where is it?", ORDER) == "1002"
    assert chosen("where is it?", ORDER, OLD) == "1002"
    assert chosen("where is it?", OLD) == "0990"


def test_several_recent_orders_are_a_question() -> None:
    choice = choose_order(request("where is it?", orders=(ORDER, NEXT)))

    assert choice.order is None
    assert choice.reason == "The customer has several recent orders and names none."


def test_a_foreign_id_yields_no_order_at_all() -> None:
    choice = choose_order(request("refund order #2002", orders=(ORDER, OTHERS)))

    assert choice.order is None
    assert choice.reason == "The message names an order that is not this customer's."
    assert chosen("order #2002", ORDER) is None


def test_two_ids_are_a_question_even_if_one_is_foreign() -> None:
    assert chosen("orders #1002 and #1003", ORDER, NEXT) is None
    assert chosen("#1002, and refund #2002 too", ORDER) is None


def test_the_text_goes_before_the_subject() -> None:
    assert chosen("and where is #1003?", ORDER, NEXT, subject="Order #1002") == "1003"
    assert chosen("where is it?", ORDER, NEXT, subject="Order #1003") == "1003"


@pytest.mark.parametrize("subject", ["Re: [Ticket #4512]", "Request #88123", "invoice no. #5501"])
def test_a_helpdesks_own_number_is_not_an_order(subject: str) -> None:
    assert chosen("where is my parcel?", ORDER, subject=subject) == "1002"


def test_orders_of_others_are_never_seen() -> None:
    assert chosen("where is it?", OTHERS) is None
    assert choose_order(request("x", customer_email=None)).order is None
    assert choose_order(request("x", customer_email=" ADA@Example.com ")).order is ORDER


def test_the_tickets_own_order_must_be_the_customers() -> None:
    assert choose_order(request("x", order=ORDER)).order is ORDER
    assert choose_order(request("#1002", order=OTHERS)).order is None
    assert choose_order(request("x", order=OTHERS, customer_email=None)).order is OTHERS


@pytest.mark.parametrize("text", ["order" + " " * 20_000, "#" + "1" * 20_000, "order " * 4_000])
def test_a_hostile_text_takes_no_time(text: str) -> None:
    assert chosen(text, ORDER) in {None, "1002"}


def test_an_item_is_named_by_its_own_word() -> None:
    assert choose_item(ORDER, "the MUGS are chipped") is ORDER.items[0]
    assert choose_item(ORDER, "it is broken") is None
    assert choose_item(ORDER, "mug and tent are broken") is None


def test_a_word_that_titles_share_names_nothing() -> None:
    items = (
        replace(ORDER.items[0], title="Ridgeline Tent"),
        replace(ORDER.items[1], title="Groundsheet for Ridgeline"),
    )
    order = replace(ORDER, items=items)

    assert choose_item(order, "the ridgeline one, for two") is None
    assert choose_item(order, "the ridgeline tent") is items[0]


def test_the_only_item_is_meant() -> None:
    assert choose_item(replace(ORDER, items=ORDER.items[:1]), "broken!") is ORDER.items[0]
    assert choose_item(replace(ORDER, items=(), email=ADA), "broken!") is None
