"""What a review page shows beside its draft: order, arguments, conversation, past decisions."""

import itertools
import re
from dataclasses import replace
from unittest.mock import Mock

from connectors.errors import NotFoundError, UnavailableError
from plugin import onboarding
from plugin.models import DraftState
from plugin.store import drafts
from plugin.store.columns import new_id
from tests.bench.queries import counted
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.visitor import parsed, words_of

HOSTILE = (
    "<img src=x onerror=alert(1)> see https://evil.example/pay <a href='https://evil.example'>"
)


def page_of(bench: Bench, ticket_id: str, rest: str = "") -> str:
    return f"/drafts/{bench.draft(ticket_id).id}{rest}"


def test_every_argument_says_where_it_came_from(bench: Bench, visit: Visit) -> None:
    install(bench)
    ticket_id = bench.opened("refund_over_limit")
    told = "129.00 USD from shop order #1006, its total"
    named = "named in the message, and this customer\u2019s"
    order = f"order #1006 from the shop\u2019s record: {named}"
    page = visit(BEN).get(page_of(bench, ticket_id))
    sidebar = parsed(Sidebar(bench, BEN).draft(ticket_id))
    for shown in (parsed(page), sidebar):
        assert [one.text().strip() for one in shown.css(".argument")] == [told, order]
    (note,) = bench.notes(ticket_id)
    assert f"refund 129.00 USD on #1006 ({told})" in note


