"""The first of the queue cost the same however many wait behind them, and whoever asks."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.types import Money
from plugin.models import DraftState, Role
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.narrowing import Only
from plugin.store.waiting import Awaiting, Lane
from tests.bench.databases import KEY, KINDS, Databases
from tests.bench.plans import asked, plan, work
from tests.store.crowd import crowd
from tests.store.support import Owner, draft_row, first_of, owner
from tests.store.test_plans import FEW, MANY, MOST, count_rows

APPROVAL = Lane(DraftState.AWAITING_APPROVAL, Role.LEAD)
REVIEW = Lane(DraftState.AWAITING_REVIEW, Role.AGENT)
FOR_ADMINS = replace(APPROVAL, signer=Role.ADMIN)
LIMIT, WIDE = Money(Decimal(50), "USD"), Money(Decimal(99), "USD")
QUESTIONS = {
    "approvals": ([APPROVAL], Only()),
    "reviews": ([REVIEW], Only()),
    "all of it": ([APPROVAL, REVIEW, FOR_ADMINS], Only()),
    "what nobody has": ([FOR_ADMINS], Only()),
    "within a limit": ([replace(REVIEW, limit=WIDE)], Only()),
    "over a limit": ([replace(REVIEW, limit=LIMIT, over=True)], Only()),
    "of much money": ([APPROVAL, REVIEW], Only(over=Decimal(60))),
    "of an intent that none has": ([APPROVAL, REVIEW], Only(intent="none")),
    "a few of them": ([APPROVAL, REVIEW], Only(ids=frozenset({"1", "2"}))),
}


# What the reader may sign may stand behind all that they may not.
PASSED_OVER = {
    "within a small limit": ([replace(APPROVAL, limit=LIMIT)], Only()),
    "of another account": ([APPROVAL], Only(account_id="another")),
}


@pytest.fixture(scope="module", params=KINDS)
def queue(
    request: pytest.FixtureRequest, all_databases: Databases
) -> Iterator[tuple[Database, Owner]]:
    """So many that wait, in both states, no two alike in deadline and money."""
    Keyring.use((KEY,))
    with closing(Database(all_databases.fresh(request.param))) as database:
        of = owner(database)
        with database.write() as session:
            for number, lane in enumerate((APPROVAL, REVIEW)):
                row = draft_row(of.account_id, str(number), state=lane.state, signer=lane.signer)
                row.merchant_id, row.stake_currency = of.scope.merchant_id, "USD"
                session.add(row)
                session.flush()
                named = f"'{number}-' || CAST(1000000 + n AS TEXT)"
                own = {"id": named, "message_id": named, "open_short_id": "NULL"}
                crowd(session, row, MANY, minus_stake="-(n * 7919 % 10000)", **own)
            count_rows(session)
        yield database, of


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_reads_no_more_than_it_shows(queue: tuple[Database, Owner], question: str) -> None:
    database, of = queue
    lanes, only = QUESTIONS[question]
    with database.read() as session:
        with asked(database) as statements:
            first_of(session, of.scope, Awaiting(tuple(lanes)), limit=FEW, only=only)
        connection = session.connection()
        for wanted in statements:
            assert work(connection, wanted) < MOST, plan(connection, wanted)


@pytest.mark.parametrize("question", PASSED_OVER)
def test_what_is_passed_over_is_seen_in_the_index_alone(
    queue: tuple[Database, Owner], question: str
) -> None:
    database, of = queue
    lanes, only = PASSED_OVER[question]
    with database.read() as session:
        with asked(database) as statements:
            first_of(session, of.scope, Awaiting(tuple(lanes)), limit=FEW, only=only)
        wanted, _ = statements
        connection = session.connection()
        steps = " ".join(plan(connection, wanted))
        read = work(connection, wanted)
    kind = "USING COVERING INDEX" if database.is_sqlite else "Index Only Scan using"
    # PostgreSQL has counted, and may know a shorter way.
    assert f"{kind} ix_bb_draft_waiting" in steps or read < MOST, steps
