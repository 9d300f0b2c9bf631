"""Who may sign: every role, limit and kind of money against the rule in other words."""

from datetime import UTC, datetime
from itertools import product

import pytest

from plugin.models import Oversight, Role
from plugin.signing import may_sign
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.schema import ActionRow, DecisionRow, DraftRow

AT = datetime(2026, 11, 30, tzinfo=UTC)
LIMITS = (None, (5000, "USD"), (5000, "EUR"), (0, "USD"))
MOVES: tuple[tuple[tuple[str, int | None, str | None], ...], ...] = (
    (),
    (("refund", 5000, "USD"),),
    (("refund", 5001, "USD"),),
    (("refund", 3000, "USD"), ("store_credit", 3000, "USD")),
    (("refund", None, None),),
    (("refund", 5000, "EUR"),),
    (("cancel_order", None, None),),
    (("custom:gift", None, None),),
)


def held(approvers: tuple[str, ...], moves: tuple[tuple[str, int | None, str | None], ...]) -> Held:
    decision = DecisionRow(oversight=Oversight.APPROVAL, approvers=list(approvers), approvals=1)
    rows = tuple(
        ActionRow(type=kind, amount_minor=minor, currency=currency, items=[])
        for kind, minor, currency in moves
    )
    return Held(DraftRow(id="1", rev=1), decision, rows)


def is_enough(
    limit: tuple[int, str], moves: tuple[tuple[str, int | None, str | None], ...]
) -> bool:
    """All of it is money of the limit's currency, and within it. Moving none costs nothing."""
    minor, currency = limit
    paid = [(amount, of) for kind, amount, of in moves if kind != "cancel_order"]
    known = [amount for amount, of in paid if amount is not None and of == currency]
    return len(known) == len(paid) and sum(known) <= minor


@pytest.mark.parametrize("approvers", [("agent", "lead", "admin"), ("lead", "admin"), ("admin",)])
def test_by_role_and_within_the_limit(approvers: tuple[str, ...]) -> None:
    may, refused = 0, 0
    for role, limit, moves in product(Role, LIMITS, MOVES):
        minor, currency = limit or (None, None)
        person = PersonRow(id="p", role=role, limit_minor=minor, limit_currency=currency)
        fits = limit is None or is_enough(limit, moves)
        expected = role.value in approvers and fits
        assert (may_sign(held(approvers, moves), person) is None) is expected, (role, limit, moves)
        may, refused = may + expected, refused + (not expected)
    assert min(may, refused) > 0


def test_whoever_is_deactivated_signs_nothing() -> None:
    person = PersonRow(id="p", role=Role.ADMIN)
    assert may_sign(held(("admin",), ()), person) is None
    person.deactivated_at = AT
    assert "deactivated" in (may_sign(held(("admin",), ()), person) or "")
