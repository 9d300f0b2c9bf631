"""What we rely on in the job engine, asked of the real one on both databases."""

import threading
import time
from importlib.metadata import requires, version

import pytest
from dbos import DBOS
from sqlalchemy import text

from plugin import workers
from plugin.config import WEB_THREADS
from plugin.jobs import QUEUE, QUEUES, JobName
from plugin.runtime import Runtime
from plugin.store.columns import new_id
from tests.bench.databases import THREADS
from tests.jobs.support import (
    MERCHANT,
    Office,
    engine_rows,
    engine_schema,
    eventually,
    logging_as_the_service,
    status_of,
)

WORDS = "my neighbour took the parcel"


def nothing() -> None:
    """A job with nothing to do."""


@pytest.mark.parametrize("name", JobName)
def test_a_job_runs_under_its_name_with_its_ids(office: Office, name: JobName) -> None:
    thing_id = office.desk.on(nothing)
    office.ask(thing_id, name)
    office.desk.wait_for(thing_id)
    ((ran_as, scope, _),) = office.desk.ran[thing_id]
    assert (ran_as, scope) == (name, MERCHANT)


def test_what_was_rolled_back_never_runs(office: Office) -> None:
    lost = office.desk.on(nothing)

    def ask_and_fail() -> None:
        with office.database.write() as session:
            office.client.enqueue(session, JobName.DELIVER, MERCHANT, lost, key=lost, ticket="t")
            raise KeyError(lost)

    with pytest.raises(KeyError):
        ask_and_fail()
    office.run(nothing)
    assert status_of(office.database, f"deliver:{lost}") is None
    assert office.desk.count(lost) == 0


def test_a_job_is_kept_with_what_it_belongs_to(office: Office) -> None:
    thing_id = office.desk.on(nothing)
    with office.database.write() as session:
        office.client.enqueue(session, JobName.DELIVER, MERCHANT, thing_id, key="k", ticket="t")
        assert office.desk.count(thing_id) == 0
    office.desk.wait_for(thing_id)


def test_the_same_key_runs_once(office: Office) -> None:
    thing_id = office.desk.on(nothing)
    for _ in range(3):
        office.ask(thing_id)
    office.desk.wait_for(thing_id)
    office.ask(thing_id)
    office.run(nothing)
    assert office.desk.count(thing_id) == 1


def test_another_key_or_another_name_runs_again(office: Office) -> None:
    thing_id = office.desk.on(nothing)
    office.ask(thing_id)
    office.ask(thing_id, key=f"{thing_id}:2")
    office.ask(thing_id, JobName.RUN_EFFECT)
    eventually(lambda: office.desk.count(thing_id) == 3, what="three jobs about one thing")


def test_jobs_of_one_ticket_never_overlap(office: Office) -> None:
    inside, most = [0], [0]

    def act() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        inside[0] -= 1

    things = [office.desk.on(act) for _ in range(6)]
    for thing_id in things:
        office.ask(thing_id, ticket="one ticket")
    office.desk.wait_for(*things)
    assert most == [1]


def test_jobs_of_two_tickets_do_overlap(office: Office) -> None:
    both = threading.Barrier(2)
    things = [office.desk.on(lambda: void(both.wait(timeout=20))) for _ in range(2)]
    for number, thing_id in enumerate(things):
        office.ask(thing_id, ticket=f"ticket {number}")
    office.desk.wait_for(*things)
    assert not both.broken


def test_the_sweep_passes_a_ticket_whose_place_is_held(office: Office) -> None:
    swept = threading.Event()
    waited: list[bool] = []
    holder = office.desk.on(lambda: waited.append(swept.wait(timeout=20)))
    office.ask(holder, ticket="held")
    by_sweep = office.desk.on(swept.set)
    office.ask(by_sweep, ticket="held", lane=new_id())
    office.desk.wait_for(holder, by_sweep)
    assert waited == [True]


def test_what_a_swept_job_asks_for_passes_the_held_place_too(office: Office) -> None:
    followed = threading.Event()
    waited: list[bool] = []
    holder = office.desk.on(lambda: waited.append(followed.wait(timeout=20)))
    follow_up = office.desk.on(followed.set)
    by_sweep = office.desk.on(lambda: office.ask(follow_up, ticket="held too"))
    office.ask(holder, ticket="held too")
    office.ask(by_sweep, ticket="held too", lane=new_id())
    office.desk.wait_for(holder, by_sweep, follow_up)
    assert waited == [True]


def test_what_comes_after_a_swept_job_goes_the_usual_way(office: Office) -> None:
    by_sweep, usual = office.desk.on(nothing), office.desk.on(nothing)
    office.ask(by_sweep, ticket="back", lane=new_id())
    office.desk.wait_for(by_sweep)
    office.run(lambda: office.ask(usual, ticket="back"))
    office.desk.wait_for(usual)
    (kept,) = DBOS.list_workflows(workflow_ids=[f"deliver:{usual}"])
    assert (kept.queue_name, kept.queue_partition_key) == (QUEUE, "back")


def test_a_lane_that_is_held_does_not_hold_up_the_next(office: Office) -> None:
    both = threading.Barrier(2)
    things = [office.desk.on(lambda: void(both.wait(timeout=20))) for _ in range(2)]
    for thing_id in things:
        office.ask(thing_id, ticket="one ticket in two lanes", lane=new_id())
    office.desk.wait_for(*things)
    assert not both.broken


