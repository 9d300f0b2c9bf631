"""Look-alikes approved together: each by itself, what was shown, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from plugin import onboarding
from plugin.models import DraftState, Role, Surface
from plugin.review.lookalikes import MOST
from plugin.store import drafts, verdicts
from plugin.store.schema import DraftRow
from tests.bench.databases import settings_for
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Visit
from tests.web.test_claims import AUDITOR, press
from tests.web.visitor import JSON, Visitor, hidden, parsed, text_of, words_of

ALL_READ = "version: 1\npolicies: []\n"
KEY = "where_is_my_order"
MOVED = "This draft moved meanwhile"


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Where everything is offered for review, and three customers ask the same."""
    with Bench(settings_for(database_url, tmp_path), policies=ALL_READ) as running:
        for number in range(3):
            running.opened(KEY, subject=f"Order {number}")
        yield running


def waiting(bench: Bench) -> list[DraftRow]:
    return [bench.draft(str(number)) for number in (1, 2, 3)]


def group(visitor: Visitor) -> requests.Response:
    """By the link in the queue."""
    (link,) = parsed(visitor.get("/queue")).css("#review-alike a")
    return visitor.get(link.attributes["href"] or "")


def boxes(page: requests.Response) -> list[str]:
    return [str(box.attributes["value"]) for box in parsed(page).css("input[name=draft][checked]")]


def approve(visitor: Visitor, page: requests.Response, ticked: list[str]) -> requests.Response:
    return visitor.post("/queue/batch", data=hidden(page) | {"draft": ticked})


def test_the_ticked_are_approved_and_the_unticked_stay(bench: Bench, visit: Visit) -> None:
    ana = visit(ANA)
    page = group(ana)
    all_of_them = waiting(bench)
    assert boxes(page) == [f"{draft.id}:1" for draft in all_of_them]
    assert [one.text(strip=False) for one in parsed(page).css(".twin .reply")] == [
        draft.text for draft in all_of_them
    ]
    done = approve(ana, page, boxes(page)[1:])
    assert text_of(done, "#outcome") == "2 approved"
    assert [draft.state for draft in waiting(bench)] == [
        DraftState.AWAITING_REVIEW,
        DraftState.APPROVED,
        DraftState.APPROVED,
    ]
    with bench.runtime.database.read() as session:
        (said,) = verdicts.of_draft(session, bench.scope, all_of_them[1].id)
    assert (said.surface, said.person_id) == (Surface.BATCH, bench.person(ANA).id)
    bench.pass_time(10)
    assert bench.public("2") == [all_of_them[1].text]
    assert "Ana Reyes approved it (with others like it)" in words_of(
        ana.get(f"/drafts/{all_of_them[1].id}")
    )
    assert parsed(ana.get("/queue")).css("#review-alike") == []


def test_what_moved_meanwhile_is_told_one_by_one(bench: Bench, visit: Visit) -> None:
    ana, (first, second, third) = visit(ANA), waiting(bench)
    page = group(ana)
    visit(BEN).verdict(first.id, "reject", reason="no")
    bench.hands.customer_writes("2", "And one more thing.")
    bench.settle()
    press(visit(BEN), third.id)
    done = approve(ana, page, boxes(page))
    assert text_of(done, "#outcome") == "0 approved, 3 not"
    told = [" ".join(line.text().split()) for line in parsed(done).css(".results li")]
    assert told == [
        f"{first.short_id}, Order 0: {MOVED}: it is rejected now, by Ben Mercer.",
        f"{second.short_id}, Order 1: {MOVED}: the customer wrote again.",
        f"{third.short_id}, Order 2: Somebody else looks at it.",
    ]
    assert bench.public("3") == []


def test_where_texts_differ_is_marked(bench: Bench, visit: Visit) -> None:
    with bench.runtime.database.write() as session:
        second = drafts.get(session, bench.scope, waiting(bench)[1].id).draft
        drafts.change(session, bench.scope, second, text=f"{second.text} Have a good day.")
    marks = [mark.text() for mark in parsed(group(visit(ANA))).css(".twin mark")]
    assert "".join(marks).strip() == "Have a good day."