def test_what_the_customer_alone_claims_is_marked(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit")
    held = bench.held(ticket_id)
    (row,) = held.actions
    claimed = {**(row.origins or {}), "amount": "claim: the customer\u2019s words alone"}
    with bench.runtime.database.write() as session:
        drafts.get(session, bench.scope, held.draft.id).actions[0].origins = claimed
    page = parsed(visit(BEN).get(page_of(bench, ticket_id)))
    (marked,) = page.css(".unchecked")
    words = " ".join(marked.text().split())
    assert words == "Not checked: 129.00 USD from the customer\u2019s words alone"


def test_the_order_is_shown_as_the_shop_had_it(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit")
    page = parsed(visit(BEN).get(page_of(bench, ticket_id)))
    facts = {row.css("dt")[0].text(): row.css("dd")[0].text() for row in page.css(".order div")}
    assert re.fullmatch(r"\d+ \w+ \d{4}, \d\d:\d\d UTC", facts.pop("Placed"))
    assert facts == {
        "Order": "#1006",
        "Status": "delivered",
        "Total": "129.00 USD",
        "Item": "Cascade Rain Jacket, 129.00 USD",
    }
    stranger = {"name": "No Orders", "email": "none@example.com"}
    unknown = bench.opened("where_is_my_order", **{"from": stranger})
    page = parsed(visit(BEN).get(page_of(bench, unknown)))
    assert page.css(".order") == []


def test_the_conversation_is_read_live_and_as_text(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit", text=f"I want a refund for #1006. {HOSTILE}")
    bench.note(ticket_id, ANA, f"Asked the warehouse. {HOSTILE}")
    ben = visit(BEN)
    shown = parsed(ben.get(page_of(bench, ticket_id, "/conversation")))
    lines = [" ".join(line.text().split()) for line in shown.css(".conversation > li")]
    assert "customer · public" in lines[0]
    assert "the draft answers this" in lines[0]
    assert lines[1].startswith("Bookbag\u2019s note internal")
    assert "your team · internal note" in lines[2]
    assert "see https://evil.example/pay" in lines[2]
    assert shown.css("a, img, script") == []
    folded = shown.css(".conversation details")
    assert "open" not in folded[0].attributes
    page = parsed(ben.get(page_of(bench, ticket_id)))
    assert HOSTILE in page.css(".untrusted")[0].text()
    assert page.css(".message a") == []


def test_a_helpdesk_that_is_away_costs_the_conversation_alone(bench: Bench, visit: Visit) -> None:
    ticket_id = bench.opened("refund_over_limit")
    ben = visit(BEN)
    for error, sentence in (
        (UnavailableError("down"), "the helpdesk does not answer"),
        (NotFoundError("gone"), "The helpdesk does not have this ticket any more."),
    ):
        away = Mock(side_effect=error)
        bench.web.extensions["bookbag"] = replace(bench.runtime, helpdesk=away)
        try:
            page = ben.get(page_of(bench, ticket_id))
            answer = ben.get(page_of(bench, ticket_id, "/conversation"))
        finally:
            bench.web.extensions["bookbag"] = bench.runtime
        assert page.status_code == answer.status_code == 200
        assert "I am not happy with the jacket" in words_of(page)
        assert sentence in answer.text


def test_the_nearest_past_decisions_say_how_they_ended(bench: Bench, visit: Visit) -> None:
    install(bench)
    approved, edited, rejected = (bench.opened("refund_under_limit") for _ in range(3))
    bench.note(approved, ANA, "/approve done")
    ana = visit(ANA)
    words = (bench.draft(edited).text or "").replace("Warm regards", "All the best")
    ana.verdict(bench.draft(edited).id, "approve", text=words, done="0").raise_for_status()
    bench.note(rejected, ANA, "/reject she has the money already")
    bench.pass_time(11)
    mine = bench.opened("refund_under_limit")
    shown = parsed(ana.get(page_of(bench, mine, "/alike")))
    lines = [" ".join(line.text().split()) for line in shown.css(".alike li")]
    assert len(lines) == 3
    assert lines[0].startswith("Rejected")
    assert "Why: she has the money already" in lines[0]
    assert lines[1].startswith("Approved, small changes only (")
    assert "of its words), 38.50 USD" in lines[1]
    assert lines[2].startswith("Approved as drafted, 38.50 USD")
    assert shown.css("a")[2].attributes["href"] == page_of(bench, approved)
    assert ana.get(page_of(bench, approved)).status_code == 200

    sidebar = Sidebar(bench, ANA)
    beside = sidebar.beside(bench.draft(mine).id, "alike")
    hrefs = [link.attributes["href"] for link in parsed(beside).css("a[data-hand-over]")]
    assert hrefs == [link.attributes["href"] for link in shown.css("a")]
    other = onboarding.add_merchant(bench.runtime, "Somebody else")
    onboarding.add_person(
        bench.runtime, other, email=BEN, name="Ben", role=bench.person(BEN).role, limit=None
    )
    theirs = visit(BEN, other)
    for rest in ("alike", "conversation", "next"):
        assert theirs.get(page_of(bench, mine, f"/{rest}")).status_code == 404


def test_past_decisions_cost_the_same_however_many_there_are(bench: Bench, visit: Visit) -> None:
    path = page_of(bench, bench.opened("refund_under_limit"), "/alike")
    ana = visit(ANA)
    asked = []
    for _ in range(2):
        for _ in range(4):
            bench.note(bench.opened("refund_under_limit"), ANA, "/reject no")
        ana.get(path)
        with counted(bench.runtime.database) as statements:
            ana.get(path)
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 13


def test_the_neighbours_follow_the_readers_queue(bench: Bench, visit: Visit) -> None:
    for key in ("refund_under_limit", "refund_over_limit", "legal_threat"):
        bench.opened(key)
    ben = visit(BEN)
    queue = [link.attributes["href"] for link in parsed(ben.get("/queue")).css(".subject a")]
    for here, then in itertools.pairwise(queue):
        assert ben.get(f"{here}/next", allow_redirects=False).headers["Location"] == then
        assert ben.get(f"{then}/previous", allow_redirects=False).headers["Location"] == here
    assert "the last draft of your queue" in words_of(ben.get(f"{queue[-1]}/next"))
    assert "the first draft of your queue" in words_of(ben.get(f"{queue[0]}/previous"))
    done = bench.opened("refund_under_limit")
    bench.note(done, ANA, "/approve done")
    bench.pass_time(11)
    assert bench.draft(done).state is DraftState.DELIVERED
    onward = ben.get(page_of(bench, done, "/next"), allow_redirects=False)
    assert onward.headers["Location"] == queue[0]
    assert ben.get(f"/drafts/{new_id()}/next").status_code == 404


def test_photos_and_remaining_limits_stand_everywhere(bench: Bench, visit: Visit) -> None:
    install(bench)
    ticket_id = bench.opened("refund_under_limit")
    held = bench.held(ticket_id)
    with bench.runtime.database.write() as session:
        again = drafts.get(session, bench.scope, held.draft.id)
        again.draft.attachments = ["tear.jpg"]
        assert again.decision is not None
        again.decision.headroom = ["111.50 USD are left of customer-30d."]
    page = words_of(visit(ANA).get(page_of(bench, ticket_id)))
    sidebar = " ".join(Sidebar(bench, ANA).draft(ticket_id).text.split())
    for shown in (page, sidebar):
        assert "tear.jpg" in shown
        assert "111.50 USD are left of customer-30d." in shown
