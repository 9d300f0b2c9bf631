"""`audit verify` finds whatever somebody with the database in their hands does to the audit."""

from typing import Any

import pytest
from sqlalchemy import text

from plugin.audit.chain import Chain
from plugin.audit.verify import verify
from plugin.store import audit, audit_reading
from plugin.store.audit_digest import moment, row_digest
from plugin.store.audit_reading import Stored
from plugin.store.engine import Database
from tests.audit.unguarded import UNGUARDED
from tests.store.support import AT, Owner, add_draft, owner


@pytest.fixture
def shop(database: Database) -> Owner:
    """Seven rows: 2, 4 and 6 have a text, 3 and 4 tell of a draft."""
    of = owner(database)
    draft = add_draft(database, of)
    for number in range(1, 8):
        with database.write() as session:
            audit.add(
                session,
                of.scope,
                at=AT,
                actor=f"person:{number}",
                event="told",
                draft_id=draft.id if number in (3, 4) else None,
                detail={"n": number},
                text={"words": f"text {number}"} if number % 2 == 0 else None,
            )
    return of


def tampered(database: Database, *statements: str) -> None:
    """As somebody does it who may do everything in the database."""
    with database.write() as session:
        unguarded = UNGUARDED["sqlite" if database.is_sqlite else "postgresql"]
        for statement in (*unguarded, *statements):
            session.connection().exec_driver_sql(statement)


def found(database: Database, of: Owner, **more: Any) -> tuple[int | None, str]:
    wrong = verify(database, of.scope, **more).wrong
    assert wrong is not None
    return wrong.number, wrong.how


def stored(database: Database, of: Owner) -> list[Stored]:
    with database.read() as session:
        return [row for page in audit_reading.pages(session, of.scope) for row in page]


def test_an_untouched_chain_holds(database: Database, shop: Owner) -> None:
    seen: list[tuple[int, int]] = []
    chain = verify(database, shop.scope, progress=lambda *told: seen.append(told))
    assert chain.wrong is None
    assert (chain.rows, chain.number, chain.tombstones) == (7, 7, 0)
    assert seen == [(7, 7)]
    assert verify(database, owner(database, "New").scope).wrong is None


def test_texts_that_were_erased_are_counted_and_the_chain_holds(
    database: Database, shop: Owner
) -> None:
    ids = [row[1] for row in stored(database, shop)]
    with database.write() as session:
        audit.forget_texts(session, shop.scope, audit_ids=ids[:5], at=AT, actor="command")
    chain = verify(database, shop.scope)
    assert chain.wrong is None
    assert (chain.rows, chain.tombstones) == (8, 2)


@pytest.mark.parametrize(
    "change",
    [
        "id = 'another'",
        "at = '2026-03-01 12:00:00.000001'",
        "actor = 'person:9'",
        "event = 'untold'",
        "draft_id = NULL",
        """detail = '{"n": 3}'""",
        """detail = '{"n":33}'""",
        f"text_digest = '{'1' * 64}'",
        f"digest = '{'1' * 64}'",
        "digest = NULL",
    ],
)
def test_a_change_of_any_column_is_found(database: Database, shop: Owner, change: str) -> None:
    if not database.is_sqlite:
        change = change.replace(".000001'", ".000001+00'")
    tampered(database, f"UPDATE bb_audit SET {change} WHERE number = 3")
    assert found(database, shop) == (3, "it was changed: its digest is another")


def test_a_change_of_the_link_is_found(database: Database, shop: Owner) -> None:
    tampered(database, f"UPDATE bb_audit SET previous = '{'1' * 64}' WHERE number = 3")
    number, how = found(database, shop)
    assert number == 3
    assert "does not follow number 2" in how


def test_a_row_given_to_another_merchant_is_found_with_both(
    database: Database, shop: Owner
) -> None:
    other = owner(database, "Other")
    mine, theirs = shop.scope.merchant_id, other.scope.merchant_id
    tampered(
        database,
        f"UPDATE bb_audit SET merchant_id = '{theirs}' WHERE number = 1 AND merchant_id = '{mine}'",
    )
    assert found(database, shop) == (1, "number 1 is missing")
    assert found(database, other) == (1, "it was changed: its digest is another")


@pytest.mark.parametrize(
    ("where", "number", "how"),
    [
        ("number = 1", 1, "number 1 is missing"),
        ("number = 3", 3, "number 3 is missing"),
        ("number IN (3, 4, 5)", 3, "numbers 3 to 5 are missing"),
        ("number = 7", 7, "number 7 is missing: the end was cut off"),
        ("number > 5", 6, "numbers 6 to 7 are missing: the end was cut off"),
        ("number > 0", 1, "numbers 1 to 7 are missing: the end was cut off"),
    ],
)
def test_a_row_that_was_removed_is_found(
    database: Database, shop: Owner, where: str, number: int, how: str
) -> None:
    texts = f"DELETE FROM bb_audit_text WHERE audit_id IN (SELECT id FROM bb_audit WHERE {where})"
    tampered(database, texts, f"DELETE FROM bb_audit WHERE {where}")
    assert found(database, shop) == (number, how)


