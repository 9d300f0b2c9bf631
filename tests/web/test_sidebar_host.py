"""The sidebar and the helpdesk's page around it: what each says to the other, and to no third."""

from playwright.sync_api import Route, expect

from plugin.store import merchants
from tests.bench.world import ANA, BEN, Bench
from tests.web.helpdesk_page import Make
from tests.web.sidebar_app import claims, signed


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
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("complaint")
    ana.open(ANA, ticket_id)
    ana.page.locator("#composer").fill("Sorry, here is your money.")
    ana.page.locator("#send").click()
    stopped = ana.page.locator("#stopped")
    expect(stopped).to_contain_text("a reply to this message needs approval by a lead")
    ana.page.locator("#visibility").select_option("internal")
    ana.page.locator("#send").click()
    expect(ana.page.locator("#sent")).to_have_text("Sorry, here is your money.")
    ana.page.locator("#visibility").select_option("public")

    ana.page.route("**/save", lambda route: route.abort())
    ana.page.locator("#send").click()
    expect(stopped).to_contain_text("could not be reached, so it is not known")
    ana.page.unroute("**/save")
    held: list[Route] = []
    ana.page.route("**/save", lambda route: held.append(route))  # noqa: PLW0108 (it wants to know how many arguments)
    ana.page.locator("#send").click()
    expect(stopped).to_contain_text("could not tell in time")
    for route in held:
        route.abort()
    ana.page.unroute("**/save")

    bench.note(ticket_id, BEN, "/approve")
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


def test_zendesks_own_library_is_spoken_to_as_it_wants(sqlite_bench: Bench, desk: Make) -> None:
    """A stand-in for the library: it shows which calls are made, and what stops a save."""
    bench, ana = sqlite_bench, desk()
    ticket_id = bench.opened("complaint")
    with bench.runtime.database.write() as session:
        account = merchants.account(session, bench.scope, bench.account_id)
        account.url = "https://larkspur.zendesk.com"
    library = """
      window.calls = []; window.handlers = {}; window.editor = "<p>Sorry <b>you</b></p>";
      window.ZAFClient = { init: () => ({
        get: async (paths) => Object.fromEntries(paths.map((path) => [path, {
          "ticket.id": Number("%s"), "comment.type": window.type ?? "publicReply",
          "comment.text": window.editor }[path]])),
        invoke: async (...call) => { window.calls.push(call); },
        on: (name, handler) => { window.handlers[name] = handler; },
      }) };
      window.save = () => Promise.resolve(window.handlers["ticket.save"]())
        .then(() => "passes", (error) => error.message);
    """
    ana.page.route(
        "https://static.zdassets.com/**",
        lambda route: route.fulfill(body=library % ticket_id, content_type="text/javascript"),
    )
    token = signed(claims(bench.hands.users()[BEN], bench.clock()))
    ana.page.goto(f"{bench.url}/healthz")
    ana.page.evaluate(
        """([action, token]) => {
          const form = document.body.appendChild(document.createElement("form"));
          Object.assign(form, { method: "post", action });
          const field = Object.assign(document.createElement("input"), { name: "token" });
          field.value = token;
          form.append(field);
          form.submit();
        }""",
        [f"{bench.url}/zendesk/{bench.account_id}/sidebar", token],
    )
    page = ana.page
    expect(page.locator("#state")).to_have_text("Draft reply, needs approval by a lead or an admin")
    assert "needs approval by a lead" in page.evaluate("save()")
    page.evaluate("window.editor = '<p><br></p>'")
    assert page.evaluate("save()") == "passes"
    page.evaluate("window.editor = '<img src=data:,>'")
    assert "needs approval by a lead" in page.evaluate("save()")
    page.evaluate("window.type = 'internalNote'")
    assert page.evaluate("save()") == "passes"
    page.get_by_role("button", name="Approve and send").click()
    page.get_by_role("button", name="Insert into composer").click()
    expect(page.get_by_role("alert")).to_contain_text("set to an internal note")
    page.evaluate("window.type = 'publicReply'")
    page.get_by_role("button", name="Insert into composer").click()
    expect(page.locator("#state")).to_have_text("It is in your composer, not sent yet")
    inserted = page.evaluate("calls.filter(([name]) => name === 'ticket.editor.insert')")
    (call,) = inserted
    text = bench.draft(ticket_id).text or ""
    assert call[1].replace("<br>", "\n").replace("&amp;", "&") == f"\n\n{text}"
    assert page.evaluate("calls.some(([name, size]) => name === 'resize' && size.height > '')")
