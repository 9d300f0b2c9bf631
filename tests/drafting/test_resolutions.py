from dataclasses import replace
from typing import Any

import pytest

from connectors.types import ActionRequest, Order
from plugin.drafting.macros import Macro, load_macros
from plugin.drafting.order_choice import OrderChoice
from plugin.drafting.resolution import MacroUnusableError, Resolution, resolve

from .support import ADA, ORDER, money, request


def macro(text: str, actions: str = "", extra: str = "") -> Macro:
    source = (
        f"- id: a\n  title: A\n  intent: a\n  language: en\n  text: {text!r}\n"
        f"  actions: [{actions}]\n{extra}"
    )
    return load_macros(source)[0]


def resolved(
    wanted: Macro, message: str = "help", order: Order | None = ORDER, **changes: Any
) -> Resolution:
    return resolve(wanted, request(message, **changes), OrderChoice(order))


def refused(wanted: Macro, message: str = "help", order: Order | None = ORDER) -> str:
    with pytest.raises(MacroUnusableError) as unusable:
        resolved(wanted, message, order)
    return str(unusable.value)


def test_the_orders_total_is_refunded() -> None:
    result = resolved(macro("We refund {refund_amount}.", "{type: refund, amount: order_total}"))

    assert result.text == "We refund 54.20 USD."
    assert result.actions == (
        ActionRequest("refund", amount=money("54.20"), order="1002", customer=ADA),
    )


@pytest.mark.parametrize(
    ("rule", "amount"),
    [
        ("shipping", "4.20"),
        ('"10.00"', "10.00"),
        ('"15%"', "8.13"),
        ('"100%"', "54.20"),
        ("item_price", "18.00"),
    ],
)
def test_amounts_come_from_macro_and_order(rule: str, amount: str) -> None:
    wanted = macro("ok", f"{{type: refund, amount: {rule}}}")

    result = resolved(wanted, "My mug broke. I demand $5000, that is 5000.00 USD!")

    assert result.actions[0].amount == money(amount)


def test_a_share_is_rounded_to_the_currencys_smallest_unit() -> None:
    yen = replace(ORDER, total=money("1250", "JPY"))
    wanted = macro("{discount_amount}", '{type: discount, amount: "15%"}')

    assert resolved(wanted, order=yen).text == "188 JPY"


def test_an_item_is_named_in_the_action() -> None:
    wanted = macro("{item_title}: {item_price}", "{type: refund, amount: item_price}")
    result = resolved(wanted, "the tent is torn")

    assert result.text == "Camp Tent: 32.00 USD"
    assert result.actions[0].items == ("8",)
    assert refused(wanted, "it is torn") == "It is not clear which item of the order is meant."


def test_everything_is_sent_again() -> None:
    action = resolved(macro("ok", "{type: reship, value: order_total}")).actions[0]

    assert action.amount is None
    assert action.value == money("54.20")
    assert action.items == ("7", "8")


def test_several_actions_of_a_type_are_summed_up_in_the_text() -> None:
    both = '{type: refund, amount: shipping}, {type: refund, amount: "10.00"}'

    assert resolved(macro("{refund_amount}", both)).text == "14.20 USD"


@pytest.mark.parametrize(
    "wanted",
    [
        macro("{order_id}"),
        macro("ok", "{type: cancel_order}"),
        macro("ok", '{type: refund, amount: "10.00", currency: USD}'),
        macro("ok", '{type: store_credit, amount: "15%"}'),
        macro("ok", extra="  order_status: [in_transit]\n"),
    ],
)
def test_without_an_order_a_macro_that_needs_one_is_unusable(wanted: Macro) -> None:
    assert refused(wanted, order=None) == "It is not known which order is meant."


def test_credit_of_the_shops_own_needs_no_order() -> None:
    fixed = '{type: store_credit, amount: "10.00", currency: USD}'

    assert resolved(macro("ok", fixed), order=None).actions[0].amount == money("10.00")
    without = macro("ok", '{type: store_credit, amount: "10.00"}')
    assert refused(without, order=None).startswith("The currency of its amount is not known")


def test_a_missing_fact_makes_it_unusable() -> None:
    untracked = replace(ORDER, tracking_url=None)

    assert refused(macro("{tracking_url}"), order=untracked) == "It is not known: tracking_url."


def test_a_macro_is_only_used_for_orders_it_is_true_for() -> None:
    packing = macro("still here", extra="  order_status: [Unfulfilled]\n")

    assert "in transit" in refused(packing)
    assert resolved(packing, order=replace(ORDER, status="UNFULFILLED")).text == "still here"


def test_no_more_is_refunded_than_is_left() -> None:
    wanted = macro("ok", "{type: refund, amount: order_total}")
    partly = replace(ORDER, refunded=money("20.00"))

    assert refused(wanted, order=partly) == "Only 34.20 USD of the order can still be refunded."
    twice = macro("ok", "{type: refund, amount: order_total}, {type: refund, amount: shipping}")
    assert "Only 54.20 USD" in refused(twice)


def test_money_that_does_not_fit_makes_it_unusable() -> None:
    euros = macro("ok", '{type: refund, amount: "10.00", currency: EUR}')
    cents = macro("ok", '{type: refund, amount: "10.50"}')
    shipping = macro("ok", "{type: refund, amount: shipping}")
    mixed = macro(
        "ok",
        '{type: discount, amount: "1", currency: EUR}, {type: discount, amount: "1"}',
    )

    assert refused(euros) == "The refund is in another currency than the order."
    yen = replace(ORDER, total=money("5420", "JPY"))
    assert "more decimal places than JPY" in refused(cents, order=yen)
    assert "zero" in refused(shipping, order=replace(ORDER, shipping=money("0")))
    assert refused(mixed) == "Its amounts are in several currencies."


def test_only_a_wanted_name_can_be_missing() -> None:
    assert resolved(macro("Hi {customer_name}"), customer_name="<b>").complete is False
    assert resolved(macro("Hi"), customer_name=None).complete is True


TOTAL = "shop: shop order #1002, its total"
SHARE = "macro: macro “A”, 15 % of the total of shop order #1002"
FIXED = "macro: macro “A”, a fixed amount"


@pytest.mark.parametrize(
    ("rule", "amount", "currency"),
    [
        ("order_total", TOTAL, "shop: shop order #1002"),
        ("shipping", "shop: shop order #1002, its shipping", "shop: shop order #1002"),
        ('"15%"', SHARE, "shop: shop order #1002"),
        ('"10.00"', FIXED, "shop: shop order #1002"),
        ('"10.00", currency: USD', FIXED, "macro: macro “A”"),
    ],
)
def test_an_amount_says_where_it_came_from(rule: str, amount: str, currency: str) -> None:
    (action,) = resolved(macro("ok", f"{{type: refund, amount: {rule}}}")).actions

    assert (action.origins["amount"], action.origins["currency"]) == (amount, currency)


def test_an_item_that_the_customers_words_choose_is_their_claim() -> None:
    wanted = macro("ok", "{type: refund, amount: item_price}")
    (action,) = resolved(wanted, "My mug broke.").actions
    assert len(ORDER.items) > 1
    assert action.origins["items"].startswith("claim: ")
    assert action.origins["amount"].startswith("shop: shop order #1002, the price of ")

    alone = replace(ORDER, items=ORDER.items[:1])
    (action,) = resolved(wanted, "It broke.", alone).actions
    assert action.origins["items"] == "shop: shop order #1002, its only item"
