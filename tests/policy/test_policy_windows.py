"""What counts against limits as time goes by is what is summed up anew at each moment."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.types import Money
from plugin.models import Oversight, Per
from plugin.policy.limits import nothing_spent
from plugin.policy.model import Limit, Threshold
from plugin.policy.windows import Reserved, Windows
from tests.policy.policy_samples import NOW, unhurried

WEEK = 7 * 86_400


def limit(name: str, per: Per, *actions: str, window: int = WEEK) -> Limit:
    return Limit(name, actions, per, window, Threshold(Decimal(50)), Oversight.APPROVAL)


LIMITS = (
    limit("customer", Per.CUSTOMER, "refund"),
    limit("all", Per.MERCHANT, "refund", "reship", window=2 * 86_400),
)
hours = st.integers(0, 400)
reserved = st.builds(
    lambda kind, minor, currency, customer, at, turns: Reserved(
        kind,
        Money.from_minor(minor, currency),
        {Per.CUSTOMER: customer, Per.MERCHANT: "merchant"},
        NOW + timedelta(hours=at),
        tuple(NOW + timedelta(hours=at + turn) for turn in sorted(turns)),
    ),
    st.sampled_from(["refund", "reship", "discount"]),
    st.integers(0, 10_000),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from(["maya", "tom", None]),
    hours,
    st.lists(st.integers(1, 200), max_size=3, unique=True),
)


def summed_up(past: list[Reserved], one: Limit, key: str, at_hour: int) -> dict[str, Money]:
    at, found = NOW + timedelta(hours=at_hour), dict[str, Money]()
    for each in past:
        counts = sum(turn <= at for turn in each.turns) % 2 == 0
        in_window = each.at > at - timedelta(seconds=one.window)
        if each.type in one.actions and each.keys[one.per] == key and counts and in_window:
            before = found.get(each.money.currency, Money(Decimal(), each.money.currency))
            found[each.money.currency] = Money(
                before.amount + each.money.amount, each.money.currency
            )
    return found


@unhurried
@given(st.lists(reserved, max_size=15), st.lists(hours, max_size=10))
def test_it_is_what_is_summed_up_anew(past: list[Reserved], moments: list[int]) -> None:
    windows, waiting = Windows(LIMITS), sorted(past, key=lambda each: each.at)
    for hour in sorted(moments):
        while waiting and waiting[0].at <= NOW + timedelta(hours=hour):
            windows.add(waiting.pop(0))
        spent = windows.spent(NOW + timedelta(hours=hour))
        added = [each for each in past if each not in waiting]
        for one, key in ((LIMITS[0], "maya"), (LIMITS[0], "tom"), (LIMITS[1], "merchant")):
            found = {money.currency: money for money in spent(one, key)}
            assert found == summed_up(added, one, key, hour)


def test_nobody_has_spent_anything_yet() -> None:
    assert list(Windows(LIMITS).spent(NOW)(LIMITS[0], "maya")) == list(
        nothing_spent(LIMITS[0], "maya")
    )