def test_as_many_jobs_as_run_at_once_have_a_connection_each(office: Office) -> None:
    """With web threads that do the same beside them, and the engine's own."""
    at_once = len(QUEUES) * THREADS + WEB_THREADS
    all_there = threading.Barrier(at_once)

    def look() -> None:
        with office.database.read() as session:
            session.execute(text("SELECT 1"))
            all_there.wait(timeout=20)

    web = [threading.Thread(target=look) for _ in range(WEB_THREADS)]
    things = [office.desk.on(look) for _ in range(len(QUEUES) * THREADS)]
    for number, thing_id in enumerate(things):
        office.ask(thing_id, lane=new_id() if number % 2 else None)
    for thread in web:
        thread.start()
    office.desk.wait_for(*things)
    for thread in web:
        thread.join()
    assert not all_there.broken


def test_a_delay_is_waited_for(office: Office) -> None:
    asked = time.monotonic()
    thing_id = office.desk.on(nothing)
    office.ask(thing_id, delay=1)
    office.desk.wait_for(thing_id)
    ((_, _, began),) = office.desk.ran[thing_id]
    assert began - asked >= 0.9


def test_the_engine_keeps_ids_and_no_words(office: Office) -> None:
    thing_id = office.run(nothing)
    (kept,) = DBOS.list_workflows(workflow_ids=[f"deliver:{thing_id}"])
    assert kept.input == {"args": (MERCHANT.merchant_id, thing_id), "kwargs": {}}
    eventually(
        lambda: status_of(office.database, f"deliver:{thing_id}") == "SUCCESS", what="success"
    )


def test_a_job_that_fails_leaves_no_words_in_the_engines_tables_or_the_log(
    office: Office, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        try:
            dict[str, str]()[WORDS]
        except KeyError as first:
            raise ValueError(WORDS) from first

    with logging_as_the_service():
        thing_id = office.run(fail)
        job_id = f"deliver:{thing_id}"
        eventually(lambda: status_of(office.database, job_id) == "ERROR", what="an error")
    rows = engine_rows(office.database)
    assert "neighbour" not in str(rows)
    assert "deliver: ValueError" in str(error_of(job_id))
    out, err = capfd.readouterr()
    assert "neighbour" not in out + err + caplog.text
    assert '"event": "job_failed"' in err
    assert f'"thing": "{thing_id}"' in err
    assert ":fail" in err


def test_the_next_job_of_a_ticket_runs_after_a_failure(office: Office) -> None:
    def fail() -> None:
        raise ValueError(WORDS)

    failing, next_one = office.desk.on(fail), office.desk.on(nothing)
    office.ask(failing, ticket="unlucky")
    office.ask(next_one, ticket="unlucky")
    office.desk.wait_for(failing, next_one)


def test_only_old_finished_jobs_are_forgotten(office: Office) -> None:
    old, failed, young = office.run(nothing), office.run(lambda: void(1 // 0)), office.run(nothing)
    delayed = office.desk.on(nothing)
    office.ask(delayed, delay=600)
    held = threading.Event()
    running = office.desk.on(lambda: void(held.wait(timeout=20)))
    office.ask(running)
    ended = {f"deliver:{thing_id}" for thing_id in (old, failed, young)}
    eventually(
        lambda: (
            {status_of(office.database, job) for job in ended} <= {"SUCCESS", "ERROR"}
            and status_of(office.database, f"deliver:{running}") == "PENDING"
        ),
        what="three jobs ended and one runs",
    )
    aged = [f"deliver:{thing_id}" for thing_id in (old, failed, delayed, running)]
    grow_old(office, aged, seconds=3700)
    grow_old(office, [f"deliver:{young}"], seconds=3500)
    forget(office)
    held.set()
    gone = [f"deliver:{old}", f"deliver:{failed}"]
    for table, rows in engine_rows(office.database).items():
        kept = {row.get("workflow_uuid") for row in rows}
        assert not kept & set(gone), table
        if table in ("workflow_status", "workflow_input"):
            assert {f"deliver:{thing_id}" for thing_id in (young, delayed, running)} <= kept, table
    office.desk.wait_for(running)


def test_the_engines_private_door_is_where_we_left_it() -> None:
    assert version("dbos").startswith("3.4.")
    assert "dbos<3.5,>=3.4" in (requires("bookbag") or ())
    assert callable(DBOS._recover_pending_workflows)


def test_every_job_has_somebody_who_does_it() -> None:
    unused: Runtime = None  # type: ignore[assignment] # only bound, never called
    assert set(workers.jobs(unused)) == set(JobName)


def void(_: object) -> None:
    """For acts that give something nobody wants."""


def error_of(job_id: str) -> object:
    (kept,) = DBOS.list_workflows(workflow_ids=[job_id])
    return kept.error


def grow_old(office: Office, job_ids: list[str], *, seconds: int) -> None:
    schema = engine_schema(office.database)
    table = f"{schema}.workflow_status" if schema else "workflow_status"
    with office.database.write() as session:
        for job_id in job_ids:
            session.execute(
                text(f"UPDATE {table} SET updated_at = :at WHERE workflow_uuid = :id"),
                {"id": job_id, "at": int((time.time() - seconds) * 1000)},
            )


def forget(office: Office) -> None:
    with office.database.write() as session:
        office.engine.forget_finished(session)
