"""The workspace as a person uses it: by mouse and keyboard, wide and narrow, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.connectors.sandbox.support import AGENT, Caller

from .stub_app import StubApp
from .windows import Open, sent, texts, the_app


@pytest.mark.usefixtures("stub")
def test_the_page_follows_and_leaves_what_is_typed(
    anyone: Caller, ticket: int, window: Open
) -> None:
    page = window(f"/tickets/{ticket}")
    app, text = the_app(page), page.locator("#text")
    text.fill("half a sentence")
    page.locator("#add").fill("half_a_tag")
    page.locator(".comment").first.evaluate("e => { e.marked = true; }")
    anyone.post(f"/sandbox/tickets/{ticket}/messages", {"text": "<b>Hello?</b>"})
    anyone.post(f"/sandbox/tickets/{ticket}/tags", {"add": ["bookbag_draft"]})
    anyone.put(f"/sandbox/tickets/{ticket}/status", {"status": "pending"})
    expect(page.locator(".head .status")).to_have_text("pending")
    assert texts(page) == ["Where is my parcel?", "<b>Hello?</b>"]
    expect(page.locator("#tags li")).to_have_text("bookbag_draft")
    expect(page.locator("#status")).to_have_value("pending")
    expect(page.locator("#heard")).to_have_text("New message from Cleo")
    expect(text).to_have_value("half a sentence")
    expect(page.locator("#add")).to_have_value("half_a_tag")
    assert page.locator(".comment").first.evaluate("e => e.marked")
    app.wait_for_function("app.heard.some((message) => message.news === 'ticket')")


def test_tags_by_keyboard(anyone: Caller, window: Open) -> None:
    ticket = anyone.open_ticket(tags=["kept", "old"])
    page = window(f"/tickets/{ticket}")
    page.locator("#add").focus()
    page.keyboard.type("vip, late")
    page.keyboard.press("Enter")
    expect(page.locator("#tags li")).to_have_text(["kept", "late", "old", "vip"])
    expect(page.locator("#add")).to_have_value("")
    page.get_by_role("button", name="Remove tag old").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#tags li")).to_have_text(["kept", "late", "vip"])
    expect(page.locator("#add")).to_be_focused()
    page.keyboard.type("so so!")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("tags are made of")
    expect(page.locator("#add")).to_have_value("so so!")


def test_a_lost_helpdesk_is_said_and_no_text_is_lost(
    anyone: Caller, ticket: int, window: Open
) -> None:
    page = window(f"/tickets/{ticket}")
    cut: Callable[[Route], None] = lambda route: route.abort()  # noqa: E731 - taken off by name
    for pattern in ("**/state", "**/reply"):
        page.route(pattern, cut)
    line = page.locator("#line")
    expect(line).to_have_text("The helpdesk does not answer. Trying again.")
    page.locator("#text").fill("Hello")
    page.locator("#status").select_option("Solved")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#composer-problem")).to_contain_text("your text is still here")
    expect(page.locator("#text")).to_have_value("Hello")
    for pattern in ("**/state", "**/reply"):
        page.unroute(pattern, cut)
    expect(line).to_be_hidden()
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".head .status")).to_have_text("solved")
    expect(page.locator("#status")).to_have_value("solved")
    assert sent(anyone, ticket) == ["Hello"]


def test_an_empty_reply_and_a_closed_ticket(anyone: Caller, ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}")
    problem = page.locator("#composer-problem")
    page.get_by_role("button", name="Send reply").click()
    expect(problem).to_have_text("That was not sent: the text is empty.")
    page.get_by_role("button", name="Set status only").click()
    expect(page.locator(".head .status")).to_have_text("open")
    anyone.put(f"/sandbox/tickets/{ticket}/status", {"status": "closed"})
    expect(page.locator("#closed")).to_have_text(
        "This ticket is closed and takes no more messages."
    )
    page.locator("#text").fill("Too late")
    page.get_by_role("button", name="Send reply").click()
    expect(problem).to_have_text("That was not sent: this ticket is closed.")
    expect(page.locator("#text")).to_have_value("Too late")


def test_the_customer_is_played_beside_the_agent(ticket: int, window: Open) -> None:
    page = window(f"/tickets/{ticket}")
    page.locator("#text").fill("half a sentence")
    words = page.get_by_label("The customer's words")
    expect(words).to_be_hidden()
    page.get_by_text("Write as the customer").click()
    words.fill("Hello?")
    page.get_by_role("button", name="Send as Cleo").click()
    expect(page.locator(".comment.customer")).to_have_count(2)
    expect(words).to_have_value("")
    expect(page.locator("#text")).to_have_value("half a sentence")


def test_the_list_follows(anyone: Caller, ticket: int, window: Open) -> None:
    page = window("/?view=approval")
    expect(page.get_by_text("Nothing waits for a signature.")).to_be_visible()
    page.get_by_text("Write in as a customer", exact=True).click()
    page.get_by_label("Subject").fill("half a sentence")
    anyone.post(f"/sandbox/tickets/{ticket}/tags", {"add": ["bookbag_approval_required"]})
    expect(page.get_by_role("link", name="Parcel")).to_be_visible()
    expect(page.locator("#views [aria-current=page] .count")).to_have_text("1")
    expect(page.get_by_label("Subject")).to_have_value("half a sentence")
    # The link covers its row.
    page.locator("tbody .updated").click(force=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Parcel")


def test_it_works_without_the_script(
    anyone: Caller, stub: StubApp, ticket: int, window: Open
) -> None:
    page = window("/", java_script_enabled=False)
    page.get_by_label("Signed in as").select_option("Ben")
    page.get_by_role("button", name="Switch").click()
    page.locator(f"#open-{ticket}").click()
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#composer-problem")).to_have_text("That was not sent: the text is empty.")
    page.locator("#text").fill("Hello")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".comment.staff strong")).to_have_text("Ben")
    page.locator("#add").fill("vip")
    page.keyboard.press("Enter")
    expect(page.locator("#tags li")).to_have_text("vip")
    assert sent(anyone, ticket) == ["Hello"]
    assert stub.opened == []


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
        {"viewport": {"width": 900, "height": 500}},
        {"viewport": {"width": 1280, "height": 800}},
    ],
    ids=["phone", "short", "wide"],
)
@pytest.mark.usefixtures("stub")
def test_hostile_and_endless_text_runs_nothing_and_fits(
    anyone: Caller, window: Open, options: dict[str, Any]
) -> None:
    hostile = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
    ticket = anyone.open_ticket(
        subject=f"{hostile} {'W' * 300}",
        html=f"{hostile}<table><td>{'x' * 500}</table><pre>{'y' * 500}</pre>",
        sender={"name": f"{hostile}{'N' * 200}", "email": f"{'m' * 60}@home.example"},
        tags=["t" * 120, *(f"tag_{number}" for number in range(30))],
    )
    body = {"agent": AGENT, "text": hostile, "public": True}
    anyone.post(f"/sandbox/tickets/{ticket}/agent", body)
    page = window("/", **options)
    for path in ("/", f"/tickets/{ticket}"):
        page.goto(anyone.base + path)
        assert "hit" not in page.title().split()[0]
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        assert page.locator("h1").count() == 1
        assert page.locator("main img, main script").count() == 0
    the_app(page)
    page.locator("#text").fill("seen")
    expect(page.locator("#text")).to_be_in_viewport()


COLOURS = """() => {
  const rgb = (text) => (text.match(/[0-9.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const pair = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) faint.push(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read(anyone: Caller, window: Open, scheme: str) -> None:
    """Contrast of at least 4.5:1 (WCAG 2.2, 1.4.3), in both modes of the composer."""
    ticket = anyone.open_ticket(tags=["bookbag_draft", "vip"])
    for visible in (True, False):
        body = {"agent": AGENT, "text": "Hm.", "public": visible}
        anyone.post(f"/sandbox/tickets/{ticket}/agent", body)
    page = window("/", color_scheme=scheme)
    assert page.evaluate(COLOURS) == []
    page.goto(f"{anyone.base}/tickets/{ticket}")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#composer-problem")).to_be_visible()
    assert page.evaluate(COLOURS) == []
    page.get_by_label("Internal note").check()
    assert page.evaluate(COLOURS) == []