def test_a_removed_row_whose_gap_was_closed_is_found(database: Database, shop: Owner) -> None:
    tampered(
        database,
        "DELETE FROM bb_audit WHERE number = 3",
        *(f"UPDATE bb_audit SET number = {n - 1} WHERE number = {n}" for n in range(4, 8)),
    )
    number, how = found(database, shop)
    assert number == 3
    assert "does not follow number 2" in how


def test_two_rows_that_changed_places_are_found(database: Database, shop: Owner) -> None:
    tampered(
        database,
        "UPDATE bb_audit SET number = 99 WHERE number = 3",
        "UPDATE bb_audit SET number = 3 WHERE number = 5",
        "UPDATE bb_audit SET number = 5 WHERE number = 99",
    )
    number, how = found(database, shop)
    assert number == 3
    assert "one of the two was replaced" in how


COPIED = (
    "INSERT INTO bb_audit (id, merchant_id, at, draft_id, actor, event, detail, number, previous,"
    " digest, text_digest) SELECT 'copy', merchant_id, at, draft_id, actor, event, detail,"
    " {number}, previous, digest, text_digest FROM bb_audit WHERE number = 7"
)


@pytest.mark.parametrize("page", [2, 7, 5000])
@pytest.mark.parametrize("number", [0, 1, 2, 4, 7])
def test_a_second_row_of_a_number_is_found_at_any_place_of_a_page(
    database: Database, shop: Owner, monkeypatch: pytest.MonkeyPatch, number: int, page: int
) -> None:
    defaults = {"of": page}
    monkeypatch.setattr(audit_reading.pages, "__kwdefaults__", defaults)
    tampered(database, "DROP INDEX uq_bb_audit_number", COPIED.format(number=number))
    wrong, how = found(database, shop)
    assert wrong in (number, number + 1)
    assert "twice" in how or "replaced" in how or "first row" in how


def test_a_row_that_was_added_past_the_head_is_found(database: Database, shop: Owner) -> None:
    tampered(database, COPIED.format(number=8))
    assert found(database, shop)[0] == 8


def test_a_right_row_that_was_added_past_the_head_is_found(database: Database, shop: Owner) -> None:
    head = stored(database, shop)[-1][9]
    digest = row_digest(
        head,
        row_id="forged",
        merchant_id=shop.scope.merchant_id,
        number=8,
        at=moment(AT),
        actor="x",
        event="forged",
        draft_id=None,
        detail="{}",
        text_digest=None,
    )
    stamp = "2026-03-01 12:00:00.000000" + ("" if database.is_sqlite else "+00")
    tampered(
        database,
        "INSERT INTO bb_audit (id, merchant_id, at, actor, event, detail, number, previous, digest)"
        f" VALUES ('forged', '{shop.scope.merchant_id}', '{stamp}', 'x', 'forged', '{{}}', 8,"
        f" '{head}', '{digest}')",
    )
    assert found(database, shop) == (8, "it was added past the chain's head")
    cover_up(database, shop, 8, digest)
    assert "does not fit its seal" in found(database, shop)[1]


def test_a_row_without_a_number_is_found(database: Database, shop: Owner) -> None:
    tampered(database, COPIED.format(number="NULL"))
    assert found(database, shop) == (None, "a row without a number was added past us")


def test_a_chain_made_anew_from_a_forged_row_on_is_found(database: Database, shop: Owner) -> None:
    """Every digest after it is right again: the head's seal is not, and cannot be made."""
    last = rewritten(database, shop, since=3)
    assert "is not the last row" in found(database, shop)[1]
    cover_up(database, shop, 7, last)
    assert "does not fit its seal" in found(database, shop)[1]
    with database.write() as session:
        audit.add(session, shop.scope, at=AT, actor="x", event="life goes on")
    assert found(database, shop)[0] == 8
    assert "had been rewritten" in found(database, shop)[1]


def test_an_end_that_was_cut_off_with_the_head_rewritten_is_found(
    database: Database, shop: Owner
) -> None:
    fifth = stored(database, shop)[4][9]
    texts = "DELETE FROM bb_audit_text WHERE audit_id IN (SELECT id FROM bb_audit WHERE number > 5)"
    tampered(database, texts, "DELETE FROM bb_audit WHERE number > 5")
    cover_up(database, shop, 5, fifth)
    assert "does not fit its seal" in found(database, shop)[1]


def test_an_old_copy_of_rows_and_head_is_found_by_a_head_noted_elsewhere(
    database: Database, shop: Owner
) -> None:
    """Nothing inside the database can tell it from the truth of that day."""
    with database.read() as session:
        old = session.execute(text("SELECT number, digest, seal FROM bb_audit_head")).one()
    for event in ("awkward", "more"):
        with database.write() as session:
            audit.add(session, shop.scope, at=AT, actor="x", event=event)
    noted = verify(database, shop.scope).digest
    assert verify(database, shop.scope, expect=noted).wrong is None
    assert verify(database, shop.scope, expect=old.digest).wrong is None
    tampered(database, "DELETE FROM bb_audit WHERE number > 7")
    with database.write() as session:
        session.execute(
            text("UPDATE bb_audit_head SET number = :number, digest = :digest, seal = :seal"),
            old._asdict(),
        )
    assert verify(database, shop.scope).wrong is None
    assert "no row has the digest that you expect" in found(database, shop, expect=noted)[1]


