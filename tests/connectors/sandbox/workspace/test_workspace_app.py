"""The page and the app beside it: both sides of the talk, with a stand-in for the app."""

import pytest
from playwright.sync_api import expect

from tests.connectors.sandbox.support import ADMIN_ID, AGENT_ID, Caller

from .stub_app import StubApp
from .windows import Open, ask, sent, the_app, told


def test_the_app_learns_what_is_shown(stub: StubApp, ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}", color_scheme="dark")
    app = the_app(page)
    assert app.evaluate("app.opened")["value"] == {
        "ticket_id": str(ticket),
        "composer": {"public": True, "text": "", "locked": False},
        "closed": False,
        "theme": "dark",
    }
    page.get_by_label("Internal note").check()
    page.locator("#text").fill("Hm")
    assert ask(app, "context")["value"]["composer"] == {
        "public": False,
        "text": "Hm",
        "locked": False,
    }
    (opened,) = stub.opened
    assert opened["claims"]["sub"].endswith(f"/users/{ADMIN_ID}.json")
    assert opened["query"]["origin"] == opened["origin"] == stub.host


@pytest.mark.usefixtures("stub")
def test_insert_at_the_cursor_keeps_what_was_typed(ticket: int, window: Open) -> None:
    page = window(f"/agent/tickets/{ticket}")
    app, text = the_app(page), page.locator("#text")
    text.fill("Hi Cleo, bye")
    text.evaluate("e => e.setSelectionRange(3, 9)")
    assert ask(app, "insert", ticket_id=str(ticket), text='<b>"\n1') == {"ok": True, "value": {}}
    expect(text).to_have_value('Hi Cleo, \n\n<b>"\n1\n\nbye')
    expect(text).to_be_focused()
    page.keyboard.press("Control+z")
    expect(text).to_have_value("Hi Cleo, bye")
    text.press("End")
    assert ask(app, "insert", ticket_id=str(ticket), text="first")["ok"]
    page.keyboard.type("!")
    expect(text).to_have_value("Hi Cleo, bye\n\nfirst!")


@pytest.mark.usefixtures("stub")
def test_what_was_inserted_before_is_replaced_where_it_stands_unchanged(
    ticket: int, window: Open
) -> None:
    page = window(f"/tickets/{ticket}")
    app, text = the_app(page), page.locator("#text")

    def insert(words: str) -> None:
        assert ask(app, "insert", ticket_id=str(ticket), text=words)["ok"]

    text.fill("Before")
    insert("first")
    page.keyboard.type("!")
    text.evaluate("e => e.setSelectionRange(0, 0)")
    insert("second")
    expect(text).to_have_value("Before\n\nsecond!")
    text.fill("sec")
    insert("third")
    expect(text).to_have_value("sec\n\nthird")
    text.fill("")
    insert("fourth")
    expect(text).to_have_value("fourth")


@pytest.mark.usefixtures("stub")
def test_what_is_not_inserted(ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}")
    app = the_app(page)
    page.locator("#text").fill("mine")
    this, other = {"ticket_id": str(ticket)}, {"error": "other_ticket", "ok": False}
    for wrong in (str(ticket + 1), ticket, None):
        assert ask(app, "insert", ticket_id=wrong, text="x") == other
    assert ask(app, "insert", text="x") == other
    assert ask(app, "insert", **this, text={}) == {"ok": False, "error": "bad_request"}
    page.get_by_label("Internal note").check()
    assert ask(app, "insert", **this, text="x") == {"ok": False, "error": "internal_note"}
    expect(page.locator("#text")).to_have_value("mine")


@pytest.mark.usefixtures("stub")
def test_the_frame_is_as_high_as_the_app_wants(ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}", viewport={"width": 600, "height": 800})
    app, frame = the_app(page), page.locator("#sidebar")
    for wanted, kept in ((700, 700), (10**9, 4000), (-5, 120)):
        assert ask(app, "resize", height=wanted)["ok"]
        assert frame.evaluate("e => e.offsetHeight") == kept
    assert ask(app, "resize", height="700px") == {"ok": False, "error": "bad_request"}
    assert ask(app, "constructor") == {"ok": False, "error": "unknown"}


def test_the_save_hook_stops_a_reply_and_keeps_it(
    anyone: Caller, stub: StubApp, ticket: int, window: Open
) -> None:
    page = window(f"/tickets/{ticket}")
    app = the_app(page)
    app.evaluate("app.verdict = {ok: false, error: '<b>Ben</b> has to sign this first.'}")
    page.locator("#text").fill("We refund $500")
    page.get_by_role("button", name="Send reply").click()
    problem = page.locator("#composer-problem")
    expect(problem).to_have_text("<b>Ben</b> has to sign this first.")
    expect(page.locator("#text")).to_have_value("We refund $500")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text")).to_be_editable()
    (question,) = told(app, "ask")
    del question["id"]
    told_it = {"sandbox": 1, "ask": "save", "ticket_id": str(ticket), "public": True}
    assert question == {**told_it, "text": "We refund $500"}
    assert sent(anyone, ticket) == []

    app.evaluate("app.verdict = {ok: true}")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#text")).to_have_value("")
    expect(problem).to_be_hidden()
    expect(page.locator(".comment.staff .body")).to_have_text("We refund $500")
    assert sent(anyone, ticket) == ["We refund $500"]
    expect(page.locator("#heard")).to_have_text("New message from Ada")
    app.wait_for_function("app.heard.some((message) => message.news === 'ticket')")
    assert len(stub.opened) == 1