def test_what_is_not_alike_is_not_among_them(bench: Bench, visit: Visit) -> None:
    """Another macro, money, a claim of somebody else's, a composer, another's answer."""
    bench.opened("refund_under_limit")
    first, second, _ = waiting(bench)
    ben = bench.person(BEN)
    with bench.runtime.database.write() as session:
        for one, change in (
            (first, {"inserted_by": ben.id, "inserted_at": bench.clock()}),
            (second, {"opened_for": ben.id}),
        ):
            drafts.change(session, bench.scope, one, **change)
    page = visit(ANA).get(_address(bench))
    assert "No look-alikes any more" in words_of(page)


def test_what_a_policy_asks_a_person_to_look_at_is_read_by_itself(
    bench: Bench, visit: Visit
) -> None:
    rules = "version: 1\npolicies: [{id: look, when: {intent: order_status}, require: review}]\n"
    onboarding.activate_policy(bench.runtime, bench.scope.merchant_id, rules, by="test")
    held = bench.held(bench.opened(KEY))
    assert held.draft.state is DraftState.AWAITING_REVIEW
    ana = visit(ANA)
    page = group(ana)
    assert boxes(page) == [f"{draft.id}:1" for draft in waiting(bench)]
    done = approve(ana, page, [f"{held.draft.id}:1"])
    assert text_of(done, "#outcome") == "0 approved, 1 not"


def test_what_never_was_alike_is_refused(bench: Bench, visit: Visit) -> None:
    """A form may name any draft: one that moves money is not approved by it."""
    refund = bench.draft(bench.opened("refund_under_limit"))
    ana = visit(ANA)
    page = group(ana)
    done = approve(ana, page, [f"{refund.id}:1", *boxes(page)])
    assert text_of(done, "#outcome") == "3 approved, 1 not"
    assert "It must be read by itself." in words_of(done)
    assert bench.draft(refund.ticket_id).state is DraftState.AWAITING_REVIEW


def test_another_merchants_drafts_are_out_of_reach(bench: Bench, visit: Visit) -> None:
    other = onboarding.add_merchant(bench.runtime, "Other")
    onboarding.add_person(
        bench.runtime, other, email="eve@other.example", name="Eve", role=Role.ADMIN
    )
    eve = visit("eve@other.example", other)
    form = hidden(eve.get("/queue")) | _kind(bench)
    ours = [f"{draft.id}:1" for draft in waiting(bench)]
    done = eve.post("/queue/batch", data=form | {"draft": ours})
    assert text_of(done, "#outcome") == "0 approved, 3 not"
    assert "Order 0" not in done.text
    assert "There is no such draft." in words_of(done)
    assert {draft.state for draft in waiting(bench)} == {DraftState.AWAITING_REVIEW}


def test_an_auditor_may_not(bench: Bench, visit: Visit) -> None:
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=AUDITOR, name="Audrey", role=Role.AUDITOR
    )
    audrey = visit(AUDITOR)
    assert parsed(audrey.get("/queue")).css("#review-alike") == []
    assert audrey.get(_address(bench)).status_code == 403
    form = hidden(audrey.get("/queue")) | _kind(bench)
    form["draft"] = f"{waiting(bench)[0].id}:1"
    assert audrey.post("/queue/batch", data=form).status_code == 403
    assert {draft.state for draft in waiting(bench)} == {DraftState.AWAITING_REVIEW}


def test_a_form_that_says_nothing_or_too_much_is_refused(bench: Bench, visit: Visit) -> None:
    ana = visit(ANA)
    page = group(ana)
    for ticked, sentence in (
        ([], "Nothing is ticked, so nothing was approved."),
        ([f"{number}:1" for number in range(MOST + 1)], "At most 25 are approved at once."),
        (["what"], "This form cannot be read; reload the page."),
    ):
        sent = hidden(page) | {"draft": ticked}
        answer = ana.post("/queue/batch", data=sent, headers=JSON)
        assert answer.status_code == 422
        assert json.loads(answer.text)["error"]["message"] == sentence
    assert {draft.state for draft in waiting(bench)} == {DraftState.AWAITING_REVIEW}


def _kind(bench: Bench) -> dict[str, str]:
    draft = waiting(bench)[0]
    (source,) = draft.sources
    named = f"{source['kind']}:{source['id']}"
    return {"intent": str(draft.intent), "language": str(draft.language), "source": named}


def _address(bench: Bench) -> str:
    return "/queue/batch?" + "&".join(f"{key}={value}" for key, value in _kind(bench).items())
