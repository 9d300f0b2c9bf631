"""The audit for other programs: an export verifies by itself, as JSON Lines and as CSV."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from plugin.audit.chain import Chain
from plugin.audit.export import FIELDS, csv_lines, json_lines, read_back, records
from plugin.audit.verify import verify, verify_export
from plugin.errors import InvalidInputError
from plugin.store import audit
from plugin.store.audit_reading import ALL, Part
from plugin.store.engine import Database
from tests.store.support import AT, Owner, add_ana, add_draft, owner

FORMS = {"jsonl": json_lines, "csv": csv_lines}
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def shop(database: Database) -> Owner:
    """Six rows; 3 and 5 are about a draft, 2 and 4 have texts of which 2's is erased."""
    of = owner(database)
    draft = add_draft(database, of)
    with database.write() as session:
        ana = add_ana(session, of)
    for number in range(1, 6):
        with database.write() as session:
            audit.add(
                session,
                of.scope,
                at=AT + timedelta(days=number),
                actor=f"person:{ana.id}" if number == 4 else FORMULA,
                event="told",
                draft_id=draft.id if number in (3, 5) else None,
                detail={"n": number, "é": "\u2028"},
                text={"words": 'She said: "naïve",\r\n=1+1'} if number in (2, 4) else None,
            )
    with database.read() as session:
        second = list(records(session, of.scope, ALL))[1]["id"]
    with database.write() as session:
        audit.forget_texts(session, of.scope, audit_ids=[str(second)], at=AT, actor="command")
    return of


def exported(database: Database, of: Owner, form: str, part: Part = ALL) -> str:
    with database.read() as session:
        return "".join(FORMS[form](records(session, of.scope, part)))


def checked(text: str, **how: Any) -> Chain:
    return verify_export(read_back(io.StringIO(text, newline="")), **how)


def how_wrong(text: str) -> str:
    wrong = checked(text).wrong
    assert wrong is not None
    return wrong.how


@pytest.mark.parametrize("form", FORMS)
def test_an_export_verifies_by_itself(database: Database, shop: Owner, form: str) -> None:
    chain = checked(exported(database, shop, form))
    there = verify(database, shop.scope)
    assert chain.wrong is None
    assert (chain.rows, chain.tombstones, chain.digest) == (6, 1, there.digest)
    assert (there.rows, there.tombstones) == (6, 1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("change", "how"),
    [
        (("She said", "He said"), "its text was changed"),
        (("told", "tolt"), "it was changed"),
        (("2026-03-04T12:00:00", "2026-03-04T12:00:01"), "it was changed"),
    ],
)
def test_a_changed_export_does_not(
    database: Database, shop: Owner, form: str, change: tuple[str, str], how: str
) -> None:
    text = exported(database, shop, form)
    assert change[0] in text
    wrong = checked(text.replace(*change)).wrong
    assert wrong is not None
    assert how in wrong.how


@pytest.mark.parametrize("form", FORMS)
def test_a_line_that_is_missing_from_an_export_is_found(
    database: Database, shop: Owner, form: str
) -> None:
    lines = exported(database, shop, form).splitlines(keepends=True)
    first = 1 if form == "csv" else 0
    noted = checked("".join(lines)).digest
    for number in range(1, 6):
        rest = [*lines[: first + number - 1], *lines[first + number :]]
        wrong = checked("".join(rest)).wrong
        assert wrong is not None
        assert (wrong.number, wrong.how) == (number, f"number {number} is missing")
    cut = "".join(lines[:-1])
    assert "no row says that it was erased" in how_wrong(cut)
    assert checked("".join(lines), expect=noted).wrong is None
    assert checked("".join(lines), expect="1" * 64).wrong is not None


@pytest.mark.parametrize("form", FORMS)
def test_a_part_is_checked_row_by_row(database: Database, shop: Owner, form: str) -> None:
    with database.read() as session:
        draft_id = next(str(r["draft"]) for r in records(session, shop.scope, ALL) if r["draft"])
    since = Part(since=AT + timedelta(days=3), until=AT + timedelta(days=5))
    for part, rows in ((Part(draft_id=draft_id), 2), (since, 2)):
        text = exported(database, shop, form, part)
        assert checked(text).wrong is not None
        chain = checked(text, part=True)
        assert (chain.wrong, chain.rows) == (None, rows)
        wrong = checked(text.replace("told", "tolt"), part=True).wrong
        assert wrong is not None


def test_rows_of_two_merchants_are_no_export(database: Database, shop: Owner) -> None:
    other = owner(database, "Other")
    with database.write() as session:
        audit.add(session, other.scope, at=AT, actor="x", event="y")
    both = exported(database, shop, "jsonl") + exported(database, other, "jsonl")
    assert "another merchant's" in how_wrong(both)


def test_a_spreadsheet_runs_no_cell(database: Database, shop: Owner) -> None:
    rows = list(csv.reader(io.StringIO(exported(database, shop, "csv"), newline="")))
    assert tuple(rows[0]) == FIELDS
    assert rows[1][FIELDS.index("actor")] == f"'{FORMULA}"
    assert {len(row) for row in rows} == {len(FIELDS)}
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n")]


def test_an_export_names_people_and_keeps_texts(database: Database, shop: Owner) -> None:
    found = [json.loads(line) for line in exported(database, shop, "jsonl").splitlines()]
    assert [row["number"] for row in found] == [1, 2, 3, 4, 5, 6]
    assert [row["who"] for row in found] == [None, None, None, "Ana", None, None]
    assert json.loads(found[3]["text"]) == {"words": 'She said: "naïve",\r\n=1+1'}
    assert (found[1]["text"], found[1]["salt"]) == (None, None)
    assert found[1]["text_digest"]


@pytest.mark.parametrize(
    "text", ["", "number,at\n", "{}\n", "{", '{"number": 1}\n', ",".join(FIELDS) + "\nx\n", "[1]\n"]
)
def test_what_is_no_export_is_said_with_its_line(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"line [12]: "):
        checked(text)
