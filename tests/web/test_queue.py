"""The queue: what waits, for whom, how long, how much money, in a constant number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from plugin.store.columns import new_id
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow, Owned
from tests.bench.databases import settings_for
from tests.bench.world import ANA, Bench
from tests.web.conftest import Visit
from tests.web.visitor import parsed


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A queue of its own for every test."""
    with Bench(settings_for(database_url, tmp_path)) as running:
        yield running


@contextmanager
def statements(bench: Bench) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = bench.runtime.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def add_copies(bench: Bench, held: Held, number: int) -> None:
    assert held.decision is not None
    with bench.runtime.database.write() as session:
        for _ in range(number):
            draft_id = new_id()
            own = {"id": draft_id, "message_id": draft_id, "open_short_id": None}
            session.add(DraftRow(**_columns(held.draft) | own))
            session.flush()
            for row in (held.decision, *held.actions):
                belongs = {"id": new_id(), "draft_id": draft_id}
                session.add(type(row)(**_columns(row) | belongs))


def _columns(row: Owned) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def lines(visit: Visit) -> list[str]:
    page = parsed(visit(ANA).get("/queue"))
    return [" ".join(row.text().split()) for row in page.css("tbody tr")]


def test_a_longer_queue_takes_no_more_queries(bench: Bench, visit: Visit) -> None:
    held = [bench.held(bench.opened(key)) for key in ("refund_over_limit", "reship", "complaint")]
    ana = visit(ANA)
    with statements(bench) as few:
        page = ana.get("/queue")
    assert len(parsed(page).css("tbody tr")) == 3
    for one in held:
        add_copies(bench, one, 9)
    with statements(bench) as many:
        page = ana.get("/queue")
    assert len(parsed(page).css("tbody tr")) == 30
    assert len(many) == len(few) <= 10


def test_it_says_how_long_how_much_and_who(bench: Bench, visit: Visit) -> None:
    bench.opened("refund_over_limit")
    bench.pass_time(12 * 60 + 5)
    bench.opened("refund_under_limit")
    bench.opened("legal_threat")
    over, under, blocked = lines(visit)
    assert "Refund please Daniel Kovac" in over
    assert "awaiting approval by a lead or an admin" in over
    assert "129.00 USD 12 min 3 h 48 min left" in over
    assert "38.50 USD under 1 min" in under
    assert "left" not in under
    assert "blocked" in blocked
    assert "none under 1 min" in blocked


def test_a_late_approval_is_called_late(bench: Bench, visit: Visit) -> None:
    bench.opened("complaint")
    bench.pass_time(3 * 3600)
    (line,) = lines(visit)
    assert line.endswith("3 h 1 h late")


def test_what_a_person_must_answer_stays_until_somebody_did(bench: Bench, visit: Visit) -> None:
    """A rejected draft ends nothing: the customer still waits."""
    ticket_id = bench.opened("refund_under_limit")
    visit(ANA).verdict(bench.draft(ticket_id).id, "reject", reason="not yet back")
    (line,) = lines(visit)
    assert "rejected" in line
    bench.hands.agent_writes(ticket_id, ANA, "Hi Priya, I will look into it.", public=True)
    bench.settle()
    assert lines(visit) == []


def test_an_empty_queue_says_so(visit: Visit) -> None:
    page = parsed(visit(ANA).get("/queue"))
    headings = [heading.text() for heading in page.css("h1, h2")]
    assert headings == ["Queue", "Nothing waits for you"]
