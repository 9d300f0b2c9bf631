"""Who is asked is whoever may sign: the same rule as in `review.rights`, without its reasons."""

from datetime import UTC, datetime
from itertools import product

import pytest

from plugin.models import Oversight, Role
from plugin.review import rights
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.schema import ActionRow, DecisionRow, DraftRow
from plugin.telling.whom import may_sign

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


@pytest.mark.parametrize("approvers", [("agent", "lead", "admin"), ("lead", "admin"), ("admin",)])
def test_it_is_the_rule_that_a_signature_is_held_against(approvers: tuple[str, ...]) -> None:
    told, refused = 0, 0
    for role, limit, moves in product(Role, LIMITS, MOVES):
        minor, currency = limit or (None, None)
        person = PersonRow(id="p", role=role, limit_minor=minor, limit_currency=currency)
        draft = held(approvers, moves)
        may = rights.may_sign(draft, person) is None
        assert may_sign(draft, person) is may, (role, limit, moves)
        told, refused = told + may, refused + (not may)
    assert min(told, refused) > 0
