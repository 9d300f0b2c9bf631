"""Transactions: all or nothing, no overrun, nobody waits who need not, no words in errors."""

import subprocess
import sys
import threading
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from plugin.errors import InvalidInputError
from plugin.store import audit, drafts, engine, merchants
from plugin.store.audit_tables import AuditRow
from plugin.store.engine import Database, DatabaseUnavailableError
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow, Merchant
from plugin.store.tables import METADATA
from tests.store.support import AT, THREADS, Owner, add_ana, add_draft, all_at_once, draft_row

embedded = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LIMIT = 3
WORDS = "my card number is on the photo"


def note(database: Database, of: Owner, event: str) -> None:
    with database.write() as session:
        audit.add(session, of.scope, at=AT, actor="test", event=event)


def events(database: Database, of: Owner) -> list[str]:
    with database.read() as session:
        rows = select(AuditRow.event).where(AuditRow.merchant_id == of.scope.merchant_id)
        return list(session.scalars(rows.order_by(AuditRow.id)))


def test_a_transaction_is_kept_whole(database: Database, shop: Owner) -> None:
    note(database, shop, "kept")
    assert events(database, shop) == ["kept"]


def test_an_exception_undoes_everything_before_it(database: Database, shop: Owner) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            audit.add(session, shop.scope, at=AT, actor="test", event="lost")
            session.flush()
            raise KeyError(WORDS)

    with pytest.raises(KeyError):
        write_and_fail()
    assert events(database, shop) == []


def test_reading_writes_nothing(database: Database, shop: Owner) -> None:
    with database.read() as session:
        audit.add(session, shop.scope, at=AT, actor="test", event="lost")
        session.flush()
    assert events(database, shop) == []


@pytest.mark.one_database("its one writer; PostgreSQL locks the row of a limit")
@embedded
def test_sums_then_inserts_never_overrun_a_limit_on_sqlite(database: Database, shop: Owner) -> None:

    def reserve(_number: int) -> bool:
        with database.write() as session:
            count = select(func.count()).select_from(AuditRow)
            spent = session.scalar(count.where(AuditRow.merchant_id == shop.scope.merchant_id))
            if (spent or 0) >= LIMIT:
                return False
            audit.add(session, shop.scope, at=AT, actor="test", event="spent")
            return True

    assert sum(all_at_once(reserve)) == LIMIT
    assert len(events(database, shop)) == LIMIT


def test_many_writers_all_get_their_turn(database: Database, shop: Owner) -> None:
    all_at_once(lambda number: note(database, shop, f"writer {number}"))
    assert len(events(database, shop)) == THREADS


def test_a_reader_neither_blocks_a_writer_nor_sees_half_of_it(
    database: Database, shop: Owner
) -> None:
    with database.read() as reading:
        before = reading.scalar(select(func.count()).select_from(Merchant))
        note(database, shop, "written while somebody reads")
        assert reading.scalar(select(func.count()).select_from(Merchant)) == before
    assert events(database, shop) == ["written while somebody reads"]


def test_a_writer_does_not_block_a_reader(database: Database, shop: Owner) -> None:
    seen: list[list[str]] = []
    with database.write() as writing:
        audit.add(writing, shop.scope, at=AT, actor="test", event="not yet")
        writing.flush()
        reader = threading.Thread(target=lambda: seen.append(events(database, shop)))
        reader.start()
        reader.join(timeout=5)
    assert seen == [[]]
    assert events(database, shop) == ["not yet"]


def test_one_look_is_consistent(database: Database, shop: Owner) -> None:
    draft = add_draft(database, shop)
    count = select(func.count()).select_from(AuditRow)
    with database.read() as reading:
        reading.scalar(select(DraftRow.id).where(DraftRow.id == draft.id))
        note(database, shop, "later")
        assert reading.scalar(count) == 0


