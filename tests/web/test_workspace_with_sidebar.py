"""The real workspace, with the real sidebar in it and the real service behind, in a real Chromium.

Nothing here stands in for anything: what the agent sees is read off the page, and what the customer
has been sent off the helpdesk.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Route,
    expect,
)

from plugin.demo import world as demo
from plugin.demo.world import Options
from plugin.models import Role
from tests.web.workspace_seats import Seat, Shop

SECONDS = 15
ANA, BEN, CHLOE = "Ana Reyes", "Ben Mercer", "Chloe Duval"
UNDO_SECONDS = 4
PHONE = 320
ILL_ANSWER = "I\N{RIGHT SINGLE QUOTATION MARK}ll answer"
# Chromium notes a refused request, a request to a service that is down, and a frame of another
# origin that may run scripts. All are meant.
MEANT = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_",
    "An iframe which has both allow-scripts and allow-same-origin",
)

Sit = Callable[..., Seat]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One for all, with less time to undo than elsewhere; each test has a ticket of its own."""
    settings_for = demo._settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            demo,
            "_settings",
            lambda options: dataclasses.replace(settings_for(options), undo_seconds=UNDO_SECONDS),
        )
        world = Shop(Options(data=tmp_path_factory.mktemp("shop"), port=0))
    with world:
        yield world


@pytest.fixture(scope="module")
def sit(shop: Shop, chromium: Browser) -> Iterator[Sit]:
    """Where people sit: each at one window for all tests. No browser had a complaint in the end."""
    complaints: list[str] = []
    seats: dict[tuple[str, int], Seat] = {}

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(MEANT):
            complaints.append(message.text)

    def make(name: str, *, width: int = 1360, height: int = 850) -> Seat:
        if (name, width) not in seats:
            context = chromium.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            page.set_default_timeout(SECONDS * 1000)
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            seats[name, width] = Seat(shop, page, name)
        return seats[name, width]

    yield make
    for seat in seats.values():
        seat.page.context.close()
    assert complaints == []


@pytest.fixture(autouse=True)
def _time_and_peace(sit: Sit) -> Iterator[None]:
    """A delivery takes its time, and whoever is not meant by a test looks at nothing meanwhile."""
    expect.set_options(timeout=SECONDS * 1000)
    yield
    expect.set_options(timeout=5_000)
    for name in (ANA, BEN, CHLOE):
        page = sit(name).page
        page.unroute_all()
        page.goto("about:blank")


@pytest.mark.parametrize("size", [(1360, 850), (320, 700)], ids=["wide", "phone"])
def test_approving_and_undoing(shop: Shop, sit: Sit, size: tuple[int, int]) -> None:
    """What is to be pressed next is in sight, at both widths."""
    ana = sit(ANA, width=size[0], height=size[1])
    ticket_id = shop.opened("refund_under_limit")
    ana.open(ticket_id)
    approve, tick = ana.button("Approve and send"), ana.bar.get_by_label("I have done: refund")
    if size[0] > PHONE:
        expect(approve).to_be_in_viewport(ratio=1)
    approve.click()
    expect(tick).to_be_focused()
    tick.check()
    approve.click()
    expect(ana.news).to_contain_text("you can still undo")
    expect(ana.headline).to_be_focused()
    for seen in (ana.news, ana.headline, ana.button("Undo")):
        expect(seen).to_be_in_viewport(ratio=1)
    expect(ana.bar.locator("#deed")).to_have_text("Approved by you")
    ana.button("Undo").click()
    expect(ana.news).to_have_text("Taken back. Nothing went out.")
    expect(ana.news).to_be_in_viewport(ratio=1)
    expect(ana.bar.locator("#deed")).to_have_text("The approval was taken back by you")
    assert shop.sent(ticket_id) == []
    ana.page.goto("about:blank")


def test_editing_and_sending(shop: Shop, sit: Sit) -> None:
    ana, ben = sit(ANA), sit(BEN)
    ticket_id = shop.opened("french_status_owa")
    ana.open(ticket_id)
    ben.open(ticket_id)
    words = f"{ana.reply.input_value()}\n\nPS: Bon voyage !"
    ana.reply.fill(words)
    ana.button("Send edited reply").click()
    expect(ben.bar.locator("#deed")).to_have_text("Edited and approved by Ana Reyes")
    expect(ana.headline).to_have_text("Sent to the customer")
    expect(ana.told()).to_contain_text("PS: Bon voyage !")
    assert shop.sent(ticket_id) == [words]


