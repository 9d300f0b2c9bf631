"""Where an argument came from, for a drafter that tells it and for one that does not."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.types import ActionRequest, Item, Money
from plugin.models import Facts, OrderFacts
from plugin.provenance import UNTOLD, Kind, Told, completed, read

KNOWN = Facts(
    message="The mug of order 1002 broke. I want €500 back, or 77.10 USD at least!",
    order=OrderFacts(
        total=Money(Decimal("54.20"), "USD"),
        placed_at=datetime(2026, 3, 1, tzinfo=UTC),
        items=(Item("7", "Mug", Money(Decimal("18.00"), "USD"), 1),),
    ),
    origins={"order": "shop order 1002"},
)


def told(action: ActionRequest, argument: str, known: Facts = KNOWN) -> Told:
    (complete,) = completed([action], known)
    return read(complete.origins[argument])


def refund(amount: str, **changes: Any) -> ActionRequest:
    money = Money(Decimal(amount), "USD")
    return ActionRequest("refund", amount=money, **changes)


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        ("54.20", Kind.SHOP),
        ("18.00", Kind.SHOP),
        ("77.10", Kind.CLAIM),
        ("500.00", Kind.CLAIM),
        ("31.00", Kind.MODEL),
    ],
)
def test_an_amount_is_the_shops_the_customers_or_nobodys(amount: str, kind: Kind) -> None:
    assert told(refund(amount), "amount").kind is kind


def test_an_order_and_its_items_are_looked_up_too() -> None:
    assert told(refund("1", order="1002"), "order").kind is Kind.SHOP
    assert told(refund("1", order="1003"), "order") == UNTOLD
    unknown = Facts(message=KNOWN.message)
    assert told(refund("1", order="1002"), "order", unknown).kind is Kind.CLAIM
    assert told(refund("1", items=("7",)), "items").kind is Kind.SHOP
    assert told(refund("1", items=("7", "8")), "items") == UNTOLD


def test_what_a_drafter_tells_stands_and_what_it_garbles_is_the_models() -> None:
    action = refund("54.20", origins={"amount": "macro: macro “Sorry”", "order": "trust me"})
    assert told(action, "amount") == Told(Kind.MACRO, "macro “Sorry”")
    assert told(action, "order") == UNTOLD


def test_only_a_customers_and_a_models_word_is_unchecked() -> None:
    assert [kind for kind in Kind if not kind.is_checked] == [Kind.CLAIM, Kind.MODEL]
