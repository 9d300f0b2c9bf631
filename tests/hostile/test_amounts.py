"""Amounts and currencies at the edge of what can be held: exact, or refused by name."""

import pytest

from connectors.sandbox import shop
from connectors.sandbox.server import SandboxServer
from connectors.types import Money
from plugin import onboarding
from plugin.models import DraftState
from tests.bench.world import Bench
from tests.hostile.merchant import QUESTION, address, macros, order

_TOKEN = "a-shop-token-of-its-own"


@pytest.mark.parametrize("amount", ["21474836.48", "999999999999.99"])
def test_a_large_refund_is_held_exactly_on_both_databases(bench: Bench, amount: str) -> None:
    """30 million rupiah are 1,800 dollars: more cents than 32 bits hold."""
    dear = order(0, "shipped") | {"total": amount}
    with SandboxServer(shop.create_app([dear], _TOKEN)) as expensive:
        merchant_id = bench.scope.merchant_id
        onboarding.add_shop(
            bench.runtime, merchant_id, kind="shop_api", url=expensive.url, token=_TOKEN
        )
        onboarding.load_macro_file(bench.runtime, merchant_id, macros())
        sender = {"name": "Ann", "email": address(0)}
        ticket_id = bench.hands.open_ticket({"subject": "x", "text": QUESTION, "from": sender})
        bench.settle()
    held = bench.held(ticket_id)
    assert held.draft.state is DraftState.AWAITING_APPROVAL
    assert Money.from_minor(held.actions[0].amount_minor or 0, "USD") == Money.parse(amount, "USD")


@pytest.mark.parametrize("code", ["U1D", "US$", "A<>", "A\x00B", "A\nB", "A B", "usd", "ÄÖÜ", ""])
def test_a_currency_is_three_letters(code: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 4217 code"):
        Money.parse("1", code)


def test_a_complaint_does_not_repeat_what_is_endless() -> None:
    for amount, currency in (("9" * 100_000 + "x", "USD"), ("1", "X" * 100_000)):
        with pytest.raises(ValueError, match="is not") as refused:
            Money.parse(amount, currency)
        assert len(str(refused.value)) < 200
