"""The sidebar and the helpdesk's page around it: what each says to the other, and to no third."""

from playwright.sync_api import expect

from tests.bench.world import ANA, BEN, Bench
from tests.web.helpdesk_page import Make


def test_into_an_internal_note_nothing_is_inserted_and_nothing_claimed(
    sqlite_bench: Bench, desk: Make
) -> None:
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("refund_under_limit")
    ana.open(ANA, ticket_id)
    ana.bar.get_by_label("I have done").check()
    ana.page.locator("#visibility").select_option("internal")
    ana.button("Insert into composer").click()
    expect(ana.bar.get_by_role("alert")).to_contain_text("set to an internal note")
    expect(ana.bar.get_by_label("I have done")).to_be_checked()
    assert ana.heard("insert") == 0
    assert bench.held(ticket_id).actions[0].done_at is None


def test_the_save_hook_stops_a_reply_that_needs_approval(sqlite_bench: Bench, desk: Make) -> None:
    """What `test_zendesk_save` has of Zendesk's library, by the sandbox's protocol."""
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("complaint")
    ana.open(ANA, ticket_id)
    ana.page.locator("#composer").fill("Sorry for all this.")
    ana.page.locator("#send").click()
    stopped = ana.page.locator("#stopped")
    expect(stopped).to_contain_text("a reply to this message needs approval by a lead")
    ana.page.locator("#visibility").select_option("internal")
    ana.page.locator("#send").click()
    expect(ana.page.locator("#sent")).to_have_text("Sorry for all this.")
    ana.page.locator("#visibility").select_option("public")
    bench.note(ticket_id, BEN, "/approve")
    expect(ana.bar.locator("#state")).to_have_text("Approved, going out")
    ana.page.locator("#send").click()
    expect(stopped).to_be_empty()


def test_the_frame_is_as_high_as_its_page(sqlite_bench: Bench, desk: Make) -> None:
    bench, ana = sqlite_bench, desk()
    ana.open(ANA, bench.opened("refund_under_limit"))
    frame = ana.page.frame("sidebar")
    assert frame is not None
    ana.page.wait_for_function("document.querySelector('iframe').height !== '700'")
    frame.wait_for_function("innerHeight >= document.body.offsetHeight")
    high = int(ana.page.locator("iframe").get_attribute("height") or 0)
    ana.news("999999")
    expect(ana.bar.locator("#state")).to_have_text("No draft on this ticket")
    ana.page.wait_for_function(f"document.querySelector('iframe').height < {high // 2}")


def test_another_window_says_nothing_to_it(sqlite_bench: Bench, desk: Make) -> None:
    """Neither a frame beside it nor a page that frames it from elsewhere."""
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("german_html_thread")
    ana.open(ANA, ticket_id)
    ana.page.evaluate(
        """() => {
          const other = document.body.appendChild(document.createElement("iframe"));
          other.srcdoc = `<script>parent.frames.sidebar.postMessage({sandbox: 1, id: 1,
            ask: "save", ticket_id: "1", public: true, text: "x"}, "*")<\\/script>`;
        }"""
    )
    frame = ana.page.frame("sidebar")
    assert frame is not None
    frame.evaluate("window.postMessage({sandbox: 1, id: 2, ask: 'save', public: true}, '*')")
    ana.page.locator("#composer").fill("Hello")
    ana.page.locator("#send").click()
    expect(ana.page.locator("#sent")).to_have_text("Hello")
    assert ana.page.evaluate("window.heard.filter(m => 're' in m).length") == 1
