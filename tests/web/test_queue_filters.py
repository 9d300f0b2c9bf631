"""The queue narrowed by its address: by who may sign, section, intent, money, or name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.visitor import JSON, Visitor, parsed, text_of, words_of

pytestmark = pytest.mark.each_database("the queue is one wide query")

OVER, COMPLAINT, UNDER, THREAT = (
    "Refund please",
    "Very disappointed",
    "Refund for the gloves",
    "Last warning",
)


@pytest.fixture(scope="module", params=KINDS)
def bench(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """One week for all: these tests only look."""
    folder: Path = tmp_path_factory.mktemp("filters")
    with Bench(settings_for(all_databases.fresh(request.param), folder)) as running:
        for key in ("refund_over_limit", "complaint", "refund_under_limit", "legal_threat"):
            running.opened(key)
        yield running


def subjects(visitor: Visitor, query: str = "") -> list[str]:
    answer = visitor.get(f"/queue{query}")
    assert answer.status_code == 200
    return [link.text() for link in parsed(answer).css("#sections .subject a bdi")]


@pytest.mark.parametrize(
    ("query", "email", "expected"),
    [
        ("", BEN, [COMPLAINT, OVER, UNDER, THREAT]),
        ("?whose=me", BEN, [COMPLAINT, OVER, UNDER]),
        ("?whose=me", ANA, [UNDER]),
        ("?whose=claimed", BEN, []),
        ("?whose=lead", ANA, [COMPLAINT, OVER]),
        ("?whose=agent", CHLOE, [UNDER]),
        ("?whose=admin", CHLOE, []),
        ("?section=signature", BEN, [COMPLAINT, OVER]),
        ("?section=others", ANA, [COMPLAINT, OVER]),
        ("?section=people", ANA, [THREAT]),
        ("?intent=refund_request", BEN, [OVER, UNDER, THREAT]),
        ("?intent=refund_request&section=review", BEN, [UNDER]),
        ("?over=38.50", BEN, [OVER]),
        ("?over=38.49", BEN, [OVER, UNDER]),
        ("?over=1000000000000", BEN, []),
    ],
)
def test_only_what_is_asked_for_is_shown(
    bench: Bench, visit: Visit, query: str, email: str, expected: list[str]
) -> None:
    del bench
    assert subjects(visit(email), query) == expected


def test_a_draft_is_found_by_what_people_call_it(bench: Bench, visit: Visit) -> None:
    ben = visit(BEN)
    draft = bench.draft("2")
    for called in (draft.short_id, draft.short_id.lower(), "2", "%232"):
        assert subjects(ben, f"?q={called}") == [draft.subject]
    assert subjects(ben, f"?q={draft.short_id}&section=people") == []
    assert subjects(ben, "?q=ZZZZZ") == []


def test_a_helpdesk_may_be_chosen(bench: Bench, visit: Visit) -> None:
    ben = visit(BEN)
    assert subjects(ben, f"?account={bench.account_id}") == [COMPLAINT, OVER, UNDER, THREAT]
    assert subjects(ben, "?account=another") == []


def test_nothing_that_matches_is_said_with_a_way_back(visit: Visit) -> None:
    ben = visit(BEN)
    answer = ben.get("/queue?over=900")
    assert text_of(answer, "#nothing h2") == "Nothing matches"
    assert parsed(answer).css("#nothing a, #clear") != []
    for link in parsed(answer).css("#nothing a, #clear"):
        assert link.attributes["href"] == "/queue"
    assert parsed(ben.get("/queue")).css("#clear") == []


def test_the_form_shows_what_is_on_and_keeps_the_address_short(visit: Visit) -> None:
    ben = visit(BEN)
    answer = ben.get("/queue?q=&whose=lead&section=&intent=&over=20")
    assert answer.url.endswith("/queue?whose=lead&over=20")
    page = parsed(answer)
    assert [one.text() for one in page.css("option[selected]")] == ["a lead must sign"]
    assert page.css_first("#over").attributes["value"] == "20"  # type: ignore[union-attr] # it is there
    reload_link = page.css_first("#asof a")
    assert reload_link is not None
    assert reload_link.attributes["href"] == "/queue?whose=lead&over=20"


@pytest.mark.parametrize("query", ["?whose=nobody", "?section=x", "?over=much", "?over=-1"])
def test_a_filter_that_means_nothing_is_refused(visit: Visit, query: str) -> None:
    """Rather than to show everything and call it filtered."""
    ben = visit(BEN)
    assert ben.get(f"/queue{query}").status_code == 422
    error = ben.get(f"/queue{query}", headers=JSON).json()["error"]
    assert error["code"] == "invalid"
    assert list(error["fields"]) == [query[1:].partition("=")[0]]


def test_the_heading_and_the_title_say_how_many_need_the_reader(visit: Visit) -> None:
    for email, needed, title in ((ANA, "1 needs you", "(1) "), (BEN, "3 need you", "(3) ")):
        answer = visit(email).get("/queue")
        assert text_of(answer, "#needed") == needed
        assert text_of(answer, "title") == f"{title}Queue · Bookbag"
    answer = visit(BEN).get("/queue?section=people")
    assert "nothing needs you" in words_of(answer)
    assert text_of(answer, "title") == "Queue · Bookbag"
