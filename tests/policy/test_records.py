"""Actions as records: both ways, and back again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.types import ActionRequest, Money
from plugin.errors import InvalidInputError
from plugin.models import ACTION_TYPES
from plugin.records import action_from_record, action_to_record

from .policy_samples import unhurried

FULL = {
    "type": "reship",
    "amount": "54.20",
    "value": "30.00",
    "currency": "USD",
    "order": "1002",
    "customer": "c1",
    "items": ["i1", "i2"],
}


def test_a_full_record_becomes_an_action_and_back() -> None:
    action = action_from_record(FULL)
    assert action == ActionRequest(
        "reship",
        amount=Money(Decimal("54.20"), "USD"),
        value=Money(Decimal("30.00"), "USD"),
        order="1002",
        customer="c1",
        items=("i1", "i2"),
    )
    assert action_to_record(action) == FULL


def test_a_bare_record_stays_bare() -> None:
    assert action_to_record(action_from_record({"type": "cancel_order"})) == {
        "type": "cancel_order"
    }


def test_nulls_are_left_out() -> None:
    nothing = dict.fromkeys(FULL) | {"type": "refund"}
    assert action_from_record(nothing) == ActionRequest("refund")


def test_ids_may_be_numbers_and_become_text() -> None:
    action = action_from_record({"type": "refund", "order": 1002, "items": [7]})
    assert (action.order, action.items) == ("1002", ("7",))


@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [("JPY", "5000", "5000"), ("KWD", "1.5", "1.500"), ("USD", "5", "5.00")],
)
def test_amounts_are_written_with_their_currencys_places(
    currency: str, amount: str, written: str
) -> None:
    action = action_from_record({"type": "refund", "amount": amount}, currency=currency)
    assert action_to_record(action)["amount"] == written


def test_too_many_places_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"amount: '5.5' has more decimal places than JPY"):
        action_from_record({"type": "refund", "amount": "5.5", "currency": "JPY"})


def test_a_path_says_which_action() -> None:
    with pytest.raises(InvalidInputError) as refused:
        action_from_record({"type": "refund", "x": 1}, path="actions[3]")
    assert refused.value.field == "actions[3].x"


def test_the_service_takes_an_unknown_type_in() -> None:
    assert action_from_record({"type": "wire"}, known_only=False).type == "wire"


def test_two_currencies_in_one_action_cannot_be_written() -> None:
    mixed = ActionRequest("reship", amount=Money(Decimal(1), "USD"), value=Money(Decimal(1), "EUR"))
    with pytest.raises(ValueError, match="same currency"):
        action_to_record(mixed)


@unhurried
@given(
    st.builds(
        lambda kind, minor, currency, order, items: ActionRequest(
            kind,
            None if minor is None else Money.from_minor(minor, currency),
            order=order,
            items=tuple(items),
        ),
        st.sampled_from(sorted(ACTION_TYPES)),
        st.none() | st.integers(0, 10**9),
        st.sampled_from(["USD", "JPY", "KWD"]),
        st.none() | st.text(min_size=1, max_size=20),
        st.lists(st.text(min_size=1, max_size=9), max_size=3),
    )
)
def test_there_and_back_again(action: ActionRequest) -> None:
    assert action_from_record(action_to_record(action)) == action
