"""Nothing crosses merchants: every statement names the merchant, and another sees nothing."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import and_, event, func, select, update
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.schema import Column, Table

from plugin import intake, onboarding
from plugin.errors import MissingError
from plugin.models import InboxState
from plugin.store import (
    audit,
    corrections,
    credentials,
    drafts,
    effects,
    files,
    inbox,
    merchants,
    narrowing,
    people,
    verdicts,
    workload,
)
from plugin.store.base import Owned
from plugin.store.engine import Database
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DecisionRow, DraftRow, EffectRow, VerdictRow
from plugin.store.scope import Scope
from plugin.store.waiting import Awaiting, InStates, Lane, LeftUnsigned
from tests.bench.databases import Databases, settings_for
from tests.bench.plans import asked, plan
from tests.bench.world import ANA, Bench
from tests.store.busy_day import a_busy_day
from tests.store.support import AT, Owner, first_of

ISSUER = "https://accounts.example.com"
EXEMPT = tuple(f"plugin/store/unscoped{part}.py" for part in ("", "_reconciling", "_secrets"))
# Read whole, since a merchant has few of them.
FEW_OF_A_MERCHANT = {
    *("bb_account", "bb_chat_hook", "bb_person", "bb_shop"),
    *("bb_audit_head", "bb_grant", "bb_merchant_privacy", "bb_reconciliation"),
}
# So few that looking for what is due reads them all.
ONE_FOR_EACH_ACCOUNT = {"bb_account", "bb_reconciliation"}
OWNED = {kind.__tablename__ for kind in Owned.__subclasses__()}


class Watch:
    """Sees every statement on our tables, mapped or plain, and keeps those without a merchant."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.unscoped: list[str] = []

    def __call__(self, state: ORMExecuteState) -> None:
        if state.is_insert:
            return
        tables = tables_of(state) & OWNED
        self.seen |= tables
        missing = tables - compared_by_merchant(state)
        if missing and not exempt():
            self.unscoped.append(f"{', '.join(sorted(missing))}: {state.statement}")


def tables_of(state: ORMExecuteState) -> set[str]:
    """The tables that a statement is about, through their classes or by themselves."""
    statement: Any = state.statement
    mapped = {mapper.local_table for mapper in state.all_mappers}
    changed = getattr(statement, "table", None)
    plain = {part for part in visitors.iterate(statement) if isinstance(part, Table)}
    return {table.name for table in (*mapped, *plain, changed) if isinstance(table, Table)}


def compared_by_merchant(state: ORMExecuteState) -> set[str]:
    """The tables whose ``merchant_id`` the statement compares."""
    found = set()
    statement: Any = state.statement
    for part in visitors.iterate(statement):
        if isinstance(part, BinaryExpression) and part.operator is operators.eq:
            for side in visitors.iterate(part):
                if isinstance(side, Column) and side.name == "merchant_id":
                    found.add(str(side.table.name))
    return found


def exempt() -> bool:
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment] # None ends it
        if frame.f_code.co_filename.endswith(EXEMPT):
            return True
    return False


@contextmanager
def watching() -> Iterator[Watch]:
    watch = Watch()
    event.listen(Session, "do_orm_execute", watch)
    try:
        yield watch
    finally:
        event.remove(Session, "do_orm_execute", watch)


def test_the_watch_sees_what_names_no_merchant(database: Database, shop: Owner) -> None:
    mine = shop.scope.merchant_id
    half_joined = (
        select(DraftRow, DecisionRow)
        .outerjoin(DecisionRow, DecisionRow.draft_id == DraftRow.id)
        .where(DraftRow.merchant_id == mine)
    )
    joined = (
        select(DraftRow)
        .join(DecisionRow, and_(DecisionRow.merchant_id == mine, DecisionRow.rev == DraftRow.rev))
        .where(DraftRow.merchant_id == mine)
    )
    with watching() as watch, database.read() as session:
        session.execute(joined)
        session.scalar(select(func.count()).where(VerdictRow.merchant_id == mine))
        assert watch.unscoped == []
        session.scalar(select(VerdictRow).where(VerdictRow.id == "1"))
        session.execute(half_joined)
        session.get(VerdictRow, "1")
        session.execute(update(EffectRow.__table__).values(claim=None))  # type: ignore[arg-type]
    assert [words.partition(":")[0] for words in watch.unscoped] == [
        "bb_verdict",
        "bb_decision",
        "bb_verdict",
        "bb_effect",
    ]


