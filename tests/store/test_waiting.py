"""What waits is given in one order over several states, as far as the limit, with its decision."""

import pytest

from plugin.models import DraftState, Oversight
from plugin.store import drafts, waiting
from plugin.store.engine import Database
from plugin.store.schema import DecisionRow
from tests.store.support import AT, Owner, add_draft, owner

STATES = (DraftState.EXPIRED, DraftState.REJECTED, DraftState.BLOCKED)


def decide(database: Database, of: Owner, draft_id: str, rev: int) -> None:
    row = DecisionRow(
        draft_id=draft_id,
        rev=rev,
        oversight=Oversight.REVIEW,
        approvals=0,
        approvers=[],
        policies=[],
        tags=[],
        held_because=[],
        advice=[],
        decided_at=AT,
    )
    with database.write() as session:
        drafts.add_decision(session, of.scope, row)


@pytest.fixture
def ids(database: Database, shop: Owner) -> list[str]:
    """Drafts in turn in one of three states, oldest first; others and another's between them."""
    other, found = owner(database, "Other"), []
    for number in range(9):
        state = STATES[number % 3]
        found.append(add_draft(database, shop, str(number), state=state).id)
        add_draft(database, shop, str(100 + number), state=DraftState.DELIVERED)
        add_draft(database, other, str(number), state=state)
    return found


def given(database: Database, of: Owner, *, limit: int, newest_first: bool = False) -> list[str]:
    with database.read() as session:
        rows = waiting.drafts_in(session, of.scope, STATES, limit=limit, newest_first=newest_first)
    return [draft.id for draft, _ in rows]


def test_states_are_given_in_one_order(database: Database, shop: Owner, ids: list[str]) -> None:
    assert given(database, shop, limit=99) == ids
    assert given(database, shop, limit=99, newest_first=True) == ids[::-1]


@pytest.mark.parametrize("limit", [1, 2, 4, 8])
def test_the_first_of_all_are_given(
    database: Database, shop: Owner, ids: list[str], limit: int
) -> None:
    assert given(database, shop, limit=limit) == ids[:limit]
    assert given(database, shop, limit=limit, newest_first=True) == ids[::-1][:limit]


def test_each_comes_with_the_decision_of_its_revision(database: Database, shop: Owner) -> None:
    without = add_draft(database, shop, "1", state=STATES[0])
    with_one = add_draft(database, shop, "2", state=STATES[1], rev=2)
    for rev in (1, 2):
        decide(database, shop, with_one.id, rev)
    with database.read() as session:
        rows = waiting.drafts_in(session, shop.scope, STATES, limit=9)
    assert [(draft.id, decision and decision.rev) for draft, decision in rows] == [
        (without.id, None),
        (with_one.id, 2),
    ]