@pytest.mark.parametrize(
    ("statement", "how"),
    [
        ("DELETE FROM bb_audit_head", "head is gone"),
        ("UPDATE bb_audit_head SET number = 8", "number 8 is missing"),
        ("UPDATE bb_audit_head SET number = 6", "past the chain's head"),
        (f"UPDATE bb_audit_head SET digest = '{'1' * 64}'", "is not the last row"),
        ("UPDATE bb_audit_head SET seal = 'nonsense'", "does not fit its seal"),
    ],
)
def test_a_head_that_was_changed_or_removed_is_found(
    database: Database, shop: Owner, statement: str, how: str
) -> None:
    tampered(database, statement)
    assert how in found(database, shop)[1]


def its_text(number: int) -> str:
    return f"audit_id = (SELECT id FROM bb_audit WHERE number = {number})"


def given(where: str, number: int) -> str:
    row = f"(SELECT id FROM bb_audit WHERE number = {number})"
    return f"UPDATE bb_audit_text SET audit_id = {row} WHERE {where}"


SWAPPED = [
    f"UPDATE bb_audit_text SET audit_id = 'x' WHERE {its_text(2)}",
    given(its_text(4), 2),
    given("audit_id = 'x'", 4),
]
CHANGED = "its text was changed, or is another row's"


@pytest.mark.parametrize(
    ("statements", "number", "how"),
    [
        (
            [f"""UPDATE bb_audit_text SET text = '{{"words":"x"}}' WHERE {its_text(4)}"""],
            4,
            CHANGED,
        ),
        (["UPDATE bb_audit_text SET salt = 'x'"], 2, CHANGED),
        (SWAPPED, 2, CHANGED),
        (
            [f"DELETE FROM bb_audit_text WHERE {its_text(4)}"],
            4,
            "its text is missing, and no row says that it was erased",
        ),
        ([given(its_text(6), 5)], 5, "it has a text and never had one"),
    ],
    ids=["changed", "salted anew", "swapped", "removed", "given to another"],
)
def test_a_text_that_was_touched_is_found(
    database: Database, shop: Owner, statements: list[str], number: int, how: str
) -> None:
    loose = (
        ["PRAGMA defer_foreign_keys = ON"]
        if database.is_sqlite
        else ["ALTER TABLE bb_audit_text DROP CONSTRAINT fk_bb_audit_text_audit_id"]
    )
    tampered(database, *loose, *statements)
    assert found(database, shop) == (number, how)


def test_a_text_of_no_row_is_found(database: Database, shop: Owner) -> None:
    other = owner(database, "Other")
    tampered(
        database,
        "INSERT INTO bb_audit_text (id, merchant_id, audit_id, salt, text)"
        f" SELECT 'stray', '{other.scope.merchant_id}', id, 'x', '{{}}'"
        " FROM bb_audit WHERE number = 1",
    )
    assert verify(database, shop.scope).wrong is None
    assert found(database, other) == (None, "a text belongs to no row: its row was removed")


def cover_up(database: Database, of: Owner, number: int, digest: str) -> None:
    with database.write() as session:
        session.execute(
            text(
                "UPDATE bb_audit_head SET number = :number, digest = :digest"
                " WHERE merchant_id = :merchant"
            ),
            {"number": number, "digest": digest, "merchant": of.scope.merchant_id},
        )


def rewritten(database: Database, of: Owner, *, since: int) -> str:
    """Change a row and make every digest from there on anew. Returns the last."""
    previous, changes = "", []
    for row in stored(database, of):
        number, row_id, _, actor, event, draft_id, detail, its, *_ = row
        if number >= since:
            event = "forged" if number == since else event
            digest = row_digest(
                previous,
                row_id=row_id,
                merchant_id=of.scope.merchant_id,
                number=number,
                at=moment(AT),
                actor=actor,
                event=event,
                draft_id=draft_id,
                detail=detail,
                text_digest=its,
            )
            changes.append(
                f"UPDATE bb_audit SET event = '{event}', previous = '{previous}',"
                f" digest = '{digest}' WHERE number = {number}"
            )
            previous = digest
        else:
            previous = row[9]
    tampered(database, *changes)
    return previous


def test_rows_are_checked_in_the_order_of_their_numbers_alone(shop: Owner) -> None:
    chain = Chain(shop.scope.merchant_id)
    assert not chain.read([(2, "x", AT, "a", "b", None, "{}", None, "0" * 64, "1", None, None)])
    assert chain.wrong is not None
    assert chain.wrong.how == "number 1 is missing"