def test_inserting_and_sending_from_the_composer(shop: Shop, sit: Sit) -> None:
    ana = sit(ANA)
    ticket_id = shop.opened("italian_status")
    ana.open(ticket_id)
    drafted = ana.reply.input_value()
    ana.composer.fill("Buongiorno!")
    ana.button("Insert into composer").click()
    expect(ana.composer).to_have_value(f"Buongiorno!\n\n{drafted}")
    expect(ana.composer).to_be_focused()
    expect(ana.headline).to_have_text("It is in your composer, not sent yet")
    # An edit made here goes into the place of what was inserted.
    ana.reply.fill(f"{drafted}\nAna")
    ana.button("Insert it again").click()
    expect(ana.composer).to_have_value(f"Buongiorno!\n\n{drafted}\nAna")
    expect(ana.news).to_contain_text("Your edit is in your composer")
    ana.button("Release it").click()
    expect(ana.news).to_contain_text("The text still stands in your composer")
    ana.button("Insert into composer").click()
    expect(ana.headline).to_have_text("It is in your composer, not sent yet")
    ana.composer.fill(drafted)
    ana.page.get_by_role("button", name="Send reply").click()
    expect(ana.headline).to_have_text("An agent answered from this draft")
    expect(ana.bar.locator("#deed")).to_have_text("Answered by you")
    expect(ana.composer).to_have_value("")
    assert shop.sent(ticket_id) == [drafted]


def test_a_new_draft_while_the_agent_edits_is_said_and_not_approved(shop: Shop, sit: Sit) -> None:
    ana = sit(ANA)
    ticket_id = shop.opened("second_message_before_answer")
    ana.open(ticket_id)
    ana.reply.press("Control+a")
    ana.page.keyboard.type("Half a sentence")
    before = ana.bar.locator("#draft").get_attribute("data-draft")
    frame = ana.frame
    # Whoever is about to press the button presses it just when the draft is another.
    frame.evaluate(
        """() => new MutationObserver((_, observer) => {
          observer.disconnect();
          setTimeout(() => {
            for (const tick of document.querySelectorAll("[name=done]")) tick.checked = true;
            document.getElementById("approve").click();
            document.body.dataset.pressed = "yes";
          }, 100);
        }).observe(document.getElementById("card"), { childList: true })"""
    )
    shop.hands.customer_writes(ticket_id, "It is 16, and my name is spelt Marsh.")
    expect(ana.news).to_contain_text("The customer wrote again. This is a new draft.")
    expect(ana.news).to_be_in_viewport()
    expect(ana.bar.locator("#draft")).not_to_have_attribute("data-draft", before or "")
    expect(ana.bar.locator("#kept-of")).to_have_text("What you typed for the draft before this one")
    expect(ana.bar.locator("#kept-text")).to_have_value("Half a sentence")
    expect(ana.bar.locator(".pill")).to_contain_text("awaiting")
    ana.button("Use it as the reply").click()
    expect(ana.reply).to_have_value("Half a sentence")
    expect(ana.bar.locator("#kept")).to_be_hidden()
    expect(ana.bar.locator("body")).to_have_attribute("data-pressed", "yes")
    ana.page.wait_for_timeout(500)
    expect(ana.bar.locator(".pill")).to_contain_text("awaiting")
    assert shop.sent(ticket_id) == []


def test_a_verdict_on_a_stale_draft_is_refused_with_what_happened(shop: Shop, sit: Sit) -> None:
    ana, ben = sit(ANA), sit(BEN)
    ticket_id = shop.opened("second_message_before_answer")
    ana.open(ticket_id)
    ben.open(ticket_id)
    # Her sidebar cannot look any more, so it does not know yet.
    ana.page.route("**/tickets/*/draft", lambda route: route.abort())
    shop.hands.customer_writes(ticket_id, "And please ring the bell.")
    expect(ben.news).to_contain_text("The customer wrote again.")
    ana.reply.fill("My own words")
    ana.button("Send edited reply").click()
    expect(ana.bar.locator("#problem")).to_contain_text("the customer wrote again")
    ana.page.unroute("**/tickets/*/draft")
    expect(ana.bar.locator("#kept-text")).to_have_value("My own words")
    assert shop.sent(ticket_id) == []


def test_two_who_approve_at_once(shop: Shop, sit: Sit) -> None:
    ben, chloe = sit(BEN), sit(CHLOE)
    ticket_id = shop.opened("refund_over_limit")
    held: list[Route] = []
    for seat in (ben, chloe):
        seat.open(ticket_id)
        seat.bar.get_by_label("I have done").check()
        seat.page.route("**/verdict", lambda route: held.append(route))  # noqa: PLW0108 (it wants to know how many arguments)
    for seat in (ben, chloe):
        seat.button("Approve and send").click()
        expect(seat.button("Approving …")).to_be_disabled()
        expect(seat.bar.locator("#card")).to_have_attribute("aria-busy", "true")
    for route in held:
        route.continue_()
    problem = re.compile(
        "This draft moved meanwhile: it is approved now, by (Ben Mercer|Chloe Duval)"
    )
    for seat in (ben, chloe):
        expect(seat.headline).to_have_text("Approved, going out")
    said = [seat.bar.locator("#problem").inner_text() for seat in (ben, chloe)]
    assert sum(bool(problem.match(one)) for one in said) == 1
    assert sum(not one for one in said) == 1
    for seat in (ben, chloe):
        expect(seat.headline).to_have_text("Sent to the customer")
    assert len(shop.sent(ticket_id)) == 1


