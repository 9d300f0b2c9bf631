"""Whatever a reviewer types, in whatever order: no more than may be, and watched as closely."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.types import ActionRequest, Money
from plugin.errors import InvalidInputError
from plugin.models import Facts, OrderFacts
from plugin.order_seen import OrderSeen
from plugin.review.action_edits import ActionChange, Edited, edited

TYPES = ("refund", "store_credit", "discount", "reship", "cancel_order")
ORDERS = ("1", "2")
cents = st.integers(1, 50_000)


def usd(minor: int) -> Money:
    return Money.from_minor(minor, "USD")


@st.composite
def drafts(draw: st.DrawFn) -> tuple[Mapping[int, ActionRequest], Facts]:
    """Some actions on two orders, and what is left of each; the drafter kept to that."""
    total = {order: draw(cents) for order in ORDERS}
    refunded = {order: draw(st.integers(0, total[order])) for order in ORDERS}
    actions = {}
    left = {order: total[order] - refunded[order] for order in ORDERS}
    for position in range(draw(st.integers(1, 4))):
        kind, order = draw(st.sampled_from(TYPES)), draw(st.sampled_from(ORDERS))
        amount = usd(draw(st.integers(1, left[order]))) if left[order] > 0 else None
        if kind == "cancel_order":
            amount = None
        value = usd(draw(cents)) if kind == "reship" else None
        amount = None if kind == "reship" else amount
        left[order] -= amount.minor() if amount else 0
        actions[position] = ActionRequest(kind, amount=amount, value=value, order=order)
    seen = tuple(
        OrderSeen(order, usd(total[order]), refunded=usd(refunded[order])) for order in ORDERS
    )
    facts = Facts(order=OrderFacts(usd(total["1"])), orders=seen, origins={"order": "shop order 1"})
    return actions, facts


typed = st.one_of(
    cents.map(lambda minor: str(usd(minor).amount)),
    st.sampled_from(["", "0", "0.00", "-1", "1e3", "NaN", "1,50", " 5 ", "٣", "5.001", "9" * 40]),
    st.text(max_size=8),
)
changes = st.builds(
    ActionChange, position=st.integers(0, 4), amount=st.none() | typed, drop=st.booleans()
)
edits = st.lists(st.lists(changes, max_size=3, unique_by=lambda one: one.position), max_size=5)


def tried(actions: Mapping[int, ActionRequest], asked: list[ActionChange], known: Facts) -> Edited:
    try:
        return edited(actions, asked, done=frozenset(), known=known)
    except InvalidInputError:
        return Edited(actions, {}, frozenset())


def paid(actions: Mapping[int, ActionRequest], order: str) -> Decimal:
    return sum(
        (one.amount.amount for one in actions.values() if one.amount and one.order == order),
        Decimal(0),
    )


@given(drafts(), edits)
def test_no_row_of_edits_pays_more_than_an_order_has_left(
    draft: tuple[Mapping[int, ActionRequest], Facts], row: list[list[ActionChange]]
) -> None:
    actions, known = draft
    for asked in row:
        actions = tried(actions, asked, known).actions
        for order in known.orders:
            assert order.left is not None
            assert paid(actions, order.id) <= order.left.amount


@given(drafts(), edits)
def test_an_edit_changes_amounts_and_nothing_else(
    draft: tuple[Mapping[int, ActionRequest], Facts], row: list[list[ActionChange]]
) -> None:
    first, known = draft
    actions = first
    for asked in row:
        actions = tried(actions, asked, known).actions
    for position, action in actions.items():
        assert replace(action, amount=None) == replace(first[position], amount=None)
        was = first[position].amount
        assert (action.amount is None) == (was is None)
        if action.amount is not None:
            assert action.amount.currency == "USD"
            assert action.amount.amount > 0
            assert action.amount == Money.from_minor(action.amount.minor(), "USD")


@given(drafts(), edits)
def test_what_is_done_stays_whatever_is_asked(
    draft: tuple[Mapping[int, ActionRequest], Facts], row: list[list[ActionChange]]
) -> None:
    actions, known = draft
    for asked in row:
        try:
            after = edited(actions, asked, done=frozenset(actions), known=known)
        except InvalidInputError:
            continue
        assert after.actions == actions
        assert after.changes == []