@dataclass(frozen=True)
class Day:
    """What was asked of the database on a busy day, and how it goes about it."""

    watch: Watch
    plans: Mapping[str, list[str]]
    most_connections: int


@pytest.fixture(scope="module")
def day(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """On SQLite: until they are compiled statements are the same on both, and the day is long."""
    folder = tmp_path_factory.mktemp("day")
    with Bench(settings_for(all_databases.fresh("sqlite"), folder)) as bench:
        database = bench.runtime.database
        with (
            watching() as watch,
            asked(database) as statements,
            connections_of_threads(database) as counts,
        ):
            a_busy_day(bench)
        with database.engine.connect() as connection:
            plans = {wanted.statement: plan(connection, wanted) for wanted in statements}
    return Day(watch, plans, max(counts))


@contextmanager
def connections_of_threads(database: Database) -> Iterator[list[int]]:
    """How many connections a thread has, each time it takes one."""
    held: Counter[int] = Counter()
    counts: list[int] = []

    def take(*_: object) -> None:
        held[threading.get_ident()] += 1
        counts.append(held[threading.get_ident()])

    def give(*_: object) -> None:
        held[threading.get_ident()] -= 1

    event.listen(database.engine, "checkout", take)
    event.listen(database.engine, "checkin", give)
    try:
        yield counts
    finally:
        event.remove(database.engine, "checkout", take)
        event.remove(database.engine, "checkin", give)


def test_every_statement_of_the_service_names_the_merchant(day: Day) -> None:
    assert day.watch.unscoped == []
    assert day.watch.seen == OWNED


def test_none_reads_all_that_a_merchant_has(day: Day) -> None:
    assert {table for steps in day.plans.values() for table in tables_in(steps)} >= OWNED
    greedy = {
        statement: steps for statement, steps in day.plans.items() if is_greedy(statement, steps)
    }
    assert greedy == {}


def test_no_thread_takes_a_second_connection(day: Day) -> None:
    assert day.most_connections == 1


def is_greedy(statement: str, steps: list[str]) -> bool:
    """Whether a statement reads a table, or all of one merchant's rows in it, to find a few.

    SQLite's plan is the same however many rows there are: it has not counted them.
    """
    scanned = {step.split()[1] for step in steps if step.startswith(("SCAN bb_", "SCAN workflow_"))}
    if scanned - ONE_FOR_EACH_ACCOUNT:
        return True
    alone = {step.split()[1] for step in steps if step.endswith("(merchant_id=?)")}
    sorts = any("TEMP B-TREE" in step for step in steps)
    return bool(alone - FEW_OF_A_MERCHANT) and (
        sorts or " LIMIT " not in " ".join(statement.split())
    )


def tables_in(steps: list[str]) -> set[str]:
    return {step.split()[1] for step in steps if step.startswith(("SEARCH", "SCAN"))}


def give_ana_all(session: Session, bench: Bench, ana: PersonRow) -> None:
    """A session, a password and a subject, so that there is something to see."""
    now, scope = bench.clock(), bench.scope
    credentials.add_session(
        session, scope, ana.id, digest="d", at=now, expires_at=now + timedelta(hours=1)
    )
    credentials.set_password(session, scope, ana.id, "a hash", at=now)
    credentials.pin_subject(session, scope, ana.id, issuer=ISSUER, subject="ana", at=now)


def test_another_merchant_sees_nothing(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")
    bench.pass_time(10)
    other = Scope(onboarding.add_merchant(bench.runtime, "Other"))
    draft, ana = bench.draft(ticket_id), bench.person(ANA)
    with bench.runtime.database.write() as session:
        give_ana_all(session, bench, ana)
    with bench.runtime.database.read() as session:
        mine = effects.of_draft(session, bench.scope, draft.id)
        mine_told = audit.of_draft(session, bench.scope, draft.id)
        event_id = inbox.recent(session, bench.scope)[0].id
        for forbidden in (
            lambda: drafts.get(session, other, draft.id),
            lambda: inbox.get(session, other, event_id),
            lambda: people.person(session, other, ana.id),
            lambda: merchants.account(session, other, bench.account_id),
            lambda: files.policy_version(session, other, 1),
        ):
            with pytest.raises(MissingError):
                forbidden()
        nothing = [
            drafts.of_message(session, other, bench.account_id, draft.message_id),
            drafts.of_ticket(session, other, bench.account_id, ticket_id),
            drafts.policy_tags_of_ticket(session, other, bench.account_id, ticket_id),
            first_of(session, other, InStates((draft.state,)), limit=9),
            first_of(session, other, Awaiting((Lane(draft.state, draft.signer),)), limit=9),
            first_of(session, other, LeftUnsigned(), limit=9),
            narrowing.called(session, other, draft.short_id, limit=9),
            narrowing.called(session, other, ticket_id, limit=9),
            narrowing.claimed_by(session, other, ana.id, since=AT, limit=9),
            narrowing.accounts(session, other),
            workload.piles(session, other, {}, now=bench.clock()),
            workload.claimed(session, other, since=AT),
            workload.signed(session, other, since=AT),
            workload.waits_since(session, other, draft.id),
            drafts.taken_short_ids(session, other, [draft.short_id]),
            inbox.recent(session, other),
            people.by_email(session, other, ANA),
            people.by_helpdesk_user(session, other, bench.account_id, ana.helpdesk_user or ""),
            people.names(session, other),
            credentials.sessions_of(session, other, ana.id, at=bench.clock()),
            credentials.password_of(session, other, ana.id),
            credentials.subject_of(session, other, ana.id, ISSUER),
            credentials.person_of_subject(session, other, ISSUER, "ana"),
            effects.get(session, other, mine[0].id),
            effects.by_key(session, other, mine[0].key),
            effects.of_draft(session, other, draft.id),
            effects.ours_on_ticket(session, other, bench.account_id, ticket_id),
            effects.unsettled_on_ticket(session, other, bench.account_id, ticket_id),
            corrections.recent(session, other, limit=9),
            corrections.of_draft(session, other, draft.id),
            verdicts.of_draft(session, other, draft.id),
            verdicts.signers(session, other, draft.id, draft.rev),
            audit.of_draft(session, other, draft.id),
            audit.texts(session, other, [row.id for row in mine_told]),
            files.policy_in_force(session, other),
            files.policy_history(session, other, limit=9),
            files.macros_in_use(session, other),
            merchants.shops(session, other),
            merchants.webhook_secrets(session, other, bench.account_id),
        ]
    assert [found for found in nothing if found] == []


def test_another_merchant_changes_nothing(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    other = Scope(onboarding.add_merchant(bench.runtime, "Other"))
    held = bench.held(ticket_id)
    with bench.runtime.database.write() as session:
        event_id = inbox.recent(session, bench.scope, state=InboxState.IGNORED)[0].id
        effect = effects.of_draft(session, bench.scope, held.draft.id)[0]
        verdicts.void(session, other, held.draft.id)
        ana = bench.person(ANA)
        give_ana_all(session, bench, ana)
        session.flush()
        assert credentials.end_sessions(session, other, ana.id, at=bench.clock()) == 0
        credentials.end_links(session, other, ana.id, at=bench.clock())
        credentials.forget_password(session, other, ana.id)
        credentials.forget_subjects(session, other, ana.id)
        assert credentials.password_of(session, bench.scope, ana.id)
        assert credentials.subject_of(session, bench.scope, ana.id, ISSUER)
        assert credentials.sessions_of(session, bench.scope, ana.id, at=bench.clock())
        verdicts.tick_actions(
            session, other, held.draft.id, 1, bench.person(ANA).id, at=bench.clock()
        )
        assert not inbox.reopen(session, other, event_id, at=bench.clock())
        assert not effects.settle(session, other, effect.id, effect.claim or "", effect.state)
    assert [action.done_by for action in bench.held(ticket_id).actions] == [None]
    with pytest.raises(MissingError):
        intake.replay(bench.runtime, other, event_id)
