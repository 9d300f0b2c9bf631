"""What a text would have held in the last month, before it is activated."""

import pytest

from tests.bench.world import BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.policy_pages import PLAIN, in_force, preview, put_in_force
from tests.web.visitor import Visitor, parsed, words_of

LOOSE = """\
version: 1
currency: USD
policies:
  - id: big-refund
    when: {action: refund, amount_over: 50.00}
    require: approval
  - id: order-status-autopilot
    when: {intent: order_status, actions: none}
    allow: auto
  - id: never
    tags: [nobody_has_this]
    require: block
"""


@pytest.fixture
def chloe(bench: Bench, visit: Visit) -> Visitor:
    """An admin, who looks back on what this test alone does: the month before is another."""
    bench.pass_time(31 * 24 * 60 * 60)
    put_in_force(bench)
    return visit(CHLOE)


def figures(visitor: Visitor, source: str) -> dict[str, str]:
    page = preview(visitor, source)
    assert page.status_code == 200
    cells = parsed(page).css(".sums div")
    return {cell.css("dt")[0].text(): cell.css("dd")[0].text() for cell in cells}


def test_without_drafts_there_is_nothing_to_try_it_on(chloe: Visitor) -> None:
    assert "No drafts came in that time" in words_of(preview(chloe, LOOSE))


def test_a_tag_that_no_ticket_has_is_doubted_before_it_holds(bench: Bench, chloe: Visitor) -> None:
    bench.opened("complaint", tags=["complaint"])
    mistyped = PLAIN + "  - {id: upset, tags: [complant], require: approval}\n"
    words = words_of(preview(chloe, mistyped))
    assert 'the helpdesk has no tag "complant"; did you mean complaint?' in words
    assert "the helpdesk has no tag" not in words_of(
        preview(chloe, mistyped.replace("complant", "complaint"))
    )


def test_what_is_held_more_and_the_money_of_it(bench: Bench, chloe: Visitor) -> None:
    bench.opened("refund_under_limit")
    bench.opened("refund_over_limit")
    stricter = PLAIN.replace("50.00", "20.00")
    assert figures(chloe, stricter) == {
        "Held more closely": "1",
        "Held less closely": "0",
        "The same": "1",
        "Money newly held": "38.50 USD",
    }
    words = words_of(preview(chloe, stricter))
    assert "1 draft that was offered for review would need an approval." in words
    assert "2 drafts, each compared with what was decided when it came." in words
    looser = PLAIN.replace("50.00", "5000.00")
    assert figures(chloe, looser)["Held less closely"] == "1"
    assert figures(chloe, looser)["Money no longer held"].endswith(" USD")


def test_what_would_have_gone_out_and_was_corrected_by_a_person(
    bench: Bench, visit: Visit, chloe: Visitor
) -> None:
    fine, wrong = bench.opened("where_is_my_order"), bench.opened("where_is_my_order")
    ben = visit(BEN)
    ben.verdict(bench.draft(fine).id, "approve")
    ben.verdict(bench.draft(wrong).id, "approve", text="Sorry, that parcel was lost on 3 May.")
    bench.pass_time(20)
    page = preview(chloe, LOOSE)
    words = words_of(page)
    assert "2 drafts that were offered for review would go out without a person." in words
    assert "2 drafts. Of these a person corrected 1 and rejected 0." in words
    (link,) = parsed(page).css("section a[href*='/drafts/']")
    assert str(link.attributes["href"]).endswith(bench.draft(wrong).id)
    assert "0 more to handle and 2 fewer" in words


def test_how_often_each_policy_matched(bench: Bench, chloe: Visitor) -> None:
    bench.opened("refund_over_limit")
    rows = [
        [" ".join(cell.text().split()) for cell in row.css("th, td")]
        for row in parsed(preview(chloe, LOOSE)).css(".hits tbody tr")
    ]
    assert rows == [["big-refund", "1"], ["order-status-autopilot", "never"], ["never", "never"]]


def test_only_the_newest_drafts_are_tried_and_the_page_says_so(
    bench: Bench, chloe: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        bench.opened("refund_under_limit")
    monkeypatch.setattr("plugin.web.policy_replay.MOST_DRAFTS", 2)
    monkeypatch.setattr("plugin.web.policy_activation.MOST_DRAFTS", 2)
    words = words_of(preview(chloe, LOOSE))
    assert "2 drafts, each compared" in words
    assert "Only the newest 2 are tried here; 1 older one is left out." in words


def test_what_takes_too_long_is_given_up_and_can_be_activated_all_the_same(
    bench: Bench, chloe: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.opened("refund_under_limit")
    monkeypatch.setattr("plugin.web.policy_replay.LONGEST_SECONDS", -1)
    page = preview(chloe, LOOSE)
    assert "took too long for this page" in words_of(page)
    assert "Activate" in words_of(page)
    assert in_force(bench).source == PLAIN