def test_what_may_not_go_out_is_stopped_and_who_may_answer_does(shop: Shop, sit: Sit) -> None:
    ana, ben = sit(ANA), sit(BEN)
    ticket_id = shop.opened("complaint")
    ana.open(ticket_id)
    ben.open(ticket_id)
    ana.bar.get_by_text("Reject this draft").click()
    reason = ana.bar.get_by_label("What is wrong with it?")
    expect(reason).to_be_focused()
    expect(reason).to_be_in_viewport()
    ana.bar.get_by_label("In your words").fill("Too cold")
    ana.button("Reject").click()
    expect(ana.bar.locator("#draft")).to_contain_text("A lead or an admin must answer.")
    expect(ana.bar.locator("#deed")).to_have_text("Rejected by you: Too cold")
    expect(ben.bar.locator("#deed")).to_have_text("Rejected by Ana Reyes: Too cold")
    ana.composer.fill("I am sorry.")
    ana.page.get_by_role("button", name="Send reply").click()
    expect(ana.page.locator("#composer-problem")).to_contain_text("Let one of them answer.")
    ben.button(ILL_ANSWER).click()
    expect(ben.composer).to_be_focused()
    expect(ben.headline).to_have_text("You answer this customer")
    expect(ana.headline).to_have_text("Ben Mercer answers this customer")
    ben.page.keyboard.type("I call you in an hour.")
    ben.page.get_by_role("button", name="Send reply").click()
    expect(ana.bar.locator("#deed")).to_have_text("Answered by Ben Mercer")
    assert shop.sent(ticket_id) == ["I call you in an hour."]
    assert "bookbag_bypass" not in shop.hands.tags(ticket_id)


def test_on_a_closed_ticket_nothing_is_offered(shop: Shop, sit: Sit) -> None:
    ana = sit(ANA)
    ticket_id = shop.opened("german_html_thread")
    ana.open(ticket_id)
    expect(ana.button("Approve and send")).to_be_visible()
    other = shop.opened("german_html_thread")
    shop.hands.merge(ticket_id, into=other, agent=shop.people[Role.AGENT])
    expect(ana.bar.locator("#draft")).to_contain_text("This ticket is closed")
    expect(ana.button("Approve and send")).to_be_hidden()
    expect(ana.button("Insert into composer")).to_be_hidden()


def test_the_review_page_opens_signed_in(shop: Shop, sit: Sit) -> None:
    ana = sit(ANA)
    ticket_id = shop.opened("german_html_thread")
    ana.open(ticket_id)
    for first in (True, False):
        with ana.page.expect_popup() as opened:
            ana.bar.get_by_role("link", name="Open the review page").click()
        review = opened.value
        if first:
            review.get_by_role("button", name=f"Continue as {ANA}").click()
        expect(review.get_by_role("heading", level=1)).to_contain_text("Ihre Bestellung #1010")
        assert review.url.startswith(f"{shop.service_url}/drafts/")
        assert review.evaluate("window.opener") is None


def test_somebody_whom_bookbag_does_not_know_reads_all_of_the_page(shop: Shop, sit: Sit) -> None:
    bot = sit("Bookbag")
    ticket_id = shop.opened("german_html_thread")
    bot.open(ticket_id, waits=False)
    unknown = bot.bar.get_by_role("heading", name="Bookbag does not know you yet")
    expect(unknown).to_be_visible()
    expect(bot.bar.get_by_text("Then reload the ticket.")).to_be_in_viewport()
    expect(bot.page.locator("#app-problem")).to_be_hidden()
    bot.composer.fill("Hello")
    bot.page.get_by_role("button", name="Send reply").click()
    expect(bot.told()).to_have_text("Hello")


def test_the_service_stops_and_starts_again(shop: Shop, sit: Sit) -> None:
    ana, ben = sit(ANA), sit(BEN)
    ticket_id = shop.opened("refund_under_limit")
    ana.open(ticket_id)
    ana.reply.fill("Begun before")
    ana.bar.get_by_label("I have done").check()
    ana.composer.fill("Past Bookbag")
    shop.stop_service()
    notice = ana.bar.locator("#notice")
    expect(notice).to_contain_text("Connection lost")
    ana.button("Send edited reply").click()
    expect(ana.bar.locator("#problem")).to_have_text(
        "No answer came. Look below at what holds now."
    )
    ana.page.get_by_role("button", name="Send reply").click()
    stopped = ana.page.locator("#composer-problem")
    expect(stopped).to_contain_text("not known whether this reply may go out")
    ben.open(ticket_id, waits=False)
    expect(ben.page.get_by_text("Bookbag is not connected.")).to_be_visible()
    expect(ben.page.locator("#sidebar")).to_be_hidden()

    shop.start_service()
    expect(notice).to_be_empty()
    expect(ana.reply).to_have_value("Begun before")
    ben.page.get_by_role("button", name="Try again").click()
    expect(ben.headline).to_have_text("Draft reply, ready for your review")
    ana.button("Send edited reply").click()
    expect(ana.news).to_contain_text("you can still undo")
    expect(ana.bar.locator("#problem")).to_be_empty()
    expect(ben.headline).to_have_text("Sent to the customer")
    assert shop.sent(ticket_id) == ["Begun before"]
