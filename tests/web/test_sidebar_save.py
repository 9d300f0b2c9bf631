"""Which replies leave a composer, as the service answers, and which drafts come into one."""

import pytest
import requests

from plugin import onboarding
from plugin.models import DraftState
from plugin.store import audit
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.sidebar_app import Sidebar, install
from tests.web.visitor import parsed


@pytest.fixture(autouse=True)
def _installed(sqlite_bench: Bench) -> None:
    install(sqlite_bench)


def sentence(answer: requests.Response) -> str:
    return str(answer.json()["error"]["message"])


def gate(answer: requests.Response) -> dict[str, str | None]:
    """What the page is told beforehand."""
    (found,) = parsed(answer).css("#gate")
    return found.attributes


PEOPLE = {"ana": ANA, "ben": BEN, "chloe": CHLOE}
SAVES = (
    # Which ticket; what was said to its draft, and by whom; who replies, and whether they may.
    ("refund_over_limit", "", "", "ana", "stopped"),
    ("refund_over_limit", "", "", "chloe", "stopped"),
    ("refund_over_limit", "reject", "ben", "ben", "stopped"),
    ("refund_over_limit", "respond", "ben", "ben", "passes"),
    ("refund_over_limit", "respond", "ben", "chloe", "stopped"),
    ("refund_under_limit", "", "", "ana", "passes"),
    ("refund_under_limit", "reject", "ana", "ben", "passes"),
    ("legal_threat", "", "", "ana", "passes"),
    ("no_macro_polish", "", "", "ana", "passes"),
    ("where_is_my_order", "", "", "ana", "passes"),
)


@pytest.mark.parametrize("case", SAVES, ids=" ".join)
def test_the_save_hook_stops_exactly_what_would_be_a_bypass(
    sqlite_bench: Bench, case: tuple[str, str, str, str, str]
) -> None:
    bench = sqlite_bench
    key, verdict, by, replies, expected = case
    ticket_id = bench.opened(key)
    draft_id, agent = bench.draft(ticket_id).id, Sidebar(bench, PEOPLE[replies])
    if verdict:
        said = {"verdict": verdict, "reason": "I look into it.", "done": "0"}
        who = Sidebar(bench, PEOPLE[by])
        assert who.act(draft_id, "verdict", **said, **who.seen(ticket_id)).status_code == 200
    answer = agent.save(ticket_id, "We refund you 500.00 USD.")
    assert answer.status_code == (409 if expected == "stopped" else 200)
    if expected == "stopped":
        assert sentence(answer).startswith("Not sent: a reply to this message needs")
        assert "a lead or an admin" in sentence(answer)
    for harmless in (agent.save(ticket_id, public=False), agent.save(ticket_id, " \n")):
        assert harmless.json() == {"may_pass": True}
    bench.hands.agent_writes(ticket_id, PEOPLE[replies], "We refund you 500.00 USD.", public=True)
    bench.settle()
    assert bench.draft(ticket_id).bypassed is (expected == "stopped")