@pytest.mark.usefixtures("stub")
def test_a_note_is_nobody_s_business_but_the_team_s(
    anyone: Caller, ticket: int, window: Open
) -> None:
    page = window(f"/tickets/{ticket}")
    app = the_app(page)
    app.evaluate("app.verdict = null")
    page.get_by_label("Public reply").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Only your team reads this.")).to_be_visible()
    expect(page.get_by_role("button", name="Send reply")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.type("/approve")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add note")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".comment.note .body")).to_have_text("/approve")
    assert told(app, "ask") == []
    assert sent(anyone, ticket) == []
    expect(page.get_by_label("Internal note")).to_be_checked()


@pytest.mark.usefixtures("stub")
def test_a_silent_app_stops_a_reply_after_five_seconds(
    anyone: Caller, ticket: int, window: Open
) -> None:
    page = window(f"/tickets/{ticket}", clock=True)
    app = the_app(page)
    app.evaluate("app.verdict = null")
    page.locator("#text").fill("Hello")
    page.get_by_role("button", name="Send reply").click()
    app.wait_for_function("app.heard.some((message) => message.ask === 'save')")
    expect(page.locator("#text")).not_to_be_editable()
    locked = {"ok": False, "error": "locked"}
    assert ask(app, "insert", ticket_id=str(ticket), text="x") == locked
    page.clock.fast_forward(3000)
    expect(page.locator("#composer-problem")).to_be_hidden()
    page.clock.fast_forward(2000)
    expect(page.locator("#composer-problem")).to_have_text("Bookbag did not answer; try again.")
    expect(page.locator("#text")).to_have_value("Hello")
    assert sent(anyone, ticket) == []
    # An answer that comes too late lets nothing pass.
    late = told(app, "ask")[0]["id"]
    app.evaluate("re => parent.postMessage({sandbox: 1, re, ok: true}, app.host)", late)
    ask(app, "context")
    assert sent(anyone, ticket) == []


def test_without_an_app_a_reply_passes(anyone: Caller, ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}")
    expect(page.locator("iframe")).to_have_count(0)
    page.locator("#text").fill("Hello")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".comment.staff .body")).to_have_text("Hello")
    assert sent(anyone, ticket) == ["Hello"]


def test_an_app_that_did_not_load_lets_pass_and_can_be_opened_again(
    stub: StubApp, ticket: int, window: Open
) -> None:
    stub.asks = False
    page = window(f"/tickets/{ticket}")
    expect(page.get_by_text("Bookbag is not connected.")).to_be_visible()
    page.locator("#text").fill("Hello")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".comment.staff .body")).to_have_text("Hello")
    stub.asks = True
    page.get_by_role("button", name="Try again").click()
    the_app(page)
    expect(page.get_by_text("Bookbag is not connected.")).to_be_hidden()
    first, second = (opened["claims"]["jti"] for opened in stub.opened)
    assert first != second


@pytest.mark.usefixtures("stub")
def test_messages_of_others_are_not_heard(ticket: int, window: Open) -> None:
    """Right words from the page itself, from another origin, and from a second frame of the app."""
    page = window(f"/tickets/{ticket}")
    app, text = the_app(page), page.locator("#text")
    text.fill("mine")
    question: dict[str, object] = {"sandbox": 1, "id": 7, "ask": "insert", "text": "foreign"}
    question["ticket_id"] = str(ticket)
    page.evaluate("question => postMessage(question, '*')", question)
    page.evaluate(
        """question => dispatchEvent(new MessageEvent("message", {
          data: question,
          origin: "https://evil.example",
          source: document.getElementById("sidebar").contentWindow,
        }))""",
        question,
    )
    app.evaluate(
        """async (question) => {
          const frame = document.createElement("iframe");
          frame.src = "/app.js";
          document.body.append(frame);
          await new Promise((done) => frame.addEventListener("load", done));
          const script = frame.contentDocument.createElement("script");
          script.textContent = `top.postMessage(${JSON.stringify(question)}, "*")`;
          frame.contentDocument.body.append(script);
        }""",
        question,
    )
    for wrong in ("insert", None, {**question, "sandbox": 2}, {**question, "id": "7"}):
        app.evaluate("wrong => parent.postMessage(wrong, app.host)", wrong)
    assert ask(app, "context")["value"]["composer"]["text"] == "mine"
    assert len(told(app, "re")) == 2


def test_another_agent_opens_the_app_again(stub: StubApp, ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}")
    the_app(page)
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#composer-problem")).to_be_visible()
    page.locator("#text").fill("half a sentence")
    page.get_by_label("Signed in as").select_option("Ben")
    page.get_by_role("button", name="Switch").click()
    expect(page.frame_locator("#sidebar").locator("#who")).to_have_text(f"{AGENT_ID}.json")
    the_app(page)
    ids = [opened["claims"]["sub"].rsplit("/", 1)[-1] for opened in stub.opened]
    assert ids == [f"{ADMIN_ID}.json", f"{AGENT_ID}.json"]
    expect(page.locator("#text")).to_have_value("half a sentence")
    expect(page.locator("#composer-problem")).to_be_hidden()
    page.get_by_label("Internal note").check()
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".comment.note strong")).to_have_text("Ben")


@pytest.mark.usefixtures("stub")
def test_what_the_app_changed_is_shown_at_once(anyone: Caller, ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}", clock=True)
    app = the_app(page)
    page.clock.pause_at(page.evaluate("Date.now()") + 10)
    anyone.post(f"/sandbox/tickets/{ticket}/tags", {"add": ["bookbag_draft"]})
    assert page.locator("#tags li").count() == 0
    assert ask(app, "changed") == {"ok": True, "value": {}}
    expect(page.locator("#tags li")).to_have_text("bookbag_draft")
