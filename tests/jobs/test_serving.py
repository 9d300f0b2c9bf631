"""``bookbag serve`` as a process: starts, refuses, stops in order."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests
from sqlalchemy import select

from plugin.store.engine import Database
from plugin.store.schema import WorkerLease
from tests.bench.databases import KEY
from tests.cli.support import BOOKBAG, run
from tests.jobs.support import eventually

PATIENCE_SECONDS = 60
# On a machine at rest it takes two; half of what waiting for a browser would.
STOP_SECONDS = 12


def environment(url: str, folder: Path, port: int = 0) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BOOKBAG_")},
        "BOOKBAG_DATABASE_URL": url,
        "BOOKBAG_DATA": str(folder),
        "BOOKBAG_SECRET_KEYS": KEY,
        "BOOKBAG_BIND": f"127.0.0.1:{port or free_port()}",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def serving(env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [BOOKBAG, "serve"], env=dict(env), stderr=stderr, stdout=subprocess.DEVNULL
        )
    try:
        address = f"http://{env['BOOKBAG_BIND']}"
        eventually(lambda: ready(address) or process.poll() is not None, what="a ready service")
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.kill()
        process.wait()


def ready(address: str) -> bool:
    try:
        return requests.get(f"{address}/readyz", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def leases_left(url: str) -> list[str]:
    database = Database(url)
    try:
        with database.read() as session:
            return list(session.scalars(select(WorkerLease.id)))
    finally:
        database.close()


def test_it_serves_until_it_is_told_to_stop_and_stops_in_order(
    database_url: str, tmp_path: Path
) -> None:
    env, log = environment(database_url, tmp_path), tmp_path / "log"
    with serving(env, log) as process:
        eventually(lambda: "worker_started" in log.read_text(), what="a worker")
        assert len(leases_left(database_url)) == 1
        if database_url.startswith("sqlite"):
            second = run("serve", env=environment(database_url, tmp_path))
            assert second.code == 2
            assert second.line.startswith("bookbag: another worker runs on this")
        # A browser keeps its connection for half a minute; nobody waits for it.
        with requests.Session() as browser:
            browser.get(f"http://{env['BOOKBAG_BIND']}/healthz", timeout=5).raise_for_status()
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
            assert time.monotonic() - began < STOP_SECONDS
    assert leases_left(database_url) == []
    said = log.read_text()
    assert said.index("worker_started") < said.index("worker_stopped")
    assert "Traceback" not in said
    assert KEY not in said


def test_it_refuses_a_database_that_was_never_upgraded(tmp_path: Path) -> None:
    for command in ("serve", "worker", "web"):
        refused = run(command, env=environment(f"sqlite:///{tmp_path}/new.db", tmp_path))
        assert refused.code == 2
        assert refused.line.endswith(": run `bookbag db upgrade`")
