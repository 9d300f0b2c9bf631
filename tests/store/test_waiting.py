"""What waits is given in one order over several states, as far as the limit, with its decision."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats

from connectors.types import Money
from plugin.models import DraftState, Oversight, Role
from plugin.store import drafts, waiting
from plugin.store.engine import Database
from plugin.store.narrowing import EVERYTHING, Only
from plugin.store.schema import DecisionRow
from plugin.store.urgency import UNKNOWN_STAKE
from plugin.store.waiting import Awaiting, InStates, Lane, LeftUnsigned, Question
from tests.store.support import AT, Owner, add_draft, first_of, owner

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
        rows = first_of(session, of.scope, InStates(STATES, newest_first), limit=limit)
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
        rows = first_of(session, shop.scope, InStates(STATES), limit=9)
    assert [(draft.id, decision and decision.rev) for draft, decision in rows] == [
        (without.id, None),
        (with_one.id, 2),
    ]


USD_50 = Money(Decimal(50), "USD")
LEAD = Lane(DraftState.AWAITING_APPROVAL, Role.LEAD)
REVIEW = Lane(DraftState.AWAITING_REVIEW, Role.AGENT)


def wait(database: Database, of: Owner, number: int, **changes: object) -> str:
    return add_draft(database, of, str(number), **changes).id


def lanes_give(
    database: Database, of: Owner, *lanes: Lane, limit: int = 99, only: Only = EVERYTHING
) -> list[str]:
    with database.read() as session:
        rows = first_of(session, of.scope, Awaiting(lanes), limit=limit, only=only)
    return [draft.id for draft, _ in rows]


def test_the_next_deadline_comes_first_then_the_most_money_then_the_oldest(
    database: Database, shop: Owner
) -> None:
    approval = {"state": DraftState.AWAITING_APPROVAL, "signer": Role.LEAD}
    later = {**approval, "sign_by": AT + timedelta(hours=2)}
    cheap = wait(database, shop, 1, **later, minus_stake=-100)
    dear = wait(database, shop, 2, **later, minus_stake=-900)
    soon = wait(database, shop, 3, **approval, sign_by=AT)
    oldest = wait(database, shop, 4)
    moving = wait(database, shop, 5, minus_stake=-1)
    unknown = wait(database, shop, 6, minus_stake=-UNKNOWN_STAKE)
    newest = wait(database, shop, 7)
    wait(database, owner(database, "Other"), 8)
    wait(database, shop, 9, state=DraftState.DELIVERED)
    expected = [soon, dear, cheap, unknown, moving, oldest, newest]
    assert lanes_give(database, shop, REVIEW, LEAD) == expected
    for limit in (1, 3, 5):
        assert lanes_give(database, shop, LEAD, REVIEW, limit=limit) == expected[:limit]
    assert lanes_give(database, shop) == []


def test_a_limit_divides_what_waits_and_what_is_unknown_is_over_it(
    database: Database, shop: Owner
) -> None:
    free = wait(database, shop, 1)
    within = wait(database, shop, 2, minus_stake=-5000, stake_currency="USD")
    over = wait(database, shop, 3, minus_stake=-5001, stake_currency="USD")
    foreign = wait(database, shop, 4, minus_stake=-1, stake_currency="EUR")
    unknown = wait(database, shop, 5, minus_stake=-UNKNOWN_STAKE)
    mine = replace(REVIEW, limit=USD_50)
    assert set(lanes_give(database, shop, mine)) == {free, within}
    assert set(lanes_give(database, shop, replace(mine, over=True))) == {over, foreign, unknown}


def test_an_amount_is_meant_in_each_currencys_own_units(database: Database, shop: Owner) -> None:
    wait(database, shop, 1)
    for number, (currency, minor) in enumerate(
        (("USD", 5000), ("JPY", 50), ("KWD", 50_000)), start=10
    ):
        wait(database, shop, number, minus_stake=-minor, stake_currency=currency)
        wait(database, shop, number + 10, minus_stake=-minor - 1, stake_currency=currency)
    unknown = wait(database, shop, 40, minus_stake=-UNKNOWN_STAKE)
    found = lanes_give(database, shop, REVIEW, only=Only(over=Decimal(50)))
    with database.read() as session:
        numbers = {drafts.get(session, shop.scope, one).draft.message_id for one in found}
    assert unknown in found
    assert numbers == {"20", "21", "22", "40"}


def test_what_is_asked_again_is_not_written_again(database: Database, shop: Owner) -> None:
    """Neither by us nor by the library: that takes longer than the answer."""
    told: list[object] = []

    def tell(*sent: object) -> None:
        if str(sent[2]).startswith("SELECT"):
            told.append(sent[4].cache_hit)  # type: ignore[attr-defined] # an execution's context

    questions: dict[str, Question] = {
        "": Awaiting((REVIEW, replace(LEAD, limit=USD_50))),
        "left": LeftUnsigned(),
    }
    for _ in range(2):
        told.clear()
        event.listen(database.engine, "before_cursor_execute", tell)
        with database.read() as session:
            waiting.firsts(session, shop.scope, questions, limit=5, since=AT)
        event.remove(database.engine, "before_cursor_execute", tell)
    assert told == [CacheStats.CACHE_HIT] * 2
