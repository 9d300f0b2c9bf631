"""The audit's chain as it is written: numbers without gaps, digests that anybody can make again."""

import ast
import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

import plugin
from plugin.store import audit, drafts, merchants
from plugin.store.audit_digest import BEGINNING, moment
from plugin.store.audit_numbers import erased_numbers, ranges
from plugin.store.audit_tables import AuditHead, AuditRow, AuditText
from plugin.store.columns import json_text
from plugin.store.engine import Database
from tests.store.support import AT, THREADS, Owner, add_draft, all_at_once, owner

WORDS = "the jacket was worn, says ana@larkspur.example"


def tell(database: Database, of: Owner, event: str = "told", **more: Any) -> None:
    with database.write() as session:
        audit.add(session, of.scope, at=AT, actor="person:1", event=event, **more)


def rows(database: Database, of: Owner) -> Sequence[AuditRow]:
    with database.read() as session:
        return session.scalars(
            select(AuditRow)
            .where(AuditRow.merchant_id == of.scope.merchant_id)
            .order_by(AuditRow.number)
        ).all()


def test_a_digest_can_be_made_again_from_its_description(database: Database, shop: Owner) -> None:
    """By the words of `audit_digest` alone, as somebody with an export does it."""
    draft = add_draft(database, shop)
    tell(database, shop, "first", detail={"to": "café", "n": 1}, draft_id=draft.id)
    tell(database, shop, "zweité", text={"reason": WORDS})

    def netstring(field: str) -> bytes:
        raw = field.encode()
        return str(len(raw)).encode() + b":" + raw + b","

    previous = "0" * 64
    with database.read() as session:
        side = session.scalars(select(AuditText)).one()
    said = ("bookbag-audit-text-1", side.salt.hex(), '{"reason":"' + WORDS + '"}')
    its_text = hashlib.sha256(b"".join(map(netstring, said))).hexdigest()
    found = rows(database, shop)
    for number, (row, its, detail) in enumerate(
        zip(found, ("", its_text), ('{"to":"caf\\u00e9","n":1}', "{}"), strict=True), start=1
    ):
        fields = (
            *("bookbag-audit-1", row.id, shop.scope.merchant_id, str(number)),
            *("2026-03-01T12:00:00.000000+00:00", "person:1", row.event, row.draft_id or ""),
            *(detail, its, previous),
        )
        assert row.previous == previous
        assert row.digest == hashlib.sha256(b"".join(map(netstring, fields))).hexdigest()
        previous = row.digest or ""
    assert moment(AT) == "2026-03-01T12:00:00.000000+00:00"


def test_numbers_have_no_gap_however_many_write_at_once(database: Database, shop: Owner) -> None:
    """Each transaction tells of a draft of its own, then of one that all share."""
    other = owner(database, "Other")
    shared = add_draft(database, shop, "99")

    def work(number: int) -> None:
        own = add_draft(database, shop, str(number))
        for turn in range(5):
            with database.write() as session:
                for draft_id in (own.id, shared.id):
                    drafts.get(session, shop.scope, draft_id, lock=True)
                for draft_id in (own.id, shared.id):
                    audit.add(
                        session, shop.scope, at=AT, actor="x", event=f"{turn}", draft_id=draft_id
                    )
                audit.add(session, other.scope, at=AT, actor="x", event="other")

    all_at_once(work)
    for of, count in ((shop, THREADS * 10), (other, THREADS * 5)):
        found = rows(database, of)
        assert [row.number for row in found] == list(range(1, count + 1))
        assert [row.previous for row in found] == [
            BEGINNING,
            *(row.digest for row in found[:-1]),
        ]


def test_rows_keep_the_order_in_which_they_were_told(database: Database, shop: Owner) -> None:
    with database.write() as session:
        for number in range(20):
            audit.add(session, shop.scope, at=AT, actor="x", event=f"{number}")
    assert [row.event for row in rows(database, shop)] == [f"{number}" for number in range(20)]


def test_what_is_rolled_back_takes_no_number(database: Database, shop: Owner) -> None:
    def fail() -> None:
        with database.write() as session:
            audit.add(session, shop.scope, at=AT, actor="x", event="lost")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    tell(database, shop, "kept")
    assert [(row.number, row.event) for row in rows(database, shop)] == [(1, "kept")]


@pytest.mark.one_database("SQLite has one writer")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_chain_is_held_by_a_commit_alone(database: Database, shop: Owner) -> None:
    """A long transaction that has told of something keeps nobody waiting."""
    with database.write() as long:
        audit.add(long, shop.scope, at=AT, actor="x", event="begun first")
        long.flush()
        quick = threading.Thread(target=tell, args=(database, shop, "ended first"))
        quick.start()
        quick.join(timeout=20)
        assert not quick.is_alive()
    assert [row.event for row in rows(database, shop)] == ["ended first", "begun first"]


