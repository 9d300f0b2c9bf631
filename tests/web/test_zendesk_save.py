"""Zendesk's save hook, on Zendesk's own library: which replies leave the composer, which do not.

What is sent is read off the page around the sidebar: it sends what the library does not stop.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from plugin.models import DraftState
from tests.bench.world import ANA, BEN, Bench
from tests.web.sidebar_app import Sidebar
from tests.web.zendesk_page import Open, Zendesk, desks

NEEDS_APPROVAL = "Not sent: a reply to this message needs approval by a lead"
_TRIES = 5


@pytest.fixture
def zendesk(sqlite_bench: Bench, chromium: Browser) -> Iterator[Open]:
    yield from desks(sqlite_bench, chromium)


def approved(bench: Bench, key: str) -> str:
    """A ticket whose draft is approved and in Ana's composer, so that it stays there."""
    ticket_id = bench.opened(key)
    draft_id, ben, ana = bench.draft(ticket_id).id, Sidebar(bench, BEN), Sidebar(bench, ANA)
    said = ben.act(draft_id, "verdict", verdict="approve", done="0", **ben.seen(ticket_id))
    assert said.json()["state"] == DraftState.APPROVED
    assert ana.act(draft_id, "insert", **ana.seen(ticket_id)).status_code == 200
    return ticket_id


def never_answers(one: Zendesk, *addresses: str) -> list[Route]:
    """The service takes these questions and says nothing."""
    held: list[Route] = []
    for address in addresses:
        one.page.route(address, lambda route: held.append(route))  # noqa: PLW0108 (it wants to know how many arguments)
    return held


def unasked(one: Zendesk, does: Callable[[], None]) -> None:
    """It goes by what is known. On a busy machine that may lapse, so there is another try."""
    for _ in range(_TRIES):
        with one.page.expect_response("**/draft"):
            one.tell("app.activated")
        before = one.saves_asked()
        does()
        if one.saves_asked() == before:
            return
    raise AssertionError("the service is asked each time")


def leaves(one: Zendesk, words: str) -> None:
    one.write(words)
    one.submit()
    expect(one.sent).to_have_text(words, use_inner_text=True)


def is_held(one: Zendesk) -> None:
    one.submit()
    expect(one.stopped).to_contain_text(NEEDS_APPROVAL)


def test_a_reply_that_needs_approval_is_stopped_without_a_question(
    sqlite_bench: Bench, zendesk: Open
) -> None:
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("complaint")
    ana.open(ANA, ticket_id)
    ana.write("Sorry, here is your money.")
    unasked(ana, lambda: is_held(ana))
    expect(ana.stopped).to_contain_text("Have the draft in Bookbag approved")
    ana.picture("zendesk-stopped")
    # Nor does what cannot be read pass for nothing, or a file for no reply.
    ana.write("")
    ana.becomes(attachments=[{"filename": "voucher.pdf"}])
    is_held(ana)
    ana.becomes(attachments=[], unreadable=["comment.text", "comment.type"])
    is_held(ana)
    ana.becomes(unreadable=[])
    # Nothing is written, only the ticket's status changes.
    ana.submit()
    expect(ana.stopped).to_be_empty()
    ana.write("For us only")
    ana.writes_a("internalNote")
    ana.submit()
    expect(ana.sent).to_have_text("For us only")


def test_where_nothing_is_held_a_reply_leaves_without_a_question(
    sqlite_bench: Bench, zendesk: Open
) -> None:
    bench, ana = sqlite_bench, zendesk()
    ana.open(ANA, bench.opened("refund_under_limit"))
    unasked(ana, lambda: leaves(ana, "Hello"))
    ana.becomes(ticket=999_999)
    ana.tell("app.activated")
    expect(ana.state).to_have_text("No draft on this ticket")
    unasked(ana, lambda: leaves(ana, "No draft here"))


