"""The sidebar in Zendesk, on Zendesk's own library: what it puts into the composer, and when."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from plugin.models import DraftState
from plugin.web.sidebar_session import LASTS
from tests.bench.world import ANA, BEN, Bench
from tests.web.zendesk_page import CDN, Open, desks

IN_COMPOSER = "It is in your composer, not sent yet"
READY = "Draft reply, ready for your review"


@pytest.fixture
def zendesk(sqlite_bench: Bench, chromium: Browser) -> Iterator[Open]:
    yield from desks(sqlite_bench, chromium)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_handshake_comes_first_and_the_ticket_is_followed(
    sqlite_bench: Bench, zendesk: Open
) -> None:
    bench, ana = sqlite_bench, zendesk()
    first, second = bench.opened("german_html_thread"), bench.opened("reship")
    ana.open(ANA, first, registers=False, scheme="dark", waits=False)
    expect(ana.bar.locator("#looking")).to_be_visible()
    ana.page.wait_for_function("heard.length")
    assert ana.page.evaluate("heard.map(m => m.key)") == ["iframe.handshake"]
    ana.page.evaluate("register()")
    expect(ana.bar.locator("#draft")).to_contain_text(bench.draft(first).short_id)
    expect(ana.bar.locator("html")).to_have_attribute("data-theme", "dark")
    assert ana.page.context.cookies() == []
    ana.becomes(ticket=int(second))
    ana.tell("app.activated")
    expect(ana.bar.locator("#draft")).to_contain_text(bench.draft(second).short_id)
    assert ana.page.locator("iframe").evaluate("frame => frame.style.height.endsWith('px')")


def test_inserting_by_the_editor_and_again_in_its_place(sqlite_bench: Bench, zendesk: Open) -> None:
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("german_html_thread")
    text = bench.draft(ticket_id).text or ""
    ana.open(ANA, ticket_id)
    ana.writes_a("internalNote")
    ana.button("Insert into composer").click()
    expect(ana.bar.get_by_role("alert")).to_contain_text("set to an internal note")
    assert bench.draft(ticket_id).inserted_by is None
    ana.writes_a("publicReply")
    ana.write("Moin!")
    ana.button("Insert into composer").click()
    expect(ana.state).to_have_text(IN_COMPOSER)
    assert lines(ana.composer.inner_text()) == ["Moin!", *lines(text)]
    # What the agent has not touched is replaced, and nothing else is.
    ana.write("")
    ana.button("Insert it again").click()
    expect(ana.composer).to_contain_text(lines(text)[-1])
    reply = ana.bar.get_by_label("Reply to the customer")
    reply.fill(f"{text}\nPS: Bis <bald> & Gruß")
    ana.button("Insert it again").click()
    expect(ana.composer).to_contain_text("PS: Bis <bald> & Gruß")
    assert lines(ana.composer.inner_text()) == [*lines(text), "PS: Bis <bald> & Gruß"]
    before = "heard.findLastIndex(m => m.params?.['ticket.editor.insert'])"
    reads = f"heard.slice(0, {before}).findLast(m => m.request === 'get').params"
    assert "ticket.id" in ana.page.evaluate(reads)


def test_the_other_ways_into_the_composer(sqlite_bench: Bench, zendesk: Open) -> None:
    """Where the editor does not take it, and where the composer takes words and no HTML."""
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("german_html_thread")
    with bench.runtime.database.write() as session:
        session.merge(bench.draft(ticket_id)).text = "Hallo Jan <3,\nviele Grüße & bis bald"
    ana.open(ANA, ticket_id)
    for desk, call in (
        ({"refused": ["ticket.editor.insert"]}, "comment.appendHtml"),
        ({"refused": [], "channel": "messaging", "rich": False}, "comment.appendText"),
        ({"refused": ["comment.appendText"]}, "ticket.editor.insert"),
    ):
        ana.write("")
        ana.becomes(**desk)
        before = len(ana.called(call))
        ana.button("Insert into composer").click()
        expect(ana.state).to_have_text(IN_COMPOSER)
        assert len(ana.called(call)) == before + 1
        said = ana.composer.inner_text()
        assert said.split() == "Hallo Jan <3, viele Grüße & bis bald".split()
        ana.button("Release it").click()
        expect(ana.state).to_have_text(READY)


def test_what_comes_between_leaves_the_composer_alone(sqlite_bench: Bench, zendesk: Open) -> None:
    bench, ana = sqlite_bench, zendesk()
    ticket_id, other = bench.opened("german_html_thread"), bench.opened("reship")
    ana.open(ANA, ticket_id)

    def move(route: Route) -> None:
        ana.becomes(ticket=int(other))
        route.continue_()

    ana.page.route("**/insert", move)
    ana.button("Insert into composer").click()
    expect(ana.bar.get_by_role("alert")).to_contain_text("Another ticket is open now")
    assert ana.composer.inner_text().strip() == ""
    assert bench.draft(ticket_id).inserted_by is None
    ana.page.unroute("**/insert")
    # Nobody tells whether it was taken: it is not put there a second time.
    ana.becomes(ticket=int(ticket_id), lost=["ticket.editor.insert"])
    ana.tell("app.activated")
    expect(ana.bar.locator("#draft")).to_contain_text(bench.draft(ticket_id).short_id)
    ana.button("Insert into composer").click()
    expect(ana.bar.get_by_role("alert")).to_contain_text("did not say whether", timeout=8000)
    assert ana.called("comment.appendHtml") == []


def test_review_mode_puts_a_draft_into_an_empty_composer_once(
    sqlite_bench: Bench, zendesk: Open
) -> None:
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("german_html_thread")
    text = bench.draft(ticket_id).text or ""
    ana.open(ANA, ticket_id)
    switch = ana.bar.get_by_label("Insert drafts automatically")
    expect(switch).not_to_be_checked()
    ana.write("Moin!")
    switch.check()
    ana.tell("app.activated")
    ana.writes_a("internalNote")
    ana.write("")
    ana.tell("app.activated")
    expect(ana.state).to_have_text(READY)
    assert ana.called("ticket.editor.insert") == []
    ana.writes_a("publicReply")
    expect(ana.state).to_have_text(IN_COMPOSER)
    assert lines(ana.composer.inner_text()) == lines(text)
    ana.picture("zendesk-inserted")
    ana.button("Release it").click()
    expect(ana.state).to_have_text(READY)
    ana.write("")
    ana.writes_a("publicReply")
    # It is hers still when she comes back, and it was inserted once.
    ana.open(ANA, ticket_id)
    expect(switch).to_be_checked()
    expect(ana.button("Approve and send")).to_be_enabled()
    assert ana.composer.inner_text().strip() == ""
    ana.button("Approve and send").click()
    expect(ana.button("Undo")).to_be_visible()


def test_an_admin_sets_review_mode_for_whoever_has_not_chosen(
    sqlite_bench: Bench, zendesk: Open
) -> None:
    bench, ben = sqlite_bench, zendesk()
    first, second = bench.opened("german_html_thread"), bench.opened("german_html_thread")
    waits, settings = bench.opened("refund_over_limit"), {"insert_drafts": True}

    def write(route: Route) -> None:
        ben.write("I have begun")
        route.continue_()

    ben.page.route("**/insert", write)
    with ben.page.expect_response("**/release"):
        ben.open(BEN, first, settings=settings)
    ben.page.unroute("**/insert")
    expect(ben.state).to_have_text(READY)
    assert ben.composer.inner_text() == "I have begun"
    ben.open(BEN, second, settings=settings)
    expect(ben.state).to_have_text(IN_COMPOSER)
    # What needs a signature, or an action, is nothing to be put there unasked.
    ben.open(BEN, waits, settings=settings)
    expect(ben.bar.get_by_label("Insert drafts automatically")).to_be_checked()
    assert bench.draft(waits).state is DraftState.AWAITING_APPROVAL
    assert ben.composer.inner_text().strip() == ""


def test_two_sidebars_see_each_other(sqlite_bench: Bench, zendesk: Open) -> None:
    bench, ana, ben = sqlite_bench, zendesk(), zendesk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    ben.open(BEN, ticket_id)
    ana.button("Insert into composer").click()
    expect(ben.state).to_have_text("Ana Reyes has it in their composer")
    expect(ben.button("Approve and send")).to_have_count(0)
    ana.button("Release it").click()
    ben.button("Approve and send").click()
    expect(ana.state).to_have_text("Approved, going out")
    expect(ana.bar.locator("#deed")).to_contain_text("Approved by Ben Mercer")


def test_it_says_what_is_the_matter(sqlite_bench: Bench, zendesk: Open) -> None:
    """Without the library, without an answer of the helpdesk's, slow, and signed out."""
    bench, ana = sqlite_bench, zendesk()
    ticket_id = bench.opened("german_html_thread")
    notice = ana.bar.locator("#notice")
    ana.page.route(CDN, lambda route: route.abort())
    ana.open(ANA, ticket_id, waits=False)
    expect(notice).to_contain_text("script did not load. Reload the ticket")
    expect(ana.bar.locator("#looking")).to_have_count(0)
    ana.page.unroute(CDN)
    ana.page.route(CDN, ana.library)

    slow: list[Route] = []
    ana.page.route("**/draft", lambda route: slow.append(route))  # noqa: PLW0108 (it wants to know how many arguments)
    ana.open(ANA, ticket_id, waits=False)
    expect(notice).to_contain_text("slow to answer", timeout=8000)
    ana.page.unroute("**/draft")
    slow[0].continue_()
    expect(ana.state).to_have_text(READY)
    expect(notice).to_be_empty()

    ana.open(ANA, ticket_id, waits=False, lost=["ticket.id"])
    expect(notice).to_contain_text("does not say which ticket this is", timeout=8000)
    ana.becomes(lost=[])
    ana.tell("app.activated")
    expect(ana.state).to_have_text(READY)

    bench.clock.ahead += LASTS
    expect(notice).to_contain_text("Your session in this sidebar is over. Reload the ticket")