@pytest.mark.one_database("it has rows' locks")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_holds_the_merchant_and_whoever_commits_do_not_wait_for_each_other(
    database: Database, shop: Owner
) -> None:
    with database.write() as holding:
        merchants.require_merchant(holding, shop.scope.merchant_id, lock=True)
        audit.add(holding, shop.scope, at=AT, actor="x", event="holds")
        quick = threading.Thread(target=tell, args=(database, shop, "commits"))
        quick.start()
        quick.join(timeout=20)
        assert not quick.is_alive()
    assert {row.event for row in rows(database, shop)} == {"commits", "holds"}


def test_no_lock_keeps_foreign_keys_waiting() -> None:
    """Whoever commits holds the chain's head, and must wait for nobody: not for `FOR UPDATE`."""
    strict = []
    for path in Path(plugin.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                named = {keyword.arg for keyword in node.keywords}
                if node.func.attr == "with_for_update" and "key_share" not in named:
                    strict.append(f"{path}:{node.lineno}")
    assert strict == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bb_audit SET event = 'x'",
        "UPDATE bb_audit SET draft_id = NULL WHERE number = 1",
        "DELETE FROM bb_audit WHERE number = 1",
        "TRUNCATE bb_audit CASCADE",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_row(
    database: Database, shop: Owner, change: str
) -> None:
    tell(database, shop)
    before = [row.digest for row in rows(database, shop)]
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text(change))
    assert [row.digest for row in rows(database, shop)] == before


def test_what_may_be_personal_stands_apart_under_a_salt(database: Database, shop: Owner) -> None:
    tell(database, shop, text={"reason": WORDS})
    tell(database, shop, text={"reason": WORDS})
    first, second = rows(database, shop)
    assert WORDS not in json_text([first.detail, first.actor, first.event])
    assert first.text_digest != second.text_digest
    with database.read() as session:
        found = audit.texts(session, shop.scope, [first.id, second.id])
        salts = session.scalars(select(AuditText.salt)).all()
    assert found == {first.id: {"reason": WORDS}, second.id: {"reason": WORDS}}
    assert {len(salt) for salt in salts} == {16}
    assert len(set(salts)) == 2


def test_texts_are_erased_by_row_and_by_draft_and_a_row_tells_of_it(
    database: Database, shop: Owner
) -> None:
    draft = add_draft(database, shop)
    tell(database, shop, text={"reason": "one"})
    for reason in ("two", "three"):
        tell(database, shop, draft_id=draft.id, text={"reason": reason})
    tell(database, shop, draft_id=draft.id)
    tell(database, shop, text={"reason": "five"})
    first = rows(database, shop)[0].id
    other = owner(database, "Other")
    for of, erased in ((other, 0), (shop, 3), (shop, 0)):
        with database.write() as session:
            assert erased == audit.forget_texts(
                session, of.scope, audit_ids=[first], draft_ids=[draft.id], at=AT, actor="command"
            )
    *before, last = rows(database, shop)
    assert len(before) == 5
    assert (last.event, last.detail) == ("texts_erased", {"numbers": "1-3", "texts": 3})
    with database.read() as session:
        left = audit.texts(session, shop.scope, [row.id for row in before])
    assert list(left.values()) == [{"reason": "five"}]


def test_a_merchant_reads_only_its_own_texts(database: Database, shop: Owner) -> None:
    tell(database, shop, text={"reason": WORDS})
    other = owner(database, "Other")
    with database.read() as session:
        assert audit.texts(session, other.scope, [rows(database, shop)[0].id]) == {}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([], ""), ([3], "3"), ([5, 3, 4, 9, 4], "3-5,9"), ([2, 1, 10, 12, 11], "1-2,10-12")],
)
def test_numbers_as_short_text_and_back(numbers: list[int], expected: str) -> None:
    assert ranges(numbers) == expected
    spans = erased_numbers(json.dumps({"numbers": expected}))
    assert {n for first, last in spans for n in range(first, last + 1)} == set(numbers)


def test_a_head_that_was_rewritten_is_doubted_for_ever(database: Database, shop: Owner) -> None:
    """The service goes on, and does not cover up what somebody did to the database."""
    for _ in range(3):
        tell(database, shop)
    second = rows(database, shop)[1]
    with database.write() as session:
        session.execute(
            update(AuditHead)
            .where(AuditHead.merchant_id == shop.scope.merchant_id)
            .values(number=3, digest=second.digest)
        )
    tell(database, shop)
    tell(database, shop)
    with database.read() as session:
        seal = session.scalars(
            select(AuditHead.seal).where(AuditHead.merchant_id == shop.scope.merchant_id)
        ).one()
    assert seal.endswith(" 4")


def test_a_head_that_is_gone_is_found_again_and_doubted(database: Database, shop: Owner) -> None:
    tell(database, shop)
    with database.write() as session:
        session.execute(text("DELETE FROM bb_audit_head"))
    tell(database, shop)
    assert [row.number for row in rows(database, shop)] == [1, 2]
    with database.read() as session:
        assert session.scalars(select(AuditHead.seal)).one().endswith(" 2")
