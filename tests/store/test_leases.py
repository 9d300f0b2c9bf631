"""Workers' leases: beaten by the database's clock, taken only from the silent."""

import pytest
from sqlalchemy import update

from plugin.store import leases
from plugin.store.engine import Database
from plugin.store.schema import WorkerLease


def age(database: Database, executor_id: str, seconds: float) -> None:
    with database.write() as session:
        older = WorkerLease.beat_at - seconds
        session.execute(
            update(WorkerLease).where(WorkerLease.id == executor_id).values(beat_at=older)
        )


def dead(database: Database, *, silent_for: float = 12.0) -> list[str]:
    with database.read() as session:
        return list(leases.dead(session, silent_for=silent_for))


@pytest.fixture
def workers(database: Database) -> tuple[str, str]:
    with database.write() as session:
        for executor_id in ("alive", "silent"):
            leases.take(session, executor_id)
    age(database, "silent", 13)
    return "alive", "silent"


def test_only_who_fell_silent_is_dead(database: Database, workers: tuple[str, str]) -> None:
    alive, silent = workers
    assert dead(database) == [silent]
    with database.read() as session:
        assert set(leases.everyone(session)) == {alive, silent}
        assert leases.alive(session, silent_for=12.0) == [alive]
    assert set(dead(database, silent_for=-1)) == {alive, silent}


def test_a_beat_brings_a_worker_back(database: Database, workers: tuple[str, str]) -> None:
    _, silent = workers
    with database.write() as session:
        assert leases.beat(session, silent)
    assert dead(database) == []


def test_a_lease_is_not_taken_from_who_beat_meanwhile(
    database: Database, workers: tuple[str, str]
) -> None:
    alive, silent = workers
    with database.write() as session:
        assert not leases.drop(session, alive, silent_for=12.0)
        assert leases.drop(session, silent, silent_for=12.0)
        assert not leases.drop(session, silent, silent_for=12.0)
        assert leases.beat(session, alive)
        assert not leases.beat(session, silent)


def test_a_worker_gives_its_own_lease_back(database: Database, workers: tuple[str, str]) -> None:
    alive, _ = workers
    with database.write() as session:
        assert leases.drop(session, alive)
        assert not leases.beat(session, alive)