def test_what_was_approved_leaves_and_more_does_not(sqlite_bench: Bench, zendesk: Open) -> None:
    bench, ana = sqlite_bench, zendesk()
    ticket_id = approved(bench, "refund_over_limit")
    ana.open(ANA, ticket_id)
    ana.button("Undo the approval").wait_for()
    text = bench.draft(ticket_id).text or ""
    assert "129.00 USD" in text
    ana.write(text.replace("129.00", "192.00"))
    ana.submit()
    expect(ana.stopped).to_contain_text("“192.00 USD” is more than was approved. Send what was")
    ana.picture("zendesk-more-than-approved")
    ana.write(f"{text}\n\nWe also cancel your order.")
    ana.submit()
    expect(ana.stopped).to_contain_text("We also cancel your order.")
    ana.write(text.replace("Hi", "Hello", 1))
    ana.submit()
    expect(ana.sent).to_contain_text("Hello")
    expect(ana.stopped).to_be_empty()
    unasked(ana, lambda: leaves(ana, text))


def test_a_permission_ends_with_whatever_happens(sqlite_bench: Bench, zendesk: Open) -> None:
    """By its age, when the sidebar goes out of sight, and when the helpdesk tells of a change.

    In the end the ticket is held, and the sidebar has not been able to look since.
    """
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("refund_under_limit")
    ana.open(ANA, ticket_id)
    frame = ana.page.frame("sidebar")
    assert frame is not None
    held = never_answers(ana, "**/draft")
    frame.evaluate("{ const now = Date.now; Date.now = () => now() + 4000; }")
    leaves(ana, "It is old")
    assert ana.saves_asked() == 1
    for route in held:
        route.continue_()
    ana.page.unroute("**/draft")
    unasked(ana, lambda: leaves(ana, "It is known anew"))

    asked = ana.saves_asked()
    ana.page.route("**/draft", lambda route: route.abort())
    bench.hands.customer_writes(
        ticket_id, "I still want my refund. I was injured by them and am in hospital."
    )
    bench.settle()
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    ana.tell("ticket.conversation.changed")
    ana.write("Hello")
    is_held(ana)
    ana.tell("app.deactivated")
    is_held(ana)
    assert ana.saves_asked() == asked + 2


def test_slow_down_and_signed_out_stop_it(sqlite_bench: Bench, zendesk: Open) -> None:
    bench, ana = sqlite_bench, zendesk()
    ana.open(ANA, bench.opened("refund_under_limit"))
    held = never_answers(ana, "**/draft", "**/save")
    ana.tell("app.activated")
    ana.write("Hello")
    ana.submit()
    expect(ana.stopped).to_contain_text("could not be reached, so it is not known", timeout=8000)
    ana.becomes(lost=["comment.text"])
    ana.submit()
    expect(ana.stopped).to_contain_text("could not tell in time", timeout=8000)
    ana.becomes(lost=[])
    for route in held:
        route.abort()
    ana.page.unroute_all()
    ana.page.route("**/zendesk/**", lambda route: route.abort())
    expect(ana.bar.locator("#notice")).to_contain_text("Connection lost")
    ana.submit()
    expect(ana.stopped).to_contain_text("could not be reached, so it is not known")
    ana.page.unroute_all()
    bench.clock.ahead += timedelta(hours=9)
    expect(ana.bar.locator("#notice")).to_contain_text("Your session in this sidebar is over")
    ana.submit()
    expect(ana.stopped).to_contain_text("Your session in this sidebar is over. Reload the ticket")
    assert ana.sent.inner_text() == ""


def test_only_a_rejection_stops_a_reply(sqlite_bench: Bench, zendesk: Open) -> None:
    """With the other word the reply leaves that the first of these tests sees stopped."""
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("complaint")

    def mutate(route: Route) -> None:
        script = route.fetch().text()
        assert script.count("Promise.reject(new Error(") == 1
        route.fulfill(
            body=script.replace("Promise.reject(new Error(", "Promise.resolve(new Error("),
            content_type="text/javascript",
        )

    ana.page.route("**/host.js", mutate)
    ana.open(ANA, ticket_id)
    ana.write("Sorry, here is your money.")
    ana.submit()
    expect(ana.sent).to_have_text("Sorry, here is your money.")
