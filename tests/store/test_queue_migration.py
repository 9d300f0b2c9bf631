"""What waited before the queue had an order of its own has the same place as what comes now."""

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select, text

from plugin.models import DraftState, Oversight
from plugin.store import drafts, migrate, urgency
from plugin.store.engine import Database
from plugin.store.schema import NEVER, ActionRow, DecisionRow, DraftRow
from tests.store.support import AT, Owner, add_draft

KEYS = ("sign_by", "signer", "minus_stake", "stake_currency")
REFUND = {"type": "refund", "amount_minor": 5420, "currency": "USD"}
GOODS = {"type": "reship", "value_minor": 1000, "currency": "USD"}
EUROS = {"type": "discount", "amount_minor": 10, "currency": "EUR"}
UNKNOWN = {"type": "refund"}
LABEL = {"type": "return_label"}


@pytest.mark.parametrize(
    ("approvers", "actions", "expected"),
    [
        ([], [], (NEVER, "agent", 0, None)),
        (["lead"], [REFUND], (AT, "lead", -5420, "USD")),
        (["lead", "agent"], [REFUND, GOODS], (AT, "agent", -6420, "USD")),
        (["admin"], [REFUND, EUROS], (AT, "admin", -(2**62), None)),
        (["lead"], [LABEL], (AT, "lead", 0, None)),
        (["lead"], [REFUND, UNKNOWN, LABEL], (AT, "lead", -(2**62), None)),
    ],
)
def test_it_is_filled_in(
    database: Database,
    shop: Owner,
    approvers: list[str],
    actions: list[dict[str, object]],
    expected: tuple[object, ...],
) -> None:
    state = DraftState.AWAITING_APPROVAL if approvers else DraftState.AWAITING_REVIEW
    draft = add_draft(database, shop, state=state, rev=2)
    done = add_draft(database, shop, "2", state=DraftState.DELIVERED)
    with database.write() as session:
        for rev, deadline in ((1, AT + timedelta(days=1)), (2, AT if approvers else None)):
            decision = _decision(draft.id, rev, approvers)
            decision.deadline_at = deadline
            drafts.add_decision(session, shop.scope, decision)
        for position, action in enumerate(actions):
            of = {"draft_id": draft.id, "rev": 2, "position": position, "items": []}
            session.add(ActionRow(merchant_id=shop.scope.merchant_id, **of, **action))
    with database.engine.begin() as connection:
        command.downgrade(migrate._config(connection), "0009")
        command.upgrade(migrate._config(connection), "head")
    with database.read() as session:
        told = urgency.of_revision(session, shop.scope, draft.id, 2)
        rows = session.execute(select(DraftRow.id, *(getattr(DraftRow, key) for key in KEYS)))
        found = {row[0]: tuple(row[1:]) for row in rows}
        assert session.scalar(text("SELECT COUNT(*) FROM bb_draft")) == 2
    assert found == {draft.id: expected, done.id: (NEVER, "agent", 0, None)}
    assert tuple(told[key] for key in KEYS) == expected


def _decision(draft_id: str, rev: int, approvers: list[str]) -> DecisionRow:
    return DecisionRow(
        draft_id=draft_id,
        rev=rev,
        oversight=Oversight.APPROVAL if approvers else Oversight.REVIEW,
        approvals=1 if approvers else 0,
        approvers=approvers,
        policies=[],
        tags=[],
        held_because=[],
        advice=[],
        decided_at=AT,
    )
