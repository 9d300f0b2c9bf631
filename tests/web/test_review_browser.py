"""The review page in a real Chromium: its keys, and what it shows while somebody edits."""

from playwright.sync_api import Page, expect

from plugin.models import DraftState
from plugin.store import verdicts
from plugin.text.tokens import raw_tokens
from tests.bench.world import BEN, Bench
from tests.web.conftest import Open

TEXTS = (
    "",
    "Hi Ana,\n\nwe refund 54.20 USD for order #1002 today; it's on its way.\n",
    "Hi Ana,\n\nwe will refund 50.00 USD for order #1002 today.\n\nBest,\nLena",
    "Grüße aus Köln \u2014 don\u2019t wait: https://larkspur.example/a-b?c=d, 10:30 Uhr",
    "返金します。カタカナ 54.20 USD สวัสดี",
)


def at_draft(bench: Bench, page: Page, ticket_id: str) -> str:
    draft_id = bench.draft(ticket_id).id
    page.goto(f"{bench.url}/drafts/{draft_id}")
    expect(page.locator(".conversation")).to_be_visible()
    return draft_id


def test_letters_lead_and_never_decide(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, page = sqlite_bench, sign_in(BEN)
    first, second = (bench.opened("refund_over_limit") for _ in range(2))
    at_draft(bench, page, first)
    press = page.keyboard.press
    keys = page.get_by_role("dialog")
    press("?")
    expect(keys).to_be_visible()
    press("j")
    press("Escape")
    expect(keys).to_be_hidden()
    # A dialog gives the focus back when it is closed, which may be after it is out of sight.
    page.wait_for_function("document.activeElement === document.body")
    press("a")
    expect(page.locator("#approve")).to_be_focused()
    press("r")
    expect(page.locator("#reason-kind")).to_be_focused()
    press("Tab")
    page.keyboard.type("jk")
    expect(page.locator("#reason")).to_have_value("jk")
    page.locator("#reason").fill("")
    page.locator("#reject").focus()
    press("e")
    reply = page.get_by_label("Reply to the customer")
    expect(reply).to_be_focused()
    page.keyboard.type("r")
    page.locator("#main").focus()
    press("j")
    expect(page.locator("#key-news")).to_contain_text("Press the key again to leave it")
    assert bench.draft(first).state is DraftState.AWAITING_APPROVAL
    press("j")
    page.wait_for_url(f"**/drafts/{bench.draft(second).id}")
    press("k")
    page.wait_for_url(f"**/drafts/{bench.draft(first).id}")
    press("?")
    page.get_by_label("Use these keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    press("j")
    press("e")
    press("?")
    expect(reply).not_to_be_focused()
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    expect(keys).to_be_visible()
    assert page.url.endswith(bench.draft(first).id)


def test_a_change_is_shown_word_by_word_and_the_time_is_told(
    sqlite_bench: Bench, sign_in: Open
) -> None:
    bench, page = sqlite_bench, sign_in(BEN)
    ticket_id = bench.opened("refund_over_limit")
    draft_id = at_draft(bench, page, ticket_id)
    reply, changes = page.get_by_label("Reply to the customer"), page.locator("#changes")
    expect(changes).to_be_hidden()
    words = reply.input_value()
    reply.fill(words.replace("Warm regards", "All the best").replace("very ", ""))
    expect(changes.locator("del")).to_have_text("Warm regards")
    expect(changes.locator("ins")).to_have_text("All the best")
    expect(changes).to_contain_text("2 words out, 3 in")
    expect(changes.locator(".words")).to_contain_text("(removed: Warm regards)")
    reply.fill(words)
    expect(changes).to_be_hidden()
    reply.fill(words.replace("Warm regards", "<img src=x onerror=alert(1)>"))
    expect(changes.locator("img")).to_have_count(0)
    reply.fill(words)
    page.get_by_label("I have done").check()
    page.locator("#approve").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    with bench.runtime.database.read() as session:
        (verdict,) = verdicts.of_draft(session, bench.scope, draft_id)
    assert verdict.seen_ms is not None
    assert verdict.seen_ms > 0


def test_words_are_cut_as_the_service_cuts_them_and_none_is_lost(
    sqlite_bench: Bench, sign_in: Open
) -> None:
    page = sign_in(BEN)
    module = f"import('{sqlite_bench.url}/static/word_diff.js')"
    cut = page.evaluate(f"async texts => texts.map((await {module}).words)", TEXTS)
    assert cut == [raw_tokens(text) for text in TEXTS]
    pairs = [[one, other] for one in TEXTS for other in TEXTS] + [["a b " * 3000, "b c " * 3000]]
    found = page.evaluate(
        f"async pairs => {{ const {{ stretches }} = await {module};"
        " return pairs.map(([a, b]) => stretches(a, b)) }",
        pairs,
    )
    for (draft, final), parts in zip(pairs, found, strict=True):
        assert "".join(part["draft"] for part in parts) == draft
        assert "".join(part["final"] for part in parts) == final
        assert all((part["draft"] == part["final"]) for part in parts if part["tag"] == "equal")


def test_what_cannot_be_loaded_can_be_tried_again(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, page = sqlite_bench, sign_in(BEN)
    ticket_id = bench.opened("refund_over_limit")
    page.route("**/conversation", lambda route: route.abort())
    page.goto(f"{bench.url}/drafts/{bench.draft(ticket_id).id}")
    again = page.locator(".around").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(page.locator("#approve")).to_be_enabled()
    page.unroute("**/conversation")
    again.click()
    expect(page.locator(".conversation")).to_be_visible()
