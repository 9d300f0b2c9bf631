"""The queue: what waits, for whom, how long, how much money, in a constant number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborNode
from sqlalchemy import event

from plugin import onboarding
from plugin.store.base import Owned
from plugin.store.columns import new_id
from plugin.store.drafts import Held
from plugin.store.schema import DraftRow
from plugin.web import queue_view
from tests.bench.databases import settings_for
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.visitor import parsed

pytestmark = pytest.mark.each_database("the queue is one wide query")


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


def lines(visit: Visit, email: str = ANA) -> list[str]:
    return [line for found in sections(visit, email).values() for line in found]


def sections(visit: Visit, email: str, path: str = "/queue") -> dict[str, list[str]]:
    """The queue's lines by the key of their section, in the page's order."""
    page = parsed(visit(email).get(path))
    return {
        str(section.attributes["id"]): [_words(row) for row in section.css("tbody tr")]
        for section in page.css("#sections > section")
    }


def _words(row: LexborNode) -> str:
    return " ".join(row.text().split())


def subjects(found: list[str]) -> list[str]:
    """What lines begin with, as far as the tests tell them apart."""
    known = ("Refund please", "Refund for the gloves", "Parcel lost", "Second", "Third")
    return [next((one for one in known if line.startswith(one)), line) for line in found]


def test_a_longer_queue_takes_no_more_queries(bench: Bench, visit: Visit) -> None:
    held = [bench.held(bench.opened(key)) for key in ("refund_over_limit", "reship", "complaint")]
    ana = visit(ANA)
    with statements(bench) as few:
        page = ana.get("/queue")
    assert len(parsed(page).css("tbody tr")) == 3
    for one in held:
        add_copies(bench, one, 4)
    with statements(bench) as many:
        page = ana.get("/queue")
    assert len(parsed(page).css("tbody tr")) == 15
    assert len(many) == len(few) <= 13


def test_it_says_how_long_how_much_and_who(bench: Bench, visit: Visit) -> None:
    bench.opened("refund_over_limit")
    bench.pass_time(12 * 60 + 5)
    bench.opened("refund_under_limit")
    bench.opened("legal_threat")
    over, under, blocked = lines(visit, BEN)
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
    assert headings == ["Queue nothing needs you", "Nothing waits for you"]


def test_what_the_reader_may_sign_stands_apart(bench: Bench, visit: Visit) -> None:
    """By role, by limit, and nothing twice."""
    bench.opened("refund_over_limit")  # 129.00 USD, by a lead
    bench.opened("reship")  # 64.90 USD, for review
    seen = {email: sections(visit, email) for email in (ANA, BEN, CHLOE)}
    assert list(seen[ANA]) == ["others"]
    assert subjects(seen[ANA]["others"]) == ["Refund please", "Parcel lost"]
    assert "awaiting review more than you may sign" in seen[ANA]["others"][1]
    for email in (BEN, CHLOE):
        assert list(seen[email]) == ["signature", "review"]
        assert subjects(seen[email]["signature"]) == ["Refund please"]


def test_the_next_deadline_comes_first_then_the_oldest(bench: Bench, visit: Visit) -> None:
    bench.opened("refund_over_limit")  # four hours
    bench.opened("complaint", subject="Second")  # two hours
    bench.pass_time(60)
    bench.opened("complaint", subject="Third")
    found = sections(visit, BEN)["signature"]
    assert subjects(found) == ["Second", "Third", "Refund please"]


def test_a_deadline_that_is_put_off_moves_its_draft(bench: Bench, visit: Visit) -> None:
    rules = "version: 1\npolicies:\n" + "".join(
        f"  - {{id: {tag}, tags: {tag}, require: approval, approvers: [lead], {rest}}}\n"
        for tag, rest in (("one", "deadline: 1h, escalate_to: admin"), ("two", "deadline: 90m"))
    )
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, rules, by="test")
    for tag, subject in (("one", "Second"), ("two", "Third")):
        bench.opened("refund_over_limit", subject=subject, tags=[tag])
    assert subjects(sections(visit, BEN)["signature"]) == ["Second", "Third"]
    bench.clock.ahead += timedelta(minutes=61)
    bench.sweep()
    assert subjects(sections(visit, BEN)["signature"]) == ["Third", "Second"]


def test_who_has_signed_waits_for_the_others(bench: Bench, visit: Visit) -> None:
    twice = "version: 1\npolicies: [{id: two, when: {action: refund}, require: approval,"
    twice += " approvers: [lead], approvals: 2}]\n"
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, twice, by="test")
    ticket_id = bench.opened("refund_over_limit")
    (line,) = sections(visit, BEN)["signature"]
    assert "0 of 2 signed" in line
    assert visit(BEN).verdict(bench.draft(ticket_id).id, "approve").status_code == 200
    (line,) = sections(visit, BEN)["others"]
    assert "1 of 2 signed" in line
    assert "1 of 2 signed" in sections(visit, CHLOE)["signature"][0]


def test_what_people_must_answer_is_oldest_first_or_from_the_other_end(
    bench: Bench, visit: Visit
) -> None:
    for subject in ("Second", "Third"):
        bench.opened("legal_threat", subject=subject)
    assert subjects(sections(visit, ANA)["people"]) == ["Second", "Third"]
    other_end = sections(visit, ANA, "/queue?people=newest")
    assert subjects(other_end["people"]) == ["Third", "Second"]


def test_more_than_fits_says_what_is_shown(
    bench: Bench, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_view, "LONGEST", 1)
    for subject in ("Second", "Third"):
        bench.opened("legal_threat", subject=subject)
    page = parsed(visit(ANA).get("/queue"))
    assert subjects(lines(visit)) == ["Second"]
    told = page.css_first("#people-cut")
    assert told is not None
    assert _words(told) == "The 1 oldest are shown. Show the newest"
    link = told.css_first("a")
    assert link is not None
    assert subjects(sections(visit, ANA, link.attributes["href"] or "")["people"]) == ["Third"]


def test_a_bypass_is_shown_for_a_week(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit")
    bench.hands.agent_writes(ticket_id, ANA, "Done, enjoy your money.", public=True)
    bench.settle()
    assert bench.draft(ticket_id).bypassed
    (line,) = sections(visit, BEN)["bypassed"]
    assert "without the approval" in line
    assert line.endswith("none under 1 min ago")
    bench.pass_time(7 * 24 * 3600 + 60)
    assert lines(visit) == []


def test_an_unchanged_queue_is_not_sent_again(bench: Bench, visit: Visit) -> None:
    bench.clock.ahead += timedelta(seconds=60 - bench.clock().second)
    bench.opened("refund_over_limit")
    ana, ben = visit(ANA), visit(BEN)
    first = ana.get("/queue")
    known = {"If-None-Match": first.headers["ETag"]}
    again = ana.get("/queue", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert ben.get("/queue", headers=known).status_code == 200
    bench.opened("complaint")
    assert ana.get("/queue", headers=known).status_code == 200
