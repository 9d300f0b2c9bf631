"""``bookbag db backup``: a copy that a service starts on, made while the database is in use."""

import stat
from pathlib import Path

from plugin.store.engine import Database
from tests.cli.support import Shell


def test_what_was_there_is_in_the_copy_and_nothing_later(shell: Shell, tmp_path: Path) -> None:
    merchant = shell.merchant("Before")
    copy = tmp_path / "backup.db"
    made = shell("db", "backup", str(copy))
    if shell.env["BOOKBAG_DATABASE_URL"].startswith("postgres"):
        assert (made.code, made.out) == (2, "")
        assert "pg_dump" in made.line
        return
    assert made.out == f"{copy}: the database as it is now\n"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    shell.merchant("After")
    restored = shell.having(BOOKBAG_DATABASE_URL=f"sqlite:///{copy}")
    assert restored("db", "upgrade").code == 0
    listed = restored("merchant", "list", "--json")
    assert [row["id"] for row in listed.records] == [merchant]


def test_an_open_write_is_not_in_the_copy_and_does_not_stop_it(
    shell: Shell, tmp_path: Path
) -> None:
    url = shell.env["BOOKBAG_DATABASE_URL"]
    if url.startswith("postgres"):
        assert shell("db", "backup", str(tmp_path / "x")).code == 2
        return
    shell.merchant("Before")
    copy = tmp_path / "backup.db"
    database = Database(url)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE bb_merchant SET name = 'Changed'")
        assert shell("db", "backup", str(copy)).code == 0
    database.close()
    restored = shell.having(BOOKBAG_DATABASE_URL=f"sqlite:///{copy}")
    assert restored("merchant", "list", "--json").records[0]["name"] == "Before"


def test_a_file_that_is_there_stays_as_it_is(shell: Shell, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine", encoding="utf-8")
    refused = shell("db", "backup", str(there))
    assert refused.code == 2
    assert there.read_text(encoding="utf-8") == "mine"
