"""``/audit``: what happened in words, for auditors and admins alone; checked when asked for."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

import plugin
from plugin import onboarding
from plugin.models import DraftState, Role, Surface, VerdictKind
from plugin.store import audit
from plugin.web import audit_words, history
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.visitor import Visitor, hidden, parsed, words_of

PLUGIN = Path(plugin.__file__).parent
AUDITOR = "ada@larkspur-outfitters.example"


@pytest.fixture(scope="module")
def auditor(bench: Bench) -> str:
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=AUDITOR, name="Ada", role=Role.AUDITOR
    )
    return AUDITOR


@pytest.fixture
def ada(auditor: str, visit: Visit) -> Visitor:
    return visit(auditor)


def of_another_merchant(bench: Bench, visit: Visit, email: str) -> tuple[str, Visitor]:
    other = onboarding.add_merchant(bench.runtime, "Other")
    onboarding.add_person(bench.runtime, other, email=email, name="Olga", role=Role.AUDITOR)
    return other, visit(email, other)


def lines(visitor: Visitor, **asked: str) -> list[str]:
    page = visitor.get("/audit", params=asked)
    assert page.status_code == 200
    found = [" ".join(p.text().split()) for p in parsed(page).css(".told p")]
    return [line.removesuffix(" the draft") for line in found]


def test_it_tells_in_words_who_did_what_and_why(bench: Bench, ada: Visitor) -> None:
    ticket_id = bench.opened("refund_over_limit")
    bench.note(ticket_id, BEN, "/reject the jacket was worn <b>")
    draft_id = bench.draft(ticket_id).id
    rejected, *_ = lines(ada, event="verdict")
    assert rejected.startswith("Ben Mercer rejected it by a note (approval: ")
    assert rejected.endswith(": the jacket was worn <b>")
    about = lines(ada, draft=draft_id)
    assert about[0] == "Ben Mercer moved it from awaiting approval to rejected"
    assert about[-1].startswith("Bookbag held it against the policies (approval: ")
    assert lines(ada, actor=f"person:{bench.person(BEN).id}") == [about[0], rejected]
    assert lines(ada, actor=f"person:{bench.person(ANA).id}") == []
    with bench.runtime.database.write() as session:
        now = bench.clock()
        audit.forget_texts(session, bench.scope, draft_ids=[draft_id], at=now, actor="command")
    assert lines(ada, event="verdict")[0].endswith("(its words were erased)")
    erased = "Somebody at the command line erased texts of the audit"
    assert lines(ada, event="texts_erased") == [erased]
    day = bench.clock().date().isoformat()
    assert lines(ada, since=day, until=day)
    assert lines(ada, until="2020-01-01") == []
    assert lines(ada, since="no day")


def test_it_goes_back_page_by_page_to_the_first_row(bench: Bench, ada: Visitor) -> None:
    with bench.runtime.database.write() as session:
        for number in range(120):
            audit.add(session, bench.scope, at=bench.clock(), actor="x", event=f"event {number}")
    seen: list[int] = []
    path: str | None = "/audit"
    while path:
        page = parsed(ada.get(path))
        seen += [int(node.text()) for node in page.css(".told .number")]
        older = [a for a in page.css("a") if a.text() == "Older"]
        path = older[0].attributes["href"] if older else None
    assert seen == list(range(max(seen), 0, -1))


def test_a_check_tells_what_it_found(bench: Bench, visit: Visit) -> None:
    other, olga = of_another_merchant(bench, visit, "o@other.example")
    form = hidden(olga.get("/audit"))
    sound = words_of(olga.post("/audit/check", data=form))
    assert "Nothing was touched The chain is intact up to number" in sound
    with bench.runtime.database.write() as session:
        head = text("DELETE FROM bb_audit_head WHERE merchant_id = :other")
        session.execute(head, {"other": other})
    broken = words_of(olga.post("/audit/check", data=form))
    assert "Something was touched the chain's head is gone" in broken


def test_only_auditors_and_admins_read_it(visit: Visit, ada: Visitor) -> None:
    for email in (ANA, BEN):
        visitor = visit(email)
        refused = visitor.get("/audit")
        assert refused.status_code == 403
        assert "The audit is shown to auditors and admins." in words_of(refused)
        assert 'href="/audit"' not in visitor.get("/queue").text
        answer = visitor.post("/audit/check", data=hidden(visitor.get("/queue")))
        assert answer.status_code == 403
    assert 'href="/audit"' in visit(CHLOE).get("/queue").text
    assert ada.get("/audit").status_code == 200


def test_another_merchants_rows_are_not_there(bench: Bench, visit: Visit, ada: Visitor) -> None:
    _, olga = of_another_merchant(bench, visit, "olga@other.example")
    assert lines(olga)[-1] == "Somebody at the command line made this merchant"
    assert len(lines(olga)) < len(lines(ada))
    assert lines(olga, draft=bench.draft(bench.opened("reship")).id) == []


def test_every_event_has_its_words() -> None:
    code = "".join(path.read_text("utf-8") for path in PLUGIN.rglob("*.py"))
    named = re.findall(r"\bevent ?= ?(\"\w+\"(?: if \w+ else \"\w+\")?)", code)
    events = {event for names in named for event in re.findall(r"\"(\w+)\"", names)}
    assert {"verdict", "signed_in", "habits_on", "habits_off", "chat_removed"} < events
    assert events <= set(audit_words.EVENTS)


def test_every_state_and_surface_has_its_words() -> None:
    assert set(audit_words._STATES) == {state.value for state in DraftState}
    assert set(audit_words._WHERE) == {surface.value for surface in Surface}
    assert set(history.SAID) == set(VerdictKind)
