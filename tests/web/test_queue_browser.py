"""The open queue follows by itself, and what the reader holds on to stays where it is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Open

SECONDS = 15


@pytest.fixture
def queue(sign_in: Open) -> Iterator[Open]:
    """Opens somebody's queue, which asks every five seconds."""
    expect.set_options(timeout=SECONDS * 1000)
    yield sign_in
    expect.set_options(timeout=None)


def test_it_follows_and_keeps_focus_and_selection(sqlite_bench: Bench, queue: Open) -> None:
    bench = sqlite_bench
    first = bench.opened("refund_over_limit", subject="First of all")
    page = queue(BEN)
    link = page.get_by_role("link", name="First of all")
    link.focus()
    link.evaluate("e => { e.marked = true; }")
    bench.opened("refund_over_limit", subject="Came later")
    expect(page.get_by_role("link", name="Came later")).to_be_visible()
    expect(page.locator("#heard")).to_have_text("Came later: awaiting approval. 2 need you")
    expect(page).to_have_title("(2) Queue · Bookbag")
    expect(link).to_be_focused()
    assert link.evaluate("e => e.marked")

    bench.note(first, BEN, "/reject the photo is of another mug")
    expect(page.locator("#people").get_by_role("link", name="First of all")).to_be_focused()
    bench.hands.agent_writes(first, ANA, "I called her.", public=True)
    bench.settle()
    expect(link).to_have_count(1)  # what left without its approval
    expect(page.locator("#bypassed").get_by_role("link", name="First of all")).to_be_focused()


def test_a_claim_is_seen_by_others_in_what_they_filtered(sqlite_bench: Bench, queue: Open) -> None:
    bench = sqlite_bench
    draft = bench.draft(bench.opened("refund_under_limit", subject="Looked at"))
    bench.opened("refund_under_limit", subject="Not asked for")
    ana, ben = queue(ANA), queue(BEN)
    ben.locator("summary").press("Enter")
    ben.get_by_label("Draft or ticket").fill(draft.short_id)
    ben.get_by_label("Draft or ticket").press("Enter")
    ben.wait_for_url(f"**/queue?q={draft.short_id}")
    line = ana.locator(f"#line-{draft.id}")
    line.get_by_role("button", name="I look at this").press("Enter")
    expect(line).to_contain_text("You look at this")
    expect(line.get_by_role("button", name="Let go")).to_be_focused()
    seen = ben.locator("#sections tr[data-heard]")
    expect(seen).to_contain_text(["Ana Reyes looks at this"])
    expect(seen).to_have_count(1)


def test_a_lost_connection_and_a_lost_session_are_said(sqlite_bench: Bench, queue: Open) -> None:
    page = queue(ANA)
    notice = page.locator("#notice")
    page.route("**/queue", lambda route: route.abort())
    expect(notice).to_have_text("Connection lost, trying again.")
    page.unroute("**/queue")
    expect(notice).to_be_empty()
    sqlite_bench.clock.ahead += timedelta(hours=12)
    expect(notice).to_have_text("You are signed out. Open a new sign-in link.")


def test_a_long_subject_takes_two_lines(sqlite_bench: Bench, queue: Open) -> None:
    words = "Where is my parcel " * 30
    sqlite_bench.opened("refund_under_limit", subject=words)
    for width in (320, 1360):
        page = queue(ANA, viewport={"width": width, "height": 800})
        link = page.get_by_role("link", name="Where is my parcel").last
        height = link.evaluate("e => e.getBoundingClientRect().height")
        line = link.evaluate("e => parseFloat(getComputedStyle(e).lineHeight)")
        assert height < 3.2 * line
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_it_works_without_the_script(sqlite_bench: Bench, queue: Open) -> None:
    sqlite_bench.opened("refund_under_limit", subject="Without a script")
    page = queue(ANA, java_script_enabled=False)
    expect(page.get_by_role("link", name="Without a script")).to_be_visible()
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
