"""``bookbag audit verify|export``: answers, exit codes, and an export that verifies by itself."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.audit.unguarded import UNGUARDED
from tests.cli.support import Shell


def test_the_audit_is_verified_and_exported(shell: Shell, tmp_path: Path) -> None:
    merchant = shell.merchant()
    told = shell("audit", "verify", "--merchant", merchant, "--json")
    assert (told.code, told.json["intact"], told.json["rows"]) == (0, True, 1)
    noted = str(told.json["last_digest"])
    plain = shell("audit", "verify", "--merchant", merchant, "--expect", noted)
    assert plain.out == (f"intact up to number 1: 1 rows, 0 texts erased\nlast digest: {noted}\n")
    for form in ("jsonl", "csv"):
        path = tmp_path / f"audit.{form}"
        out = ("--format", form, "--out", str(path))
        assert shell("audit", "export", "--merchant", merchant, *out).code == 0
        again = shell("audit", "verify", "--file", str(path), "--expect", noted, "--json")
        assert (again.code, again.json["intact"]) == (0, True)
    assert again.json["rows"] == 3  # the merchant, and both exports
    shown = shell("audit", "export", "--merchant", merchant, "--since", "2020-01-01")
    assert [json.loads(line)["event"] for line in shown.out.splitlines()] == [
        "merchant_added",
        *["exported"] * 3,
    ]
    path.write_text(path.read_text(encoding="ascii").replace("command", "nobody"), "ascii")
    forged = shell("audit", "verify", "--file", str(path))
    assert forged.code == 1
    assert forged.out.startswith("NOT intact, at number 1: it was changed")


def test_a_touched_row_is_named_with_exit_code_1(shell: Shell) -> None:
    merchant = shell.merchant()
    engine = create_engine(shell.env["BOOKBAG_DATABASE_URL"])
    with engine.begin() as connection:
        for statement in UNGUARDED[engine.dialect.name]:
            connection.execute(text(statement))
        connection.execute(text("UPDATE bb_audit SET event = 'never'"))
    engine.dispose()
    told = shell("audit", "verify", "--merchant", merchant, "--json")
    assert (told.code, told.json["intact"], told.json["wrong_number"]) == (1, False, 1)
    assert told.json["wrong"] == "it was changed: its digest is another"


@pytest.mark.parametrize(
    "asked", [[], ["--merchant", "x", "--file", __file__], ["--merchant", "x", "--part"]]
)
def test_one_thing_is_verified_at_a_time(shell: Shell, asked: list[str]) -> None:
    assert shell("audit", "verify", *asked).code == 2


def test_what_is_no_export_or_no_merchant_is_said(shell: Shell) -> None:
    assert "this is no export of the audit" in shell("audit", "verify", "--file", __file__).line
    assert "no merchant" in shell("audit", "export", "--merchant", "none").line