def test_the_save_hook_asks_for_a_question_it_can_read(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    ticket_id = bench.opened("refund_over_limit")
    ana = Sidebar(bench, ANA)
    unreadable: list[object] = [None, [], "x", {}, {"public": "true", "text": "x"}]
    for question in (*unreadable, {"public": True}):
        answer = ana.ask_to_save(ticket_id, question)
        assert answer.status_code == 422, question
    for number in (1, None):
        assert ana.ask_to_save(ticket_id, {"public": True, "text": number}).status_code == 422
    assert ana.save("999999").status_code == 200


def test_what_is_more_than_was_approved_is_stopped(sqlite_bench: Bench) -> None:
    """By its words, or where nobody can tell."""
    bench = sqlite_bench
    ticket_id = bench.opened("refund_over_limit")
    ana, ben = Sidebar(bench, ANA), Sidebar(bench, BEN)
    draft_id, text = bench.draft(ticket_id).id, bench.draft(ticket_id).text or ""
    assert gate(ana.draft(ticket_id))["data-leave"] == "held"
    assert "needs approval" in (gate(ana.draft(ticket_id))["data-why"] or "")
    ben.act(draft_id, "verdict", verdict="approve", done="0", **ben.seen(ticket_id))
    known = gate(ana.draft(ticket_id))
    assert known["data-leave"] == "approved"
    assert len(known["data-digest"] or "") == 64
    for passes in (text, f"  {text}\n\n", text.replace("\n", "  \n "), "Thank you for waiting."):
        assert ana.save(ticket_id, passes).json() == {"may_pass": True}
    for more, named in (
        ("We refund you 500.00 USD.", "“500.00 USD”"),
        (f"{text}\nYou get 30% off.", "“30%”"),
        (f"{text}\nWe also send you a new one.", "We also send you a new one."),
        (f"{text}\nJutro zwrócimy wszystkie pieniądze na kartę.", "Jutro zwrócimy"),
        ("x" * 20_001, "too long"),
    ):
        stopped = ana.save(ticket_id, more)
        assert stopped.status_code == 409
        assert named in sentence(stopped)
        assert "undo the approval in Bookbag" in sentence(stopped)
    assert ana.save(ticket_id, "We refund you 500.00 USD.", public=False).status_code == 200
    assert bench.draft(ticket_id).state is DraftState.APPROVED


def test_a_policy_may_want_another_approval_for_other_words(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    ticket_id = bench.opened("refund_over_limit")
    ana, ben = Sidebar(bench, ANA), Sidebar(bench, BEN)
    text = bench.draft(ticket_id).text or ""
    strict = "  - {id: never-say, when: {reply_contains: [dachshund]}, require: block}\n"
    policies = bench.policies.rstrip() + "\n" + strict
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, policies, by="test")
    draft_id = bench.draft(ticket_id).id
    ben.act(draft_id, "verdict", verdict="approve", done="0", **ben.seen(ticket_id))
    stopped = ana.save(ticket_id, f"{text}\nMy dachshund says hello.")
    assert stopped.status_code == 409
    assert sentence(stopped).startswith("Not sent: so changed it needs another approval.")
    assert "dachshund" in sentence(stopped)


def test_a_draft_comes_into_a_composer_unasked_once_and_takes_none_away(
    sqlite_bench: Bench,
) -> None:
    bench = sqlite_bench
    ana, ben = Sidebar(bench, ANA), Sidebar(bench, BEN)
    ticket_id = bench.opened("german_html_thread")
    draft_id = bench.draft(ticket_id).id

    def offered(one: Sidebar) -> bool:
        return bool(parsed(one.draft(ticket_id)).css("#insert[data-unasked]"))

    def insert(one: Sidebar, **more: str) -> int:
        return one.act(draft_id, "insert", **one.seen(ticket_id), **more).status_code

    assert offered(ana)
    assert offered(ben)
    assert insert(ana, unasked="yes") == 200
    # Another window of hers, and another agent's.
    for one in (ana, ben):
        assert not offered(one)
        assert insert(one, unasked="yes") == 409
    assert ana.act(draft_id, "release", **ana.seen(ticket_id)).status_code == 200
    for one in (ana, ben):
        assert not offered(one)
        assert insert(one, unasked="yes") == 409
    assert insert(ben) == 200
    with bench.runtime.database.read() as session:
        told = [
            row.detail.get("unasked", False)
            for row in audit.of_draft(session, bench.scope, draft_id)
            if row.event == "inserted"
        ]
    assert told == [True, False]


def test_what_is_signed_or_has_actions_is_not_inserted_unasked(sqlite_bench: Bench) -> None:
    bench, ana, ben = sqlite_bench, Sidebar(sqlite_bench, ANA), Sidebar(sqlite_bench, BEN)
    signed, acts = bench.opened("german_html_thread"), bench.opened("refund_under_limit")
    ben.act(bench.draft(signed).id, "verdict", verdict="approve", **ben.seen(signed))
    for ticket_id in (signed, acts):
        assert not parsed(ana.draft(ticket_id)).css("#insert[data-unasked]")
        fields = {**ana.seen(ticket_id), "unasked": "yes", "done": "0"}
        assert ana.act(bench.draft(ticket_id).id, "insert", **fields).status_code == 409
        assert bench.draft(ticket_id).inserted_by is None
