"""Amounts of several actions: each is looked at, and so is their sum."""

from typing import Any

import pytest

from plugin.models import Oversight

from .policy_samples import action, decided, draft, one_policy, reason


def test_a_known_amount_over_the_limit_needs_no_guess_about_the_other() -> None:
    drafted = draft(action("refund"), action("refund", "60"))
    assert reason(one_policy("{amount_over: 50}"), drafted) == (
        "The refund is 60.00 USD, over 50.00 USD."
    )


@pytest.mark.parametrize(
    "actions",
    [
        (action("discount", "8"), action("discount", "8")),
        (action("discount", "8"), action("discount", "80")),
        (action("discount", "8"), action("refund", "8")),
        (action("discount", "8"), action("discount")),
        (action("discount", "8"), action("discount", "1", "CHF")),
    ],
)
def test_an_allowance_speaks_for_every_action_and_their_sum(actions: tuple[Any, ...]) -> None:
    source = one_policy("{action: discount, amount_between: [0, 10]}", verdict="allow: auto")
    assert decided(source, draft(action("discount", "8"))).oversight is Oversight.AUTO
    assert decided(source, draft(*actions)).oversight is Oversight.REVIEW


@pytest.mark.parametrize(
    ("currency", "limit", "at", "above"),
    [("JPY", "5000", "5000", "5001"), ("KWD", "10.500", "10.500", "10.501")],
)
def test_currencies_with_other_decimal_places(
    currency: str, limit: str, at: str, above: str
) -> None:
    source = one_policy(f"{{amount_over: {limit}}}", head=f"currency: {currency}")
    assert reason(source, draft(action("refund", at, currency))) is None
    assert reason(source, draft(action("refund", above, currency))) == (
        f"The refund is {above} {currency}, over {limit} {currency}."
    )


def test_a_hundred_tiny_refunds_are_one_large_one() -> None:
    many = draft(*[action("refund", "0.51")] * 100)
    assert reason(one_policy("{amount_over: 50}"), many) == (
        "The refunds together come to 51.00 USD, over 50.00 USD."
    )
