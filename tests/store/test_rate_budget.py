"""One account's calls, counted together: never more than it takes, wherever a window begins."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from connectors.base import RateLimit, RateTold
from connectors.errors import RateLimitedError
from plugin.rate_budget import AccountBudget, in_bulk
from plugin.store import rates, unscoped_reconciling
from plugin.store.catching_up_tables import RateRow
from plugin.store.engine import Database
from tests.store.support import AT, Owner

MINUTE = 60.0
CALLS = RateLimit("calls", 200, MINUTE)
UPDATES = RateLimit("updates", 100, MINUTE)


class Moving:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@contextmanager
def asked(database: Database) -> Iterator[list[str]]:
    """Every statement about the budget that is sent meanwhile."""
    statements: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "bb_rate" in statement:
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", keep)


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def processes(database: Database, shop: Owner, clock: Moving) -> list[AccountBudget]:
    """As three processes that know nothing of each other."""
    return [AccountBudget(database, shop.scope, shop.account_id, clock) for _ in range(3)]


def spend(budget: AccountBudget, *limits: RateLimit, writing: bool = False) -> float | None:
    """None where the call may be made, else the seconds to wait."""
    try:
        budget.spend(limits or (CALLS,), writing=writing)
    except RateLimitedError as told:
        return told.retry_after or 0.0
    return None


def ticket(number: int) -> RateLimit:
    return RateLimit(f"ticket:{number}", 30, 10 * MINUTE)


def most_in_a_window(moments: Sequence[datetime], seconds: float) -> int:
    window = timedelta(seconds=seconds)
    return max(sum(at <= other < at + window for other in moments) for at in moments)


@pytest.mark.parametrize(
    "limit", [RateLimit("calls", 110, MINUTE), RateLimit("exports", 10, MINUTE), ticket(7)]
)
def test_no_window_holds_more_than_the_limit_whoever_calls(
    processes: list[AccountBudget], clock: Moving, limit: RateLimit
) -> None:
    made = []
    for turn in range(3 * limit.most):
        made += [clock() for budget in processes if spend(budget, limit) is None]
        # In steps that fit no slot.
        clock.go_on(limit.seconds / limit.most * (0.31 + turn % 3 / 10))
    assert limit.most * 0.7 < most_in_a_window(made, limit.seconds) <= limit.most


def test_who_is_refused_is_told_when_there_is_room_again(
    processes: list[AccountBudget], clock: Moving
) -> None:
    first, second, _ = processes
    for number in range(30):
        assert spend(first, ticket(1), writing=True) is None, number
    wait = spend(second, ticket(1), writing=True)
    assert wait is not None
    assert 600 <= wait <= 700
    clock.go_on(wait)
    assert spend(second, ticket(1), writing=True) is None
    assert spend(second, ticket(2), writing=True) is None


def test_a_call_that_one_limit_refuses_counts_against_none(
    processes: list[AccountBudget], database: Database, shop: Owner, clock: Moving
) -> None:
    budget = processes[0]
    for _ in range(30):
        assert spend(budget, UPDATES, ticket(1), writing=True) is None
    for _ in range(5):
        assert spend(budget, UPDATES, ticket(1), writing=True)
    with database.read() as session:
        (row,) = rates.of_account(session, shop.scope, shop.account_id)
    assert rates.spent_lately(row, MINUTE, at=clock()) == 30


def test_bulk_leaves_room_for_who_waits_and_for_writes(processes: list[AccountBudget]) -> None:
    bulk, other, _ = processes
    with in_bulk():
        done = 0
        while spend(bulk) is None:
            done += 1
        assert done == 140
        assert spend(bulk, writing=True) is None
    assert spend(bulk) is None
    left = 0
    while spend(other) is None:
        left += 1
    assert 40 <= left <= 60


def test_those_who_wait_come_back_one_after_another(processes: list[AccountBudget]) -> None:
    budget = processes[0]
    while spend(budget) is None:
        pass
    waits = [spend(budget) or 0 for _ in range(20)]
    assert waits == sorted(set(waits))
    # Twenty pieces of work of four calls each, at two hundred calls a minute.
    assert 15 < waits[-1] - waits[0] < 30


def test_what_an_answer_tells_holds_for_all(processes: list[AccountBudget], clock: Moving) -> None:
    first, second, _ = processes
    first.learn([RateTold("calls", most=7, left=6)])
    allowed = 0
    for budget in (first, second) * 10:
        allowed += spend(budget) is None
    assert allowed == 7
    clock.go_on(100)
    first.learn([RateTold("calls", closed=50)])
    for budget in processes:
        wait = spend(budget)
        assert wait is not None
        assert 50 <= wait <= 110
    clock.go_on(50)
    assert spend(second) is None


def test_where_others_use_the_account_up_bulk_waits_and_then_everybody(
    processes: list[AccountBudget], clock: Moving
) -> None:
    budget = processes[0]
    budget.learn([RateTold("calls", most=400, left=20, resets=30)])
    assert spend(budget) is None
    with in_bulk():
        assert spend(budget)
    budget.learn([RateTold("calls", most=400, left=0, resets=30)])
    assert spend(budget) == 30
    clock.go_on(31)
    with in_bulk():
        assert spend(budget) is None


def test_many_threads_draw_no_more_than_there_is(processes: list[AccountBudget]) -> None:
    allowed: list[bool] = []
    barrier = threading.Barrier(8)

    def call(number: int) -> None:
        barrier.wait()
        allowed.extend(spend(processes[number % 3]) is None for _ in range(40))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    assert 170 <= sum(allowed) <= 200


def test_a_read_costs_a_transaction_once_in_ten(
    processes: list[AccountBudget], database: Database
) -> None:
    budget = processes[0]
    spend(budget)
    with asked(database) as queries:
        for _ in range(100):
            assert spend(budget) is None
    assert 0 < len(queries) <= 20


def test_it_costs_less_than_a_millisecond_a_call(
    processes: list[AccountBudget], clock: Moving
) -> None:
    budget = processes[0]
    budget.learn([RateTold("calls", most=2500)])
    spend(budget)
    took = []
    for _ in range(5):
        began = time.thread_time()
        for _ in range(200):
            assert spend(budget) is None
        took.append(time.thread_time() - began)
        clock.go_on(70)
    assert min(took) / 200 < 0.001


def test_a_database_that_is_away_holds_up_no_call(
    processes: list[AccountBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> Iterator[None]:
        raise OperationalError("x", None, Exception("away"))

    monkeypatch.setattr(rates, "draw", away)
    monkeypatch.setattr(rates, "learn", away)
    budget = processes[0]
    assert [spend(budget) for _ in range(50)] == [None] * 50
    budget.learn([RateTold("calls", most=9, closed=5)])
    assert spend(budget) == 5


def test_what_was_counted_for_a_ticket_is_forgotten(
    processes: list[AccountBudget], database: Database, shop: Owner, clock: Moving
) -> None:
    spend(processes[0], CALLS, ticket(1), writing=True)
    clock.go_on(3600)
    spend(processes[0], CALLS, ticket(2), writing=True)
    with database.write() as session:
        unscoped_reconciling.forget_rates(session, before=clock() - timedelta(minutes=30))
    with database.read() as session:
        of_shop = RateRow.merchant_id == shop.scope.merchant_id
        names = session.scalars(select(RateRow.name).where(of_shop).order_by(RateRow.name)).all()
    assert names == ["calls", "ticket:2"]
