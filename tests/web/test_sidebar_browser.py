"""The sidebar in a real Chromium: what an agent does in it, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from plugin.models import DraftState
from plugin.web.words import utc
from tests.bench.world import ANA, BEN, Bench
from tests.web.helpdesk_page import Make
from tests.web.sidebar_app import Sidebar


def test_edit_approve_undo_and_send_from_the_sidebar(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk(viewport={"width": 360, "height": 480})
    ticket_id = bench.opened("refund_under_limit")
    ana.open(ANA, ticket_id)
    assert ana.page.context.cookies() == []
    reply = ana.bar.get_by_label("Reply to the customer")
    words = reply.input_value().replace("Warm regards", "All the best")
    reply.fill(words)
    ana.button("Send edited reply").click()
    problem = ana.bar.locator("#ticks").get_by_role("alert")
    expect(problem).to_contain_text("First do this")
    tick = ana.bar.get_by_label("I have done: refund 38.50 USD")
    expect(tick).to_be_focused()
    expect(tick).to_have_attribute("aria-invalid", "true")
    expect(tick).to_have_accessible_description(re.compile("First do this"))
    expect(reply).to_have_value(words)
    tick.check()
    expect(problem).to_have_count(0)
    ana.button("Send edited reply").click()
    expect(ana.bar.locator("#news")).to_contain_text("you can still undo")
    expect(ana.bar.locator("#state")).to_be_focused()
    expect(ana.bar.get_by_role("timer")).to_contain_text("s left to undo")
    expect(ana.bar.locator("#news")).to_be_in_viewport()
    expect(ana.button("Undo")).to_be_in_viewport()
    assert ana.heard("changed") == 1
    ana.button("Undo").click()
    expect(ana.bar.locator("#news")).to_have_text("Taken back. Nothing went out.")
    expect(reply).to_have_value(words)
    # What she said she did in the shop stays done: she is not asked to refund again.
    expect(tick).to_have_count(0)
    ana.button("Approve and send").click()
    expect(ana.button("Undo")).to_be_visible()
    bench.pass_time(10)
    expect(ana.bar.locator("#state")).to_have_text("Sent to the customer")
    assert bench.public(ticket_id) == [words]


def test_inserting_puts_it_into_the_composer_and_the_agent_sends_it(
    sqlite_bench: Bench, desk: Make
) -> None:
    bench, ana, ben = sqlite_bench, desk(), desk()
    ticket_id = bench.opened("german_html_thread")
    text = bench.draft(ticket_id).text or ""
    ana.open(ANA, ticket_id)
    ben.open(BEN, ticket_id)
    ana.page.locator("#composer").fill("Before. ")
    ana.button("Insert into composer").click()
    composer = ana.page.locator("#composer")
    expect(composer).to_have_value(f"Before. {text}")
    expect(ana.bar.locator("#state")).to_have_text("It is in your composer, not sent yet")
    expect(ben.bar.locator("#state")).to_have_text("Ana Reyes has it in their composer")
    expect(ben.button("Approve and send")).to_have_count(0)
    ana.button("Release it").click()
    expect(ben.button("Approve and send")).to_be_visible()
    ana.button("Insert into composer").click()
    expect(ana.bar.locator("#state")).to_have_text("It is in your composer, not sent yet")
    ana.page.locator("#send").click()
    expect(ana.page.locator("#sent")).to_contain_text("Before. ")
    bench.hands.agent_writes(ticket_id, ANA, text, public=True)
    bench.settle()
    expect(ana.bar.locator("#state")).to_have_text("An agent answered from this draft")
    assert bench.draft(ticket_id).state is DraftState.SENT_BY_AGENT


@pytest.mark.parametrize("code", ["internal_note", "other_ticket", "unheard_of"])
def test_what_the_helpdesk_does_not_take_is_released_again(
    sqlite_bench: Bench, desk: Make, code: str
) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    ana.page.evaluate("code => { window.refuseInsert = code }", code)
    ana.button("Insert into composer").click()
    expect(ana.bar.get_by_role("alert")).to_contain_text("insert")
    expect(ana.button("Approve and send")).to_be_visible()
    assert ana.page.locator("#composer").input_value() == ""
    assert bench.draft(ticket_id).inserted_by is None


def test_what_is_typed_survives_every_refresh(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("refund_over_limit")
    ana.open(BEN, ticket_id)
    reply = ana.bar.get_by_label("Reply to the customer")
    reply.fill("My own words")
    ana.bar.get_by_text("Reject this draft").click()
    ana.bar.get_by_label("What is wrong with it?").select_option("tone")
    ana.bar.get_by_label("In your words").fill("Half a reas")
    ana.bar.get_by_label("I have done").check()
    reply.focus()
    reply.press("End")
    bench.clock.ahead += timedelta(minutes=7)
    Sidebar(bench, BEN).act(
        bench.draft(ticket_id).id, "verdict", verdict="respond", rev=1, state="awaiting_approval"
    )
    expect(ana.bar.locator("#state")).to_have_text("You answer this customer")
    expect(reply).to_have_value("My own words")
    expect(reply).to_be_focused()
    reply.press_sequentially(" and more")
    expect(reply).to_have_value("My own words and more")
    expect(ana.bar.get_by_label("What is wrong with it?")).to_have_value("tone")
    expect(ana.bar.get_by_label("In your words")).to_have_value("Half a reas")
    expect(ana.bar.get_by_label("I have done")).to_be_checked()
    expect(ana.button("Send edited reply")).to_be_visible()

    bench.note(ticket_id, "chloe@larkspur-outfitters.example", "/reject I call her")
    expect(ana.bar.locator(".pill")).to_have_text("rejected")
    expect(ana.bar.locator("#news")).to_have_text(
        "You answer this customer. Rejected by Chloe Duval: I call her. "
        "What you typed stands below."
    )
    expect(ana.bar.locator("#state")).to_be_focused()
    kept = ana.bar.locator("#kept-text")
    expect(kept).to_have_value("My own words and more\n\nHalf a reas")
    bench.hands.customer_writes(ticket_id, "Hello? Where is my order?")
    bench.settle()
    expect(ana.bar.locator(".pill")).not_to_have_text("rejected")
    expect(ana.bar.locator("#kept-of")).to_have_text("What you typed")
    expect(kept).to_have_value("My own words and more\n\nHalf a reas")
    ana.button("Throw it away").click()
    expect(kept).to_be_hidden()


def test_a_conflict_says_what_happened_and_keeps_the_words_beside(
    sqlite_bench: Bench, desk: Make
) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    ana.bar.get_by_label("Reply to the customer").fill("My own words")
    ana.page.route("**/draft", lambda route: route.abort())
    bench.note(ticket_id, BEN, "/reject I call them")
    ana.page.unroute("**/draft")
    ana.button("Send edited reply").click()
    problem = ana.bar.locator("#problem")
    expect(problem).to_have_text(
        "This draft moved meanwhile: it is rejected now, by Ben Mercer. "
        "What you typed stands below."
    )
    expect(problem).to_be_focused()
    expect(ana.bar.locator("#kept-text")).to_have_value("My own words")
    expect(ana.bar.locator("#state")).to_have_text("Rejected, nothing goes out")


def test_it_follows_the_ticket_that_is_shown(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk()
    first, second = bench.opened("german_html_thread"), bench.opened("reship")
    ana.open(ANA, first)
    ana.bar.get_by_label("Reply to the customer").fill("Begun")
    ana.news(second)
    expect(ana.bar.locator("#draft")).to_contain_text(bench.draft(second).short_id)
    expect(ana.bar.locator("#kept-text")).to_have_value("Begun")
    ana.news("999999")
    expect(ana.bar.locator("#state")).to_have_text("No draft on this ticket")


def test_a_lost_connection_and_a_lost_session_are_said_calmly(
    sqlite_bench: Bench, desk: Make
) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    ana.bar.get_by_label("Reply to the customer").fill("Begun")
    ana.page.route("**/zendesk/**", lambda route: route.abort())
    notice = ana.bar.locator("#notice")
    expect(notice).to_have_text(re.compile("^Connection lost. What you see may be old"))
    ana.button("Send edited reply").click()
    expect(ana.bar.get_by_role("alert")).to_contain_text("No answer came. Look below")
    expect(ana.bar.get_by_label("Reply to the customer")).to_have_value("Begun")
    ana.page.unroute("**/zendesk/**")
    expect(notice).to_be_empty()
    bench.clock.ahead += timedelta(hours=9)
    expect(notice).to_contain_text("Your session in this sidebar is over. Reload the ticket")
    expect(ana.bar.get_by_label("Reply to the customer")).to_have_value("Begun")
    ana.page.locator("#composer").fill("Hello")
    ana.page.locator("#send").click()
    expect(ana.page.locator("#stopped")).to_contain_text("Your session in this sidebar is over")


def test_everything_by_keyboard(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    keyboard, bar = ana.page.keyboard, ana.bar
    bar.locator("#state").focus()
    keyboard.press("e")
    reply = bar.get_by_label("Reply to the customer")
    expect(reply).to_be_focused()
    offered = reply.input_value()
    keyboard.type("aeriu")
    expect(reply).not_to_have_value(offered)
    reply.fill(offered)
    keyboard.press("Tab")
    expect(ana.button("Approve and send")).to_be_focused()
    keyboard.press("Tab")
    expect(ana.button("Insert into composer")).to_be_focused()
    keyboard.press("r")
    expect(bar.get_by_label("What is wrong with it?")).to_be_focused()
    # Words meant for the composer, typed here by mistake, approve nothing.
    bar.locator("#state").focus()
    keyboard.type("aia ai, aia. ")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert bench.draft(ticket_id).inserted_by is None
    keyboard.press("Control+Enter")
    undo = ana.button("Undo")
    expect(undo).to_be_visible()
    assert undo.get_attribute("aria-keyshortcuts") == "U"
    expect(bar.locator("#state")).to_be_focused()
    keyboard.press("Control+u")
    keyboard.press("u")
    expect(undo).to_be_focused()
    assert bench.draft(ticket_id).state is DraftState.APPROVED
    keyboard.press("Enter")
    expect(bar.locator("#news")).to_have_text("Taken back. Nothing went out.")
    keyboard.press("Alt+i")
    expect(ana.page.locator("#composer")).to_be_focused()
    assert bench.public(ticket_id) == []
    # What others do meanwhile takes nobody out of the composer.
    bench.clock.ahead += timedelta(minutes=11)
    Sidebar(bench, BEN).act(
        bench.draft(ticket_id).id, "verdict", verdict="respond", rev=1, state="awaiting_review"
    )
    expect(bar.locator("#state")).to_have_text("Ben Mercer answers this customer")
    expect(ana.page.locator("#composer")).to_be_focused()


def test_a_letter_leaves_no_tick(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk()
    ana.open(ANA, bench.opened("refund_under_limit"))
    tick = ana.bar.get_by_label("I have done")
    tick.focus()
    ana.page.keyboard.type("era")
    expect(tick).to_be_focused()


def test_who_answers_writes_in_the_composer_at_once_and_may_take_it_back(
    sqlite_bench: Bench, desk: Make
) -> None:
    bench, ana, ben = sqlite_bench, desk(), desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    ben.open(BEN, ticket_id)
    approve = ana.button("Approve and send")
    expect(approve).to_have_class("primary")
    ana.button("I\N{RIGHT SINGLE QUOTATION MARK}ll answer").click()
    expect(ana.page.locator("#composer")).to_be_focused()
    ana.page.keyboard.type("Hallo")
    expect(ana.page.locator("#composer")).to_have_value("Hallo")
    expect(ana.bar.locator("#state")).to_have_text("You answer this customer")
    expect(ben.bar.locator("#state")).to_have_text("Ana Reyes answers this customer")
    expect(approve).not_to_have_class("primary")
    ana.button("Never mind").click()
    expect(ben.bar.locator("#state")).to_have_text("Draft reply, ready for your review")
    expect(approve).to_have_class("primary")
    bench.settle()
    assert "Ana Reyes does not answer this customer after all." in bench.notes(ticket_id)[-1]


def test_hostile_text_runs_nothing_and_fits_320_pixels(sqlite_bench: Bench, desk: Make) -> None:
    bench, ben = sqlite_bench, desk(viewport={"width": 360, "height": 640})
    hostile = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
    ticket_id = bench.opened("refund_over_limit", subject=hostile)
    with bench.runtime.database.write() as session:
        draft = session.merge(bench.draft(ticket_id))
        draft.text = f"{hostile} {'W' * 300}"
        draft.attachments = [f"{'x' * 200}.jpg", hostile]
        draft.note = "n" * 300
    for theme in ("light", "dark"):
        ben.open(BEN, ticket_id, width=320, theme=theme)
        frame = ben.page.frame("sidebar")
        assert frame is not None
        assert frame.title() == "Bookbag beside the ticket"
        assert frame.evaluate("document.documentElement.scrollWidth") == 320
        small = "Array.from(document.querySelectorAll('main button, main summary')).filter("
        small += "e => e.offsetHeight && e.offsetHeight < 40).length"
        assert frame.evaluate(small) == 0
        scheme = "getComputedStyle(document.documentElement).colorScheme"
        assert frame.evaluate(scheme) == theme


def test_only_what_never_left_is_said_to_be_undone(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    problem = ana.bar.locator("#problem")
    ana.page.context.set_offline(offline=True)
    ana.button("Approve and send").click()
    expect(problem).to_have_text("You are offline, so nothing was done. Try again.")
    expect(ana.bar.locator("#notice")).to_contain_text("You are offline. What you see may be old")
    ana.page.context.set_offline(offline=False)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW

    # It arrives, and its answer does not.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    ana.page.route("**/verdict", lose)
    ana.button("Approve and send").click()
    expect(ana.bar.locator("#state")).to_have_text("Approved, going out")
    expect(ana.button("Undo")).to_be_in_viewport()
    expect(problem).to_be_empty()


def test_times_are_the_readers_own(sqlite_bench: Bench, desk: Make) -> None:
    bench, ben = sqlite_bench, desk(timezone_id="Asia/Kolkata")
    ticket_id = bench.opened("refund_over_limit")
    ben.open(BEN, ticket_id)
    decision = bench.held(ticket_id).decision
    assert decision is not None
    assert decision.deadline_at is not None
    there = decision.deadline_at + timedelta(hours=5, minutes=30)
    deadline = ben.bar.locator("time").first
    expect(deadline).to_have_text(f"{there:%-d %b %Y, %H:%M}")
    expect(deadline).to_have_attribute("title", utc(decision.deadline_at))
