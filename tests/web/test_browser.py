"""The pages in a real Chromium: what the small script adds, keyboard, no word of complaint."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from plugin.models import DraftState
from tests.bench.world import ANA, BEN, Bench
from tests.web.conftest import Open


def open_draft(bench: Bench, page: Page, key: str, **changes: object) -> str:
    ticket_id = bench.opened(key, **changes)
    page.goto(f"{bench.url}/drafts/{bench.draft(ticket_id).id}")
    return ticket_id


def test_edit_send_and_see_it_delivered(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, page = sqlite_bench, sign_in(ANA)
    ticket_id = bench.opened("refund_under_limit")
    page.reload()
    page.get_by_role("link", name="Refund for the gloves").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Refund for the gloves")
    approve = page.locator("#approve")
    expect(approve).to_have_text("Approve and send")
    reply = page.get_by_label("Reply to the customer")
    words = reply.input_value().replace("Warm regards", "All the best")
    reply.fill(words)
    expect(approve).to_have_text("Send edited reply")
    page.get_by_label("I have done: refund 38.50 USD").check()
    approve.click()
    expect(page.get_by_role("status").first).to_contain_text("you can still undo")
    expect(page.get_by_role("timer")).to_contain_text("s left to undo")
    bench.pass_time(10)
    expect(page.get_by_role("heading", name="Sent to the customer")).to_be_visible()
    expect(page.locator(".words ins")).to_have_text("All the best")
    assert bench.public(ticket_id) == [words]


def test_a_refusal_is_read_first_and_loses_nothing(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, page = sqlite_bench, sign_in(ANA)
    ticket_id = open_draft(bench, page, "refund_under_limit")
    page.get_by_label("Reply to the customer").fill("My own words")
    page.get_by_role("button", name="Send edited reply").click()
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("First do this, then say that it is done: refund 38.50 USD")
    tick = page.get_by_label("I have done")
    expect(tick).to_be_focused()
    expect(tick).to_be_in_viewport()
    expect(tick).to_have_accessible_description(re.compile("First do this"))
    expect(page.get_by_label("Reply to the customer")).to_have_value("My own words")
    expect(page.locator("#approve")).to_have_text("Send edited reply")

    tick.check()
    expect(problem).to_have_count(0)
    bench.note(ticket_id, BEN, "/reject I call her")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("This draft is rejected now, by Ben Mercer. Copy what you typed")
    expect(page.get_by_label("Reply to the customer")).to_have_value("My own words")
    notice.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Rejected, nothing goes out")).to_be_visible()


def test_approving_and_undoing_with_the_keyboard_only(sqlite_bench: Bench, sign_in: Open) -> None:
    """Skip link, reply, what it does, tick, button: nothing else is met before what is wanted."""
    bench, page = sqlite_bench, sign_in(ANA)
    ticket_id = open_draft(bench, page, "refund_under_limit")
    for key in ("Tab", "Tab"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Skip to the reply")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reply to the customer")).to_be_focused()
    for _ in ("what it does in the shop", "the tick"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve and send")).to_be_focused()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken back. Nothing went out.")).to_be_visible()
    bench.pass_time(60)
    assert bench.public(ticket_id) == []


def test_a_lost_connection_and_a_lost_session_are_said(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, page = sqlite_bench, sign_in(ANA)
    open_draft(bench, page, "refund_under_limit")
    notice = page.locator("#notice")
    page.route("**/state", lambda route: route.abort())
    expect(notice).to_have_text("Connection lost, trying again.")
    page.unroute("**/state")
    expect(notice).to_be_empty()
    bench.clock.ahead += timedelta(hours=12)
    expect(notice).to_contain_text("You are signed out.")


def test_hostile_text_runs_nothing_and_fits_a_phone(sqlite_bench: Bench, sign_in: Open) -> None:
    bench = sqlite_bench
    page = sign_in(BEN, viewport={"width": 320, "height": 640}, color_scheme="dark")
    hostile = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
    sender = {"name": "N" * 200, "email": "long@example.com"}
    ticket_id = bench.hands.open_ticket(
        {"subject": f"{hostile} {'W' * 300}", "text": f"{hostile} {'x' * 500}", "from": sender}
    )
    bench.settle()
    paths = ("/queue", f"/drafts/{bench.draft(ticket_id).id}", "/nowhere")
    for path in paths:
        page.goto(f"{bench.url}{path}")
        assert page.title().endswith("Bookbag")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.locator("h1").count() == 1
        small = "Array.from(document.querySelectorAll('main button, .button, main input')).filter("
        small += "e => e.offsetHeight && e.offsetHeight < 40 && e.type != 'checkbox').length"
        assert page.evaluate(small) == 0


def test_it_works_without_the_script(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, page = sqlite_bench, sign_in(ANA, java_script_enabled=False)
    ticket_id = open_draft(bench, page, "refund_under_limit")
    page.get_by_label("I have done").check()
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("timer")).to_contain_text("It goes out after")
    bench.pass_time(10)
    page.reload()
    expect(page.get_by_role("heading", name="Sent to the customer")).to_be_visible()
    assert len(bench.public(ticket_id)) == 1