def test_as_many_threads_as_are_told_have_a_connection_at_once(database_url: str) -> None:
    threads = 25
    all_there = threading.Barrier(threads)

    def look(_number: int) -> int:
        with database.read() as session:
            all_there.wait(timeout=10)
            return int(session.scalar(text("SELECT 1")) or 0)

    with closing(Database(database_url, connections=threads)) as database:
        assert sum(all_at_once(look, threads)) == threads
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # a QueuePool


def test_whoever_can_open_a_database_knows_every_table() -> None:
    """In a process of its own: this one has loaded everything."""
    program = (
        "import plugin.store.engine; from plugin.store.base import Base;"
        " print(*(table.name for table in Base.metadata.sorted_tables))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert set(told.stdout.decode().split()) == {table.name for table in METADATA.sorted_tables}


@pytest.mark.one_database("it has a server that can go away")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_that_the_server_took_away_are_replaced(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that rested are asked first. Of those in use one finds out, and for all."""
    with closing(Database(database_url)) as database, closing(Database(database_url)) as other:
        rested = pids_of_three(database)
        end(other, rested)
        monkeypatch.setattr(engine, "_RESTED_SECONDS", 0)
        in_use = pids_of_three(database)
        assert in_use.isdisjoint(rested)
        end(other, in_use)
        monkeypatch.setattr(engine, "_RESTED_SECONDS", 60)
        with pytest.raises(DatabaseUnavailableError):
            pids_of_three(database)
        assert pids_of_three(database).isdisjoint(in_use)


def pids_of_three(database: Database) -> set[int]:
    """The server's processes behind three connections at once."""
    with ExitStack() as held:
        sessions = [held.enter_context(database.read()) for _ in range(3)]
        return {int(one.scalar(text("SELECT pg_backend_pid()")) or 0) for one in sessions}


def end(database: Database, pids: set[int]) -> None:
    with database.write() as session:
        for pid in pids:
            session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


@pytest.mark.one_database("its own settings")
@embedded
def test_sqlite_is_set_up_to_lose_nothing(database: Database) -> None:
    with database.read() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 30_000,
        "foreign_keys": 1,
    }


def test_a_row_of_nobody_is_refused(database: Database, shop: Owner) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(draft_row(shop.account_id, merchant_id="nobody"))


def test_errors_tell_no_words_of_a_customer(database: Database, shop: Owner) -> None:
    failures: list[DBAPIError] = []
    for broken in (
        draft_row(shop.account_id, "1", merchant_id=shop.scope.merchant_id, text=WORDS),
        draft_row(shop.account_id, "2", merchant_id="nobody", text=WORDS),
        draft_row(shop.account_id, "3", merchant_id=shop.scope.merchant_id, short_id=WORDS * 50),
        draft_row(WORDS, "4", merchant_id=shop.scope.merchant_id, subject=WORDS, text=WORDS),
        draft_row(
            shop.account_id,
            "5",
            merchant_id=shop.scope.merchant_id,
            text=WORDS,
            subject=None,
        ),
    ):
        try:
            with database.write() as session:
                session.add(broken)
                session.flush()
                session.add(draft_row(shop.account_id, "1", merchant_id=shop.scope.merchant_id))
        except DBAPIError as error:
            failures.append(error)
    assert len(failures) >= 4
    assert not [str(error) for error in failures if "card number" in str(error)]


def test_a_taken_email_is_said_without_the_database(database: Database, shop: Owner) -> None:
    def add() -> PersonRow:
        with database.write() as session:
            return add_ana(session, shop, "Ana@Larkspur.example ")

    assert add().email == "ana@larkspur.example"
    with pytest.raises(InvalidInputError, match="already here"):
        add()


def test_an_account_of_no_merchant_cannot_be(database: Database, shop: Owner) -> None:
    with database.write() as session:
        other = merchants.add_merchant(session, "Other", at=AT)
    draft = add_draft(database, shop)
    with database.write() as session:
        assert not drafts.add(session, other, draft_row(shop.account_id, draft.message_id))
