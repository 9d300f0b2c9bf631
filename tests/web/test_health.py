"""``/readyz``: ready to take what comes, with a word on who works, and what is amiss by name."""

import dataclasses
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text, update
from werkzeug.test import TestResponse

from plugin.store import leases
from plugin.store.engine import Database
from plugin.store.schema import WorkerLease
from plugin.web import create_web
from tests.bench.world import Bench

NO_WORKER = "no worker is alive: what comes in is stored and waits"
NOBODY = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def ask(bench: Bench, *, works: bool = False) -> TestResponse:
    return create_web(bench.runtime, works=works).test_client().get("/readyz")


def why(answer: TestResponse) -> str:
    assert answer.status_code == 503
    error = answer.get_json()["error"]
    assert error["code"] == "not_ready"
    return str(error["message"])


@pytest.fixture
def worker(bench: Bench) -> Iterator[str]:
    with bench.runtime.database.write() as session:
        leases.take(session, "a-worker")
    yield "a-worker"
    with bench.runtime.database.write() as session:
        leases.drop(session, "a-worker")


@pytest.fixture
def versions(bench: Bench) -> Iterator[str]:
    """The job engine's table of its version, which is put back."""
    database = bench.runtime.database
    table = "dbos_migrations" if database.is_sqlite else "dbos.dbos_migrations"
    with database.engine.connect() as connection:
        before = connection.scalar(text(f"SELECT max(version) FROM {table}"))
    yield table
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET version = :before"), {"before": before})


@pytest.mark.parametrize("works", [True, False])
def test_with_a_worker_it_is_ready(bench: Bench, worker: str, *, works: bool) -> None:
    del worker
    answer = ask(bench, works=works)
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "warnings": []}


def test_without_one_web_takes_what_comes_and_says_so(bench: Bench) -> None:
    answer = ask(bench)
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "warnings": [NO_WORKER]}


def test_without_one_serve_is_not_ready(bench: Bench) -> None:
    assert why(ask(bench, works=True)) == NO_WORKER


def test_a_worker_that_fell_silent_is_none(bench: Bench, worker: str) -> None:
    with bench.runtime.database.write() as session:
        session.execute(
            update(WorkerLease)
            .where(WorkerLease.id == worker)
            .values(beat_at=WorkerLease.beat_at - bench.runtime.pace.silent - 1)
        )
    assert why(ask(bench, works=True)) == NO_WORKER


@pytest.mark.parametrize("works", [True, False])
def test_older_tables_of_the_job_engine_are_told(
    bench: Bench, worker: str, versions: str, *, works: bool
) -> None:
    del worker
    with bench.runtime.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE {versions} SET version = version - 1"))
    told = why(ask(bench, works=works))
    assert "job engine's tables are at version" in told
    assert told.endswith("run `bookbag db upgrade`")


def test_missing_tables_of_the_job_engine_are_told(bench: Bench, versions: str) -> None:
    name = versions.rpartition(".")[2]
    with bench.runtime.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {versions} RENAME TO away"))
    try:
        assert "job engine's tables are at version none" in why(ask(bench))
    finally:
        with bench.runtime.database.engine.begin() as connection:
            away = versions.replace(name, "away")
            connection.execute(text(f"ALTER TABLE {away} RENAME TO {name}"))


def test_newer_tables_of_the_job_engine_are_as_good(bench: Bench, versions: str) -> None:
    with bench.runtime.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE {versions} SET version = version + 1"))
    assert ask(bench).status_code == 200


def test_a_database_that_is_away_is_told_without_its_address(bench: Bench) -> None:
    with closing(Database(NOBODY)) as database:
        web = create_web(dataclasses.replace(bench.runtime, database=database))
        assert why(web.test_client().get("/readyz")) == "the database does not answer"
