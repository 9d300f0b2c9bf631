"""The policy pages in a real Chromium, as somebody who never saw YAML and as somebody who has."""

import re

import pytest
from playwright.sync_api import Page, expect

from plugin.models import DraftState
from tests.bench.world import CHLOE, Bench
from tests.web.conftest import Open
from tests.web.policy_pages import PLAIN, in_force, put_in_force


@pytest.fixture
def page(sqlite_bench: Bench, sign_in: Open) -> Page:
    """An admin's window, and a plain file in force."""
    put_in_force(sqlite_bench)
    return sign_in(CHLOE)


def test_a_newcomer_maps_a_tag_sees_last_month_and_the_next_draft_obeys(
    sqlite_bench: Bench, page: Page
) -> None:
    bench = sqlite_bench
    for _ in range(2):
        bench.opened("refund_under_limit", tags=["wholesale"])
    page.get_by_role("link", name="Policies").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies")
    page.get_by_role("link", name="Edit as a table").click()
    page.get_by_role("button", name="Add a row").click()
    tag = page.get_by_label("A ticket tagged")
    expect(tag).to_be_focused()
    options = page.locator("#known-tags option")
    expect(options.filter(has=page.locator("xpath=self::*[@value='wholesale']"))).to_have_count(1)
    page.keyboard.type("wholesale")
    fields = page.get_by_role("group", name="Row 1")
    expect(fields.get_by_label("Who signs")).to_be_visible()
    fields.get_by_label("What happens").select_option("The AI does not answer")
    expect(fields.get_by_label("Who signs")).to_be_hidden()
    fields.get_by_label("What happens").select_option("It needs an approval")
    fields.get_by_label("Within").fill("2h")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("What it would change")
    said = "Drafts on tickets tagged wholesale need 1 lead's approval, within 2 h."
    expect(page.locator(".changes ins")).to_have_text(said)
    held = page.get_by_role("region", name="What it would have held in the last 30 days")
    expect(held).to_contain_text("2 drafts that were offered for review would need an approval.")
    expect(held.get_by_role("row", name="wholesale 2")).to_be_visible()
    page.get_by_label("Why do you change this?").fill("Wholesale is new to us")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status")).to_contain_text("is in force. It holds from the next draft")
    expect(page.get_by_text(said)).to_be_visible()

    ticket_id = bench.opened("refund_under_limit", tags=["wholesale"])
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL


def test_problems_appear_beside_their_line_as_the_typing_pauses(
    sqlite_bench: Bench, page: Page
) -> None:
    page.goto(f"{sqlite_bench.url}/policies/text")
    source = page.get_by_label("The policy file")
    expect(page.locator("#numbers > *")).to_have_count(12)
    wrong = PLAIN.replace("amount_over", "amount_ovr")
    source.fill(wrong)
    found = page.get_by_role("status", name="What the check found")
    expect(found).to_contain_text("unknown key; did you mean amount_over?")
    expect(page.locator("#numbers > .error")).to_have_text("8")
    expect(source).to_have_attribute("aria-invalid", "true")
    expect(source).to_have_value(wrong)

    found.get_by_role("link", name="Line 8").click()
    expect(source).to_be_focused()
    chosen = source.evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)")
    assert chosen == "    when: {action: refund, amount_ovr: 50.00}"
    page.keyboard.type("    when: {action: refund}")
    expect(found).to_contain_text("Nothing is wrong with this text.")
    expect(page.locator("#numbers > .error")).to_have_count(0)


def test_a_lost_connection_loses_no_text(sqlite_bench: Bench, page: Page) -> None:
    page.goto(f"{sqlite_bench.url}/policies/text")
    source = page.get_by_label("The policy file")
    page.route("**/policies/text", lambda route: route.abort())
    source.fill("version: 2\n")
    found = page.get_by_role("status", name="What the check found")
    expect(found).to_contain_text("The check got no answer.")
    page.unroute("**/policies/text")
    source.fill("version: 3\n")
    expect(found).to_contain_text('expected 1, not "3"')


def test_going_back_to_an_older_version(sqlite_bench: Bench, page: Page) -> None:
    bench = sqlite_bench
    put_in_force(bench, PLAIN.replace("50.00", "500.00"), by="Ben Mercer", why="A try")
    number = in_force(bench).number
    page.goto(f"{bench.url}/policies")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("listitem").first).to_contain_text("by Ben Mercer")
    page.get_by_role("link", name=f"Version {number - 1}").click()
    page.get_by_role("button", name="Go back to this version").click()
    expect(page.locator(".changes ins")).to_have_text("50.00")
    page.get_by_text("Line by line").click()
    expect(page.locator(".diff ins")).to_contain_text("amount_over: 50.00")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status")).to_contain_text(f"Version {number + 1} is in force")
    assert in_force(bench).source == PLAIN


def test_two_people_at_once(sqlite_bench: Bench, sign_in: Open, page: Page) -> None:
    bench = sqlite_bench
    other = sign_in(CHLOE)
    for window, change in ((page, ("2h", "3h")), (other, ("50.00", "40.00"))):
        window.goto(f"{bench.url}/policies/text")
        window.get_by_label("The policy file").fill(PLAIN.replace(*change))
        window.get_by_role("button", name="See what it changes").click()
        window.get_by_label("Why do you change this?").fill(f"To have {change[1]}")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status")).to_contain_text("is in force")
    other.get_by_role("button", name="Activate").click()
    alert = other.get_by_role("alert")
    expect(alert).to_contain_text("was activated meanwhile, by Chloe Duval: “To have 3h”.")
    expect(alert).to_be_focused()
    expect(other.get_by_label("Why do you change this?")).to_have_value("To have 40.00")
    assert in_force(bench).source == PLAIN.replace("2h", "3h")
    other.get_by_role("button", name="Change the text").click()
    expect(other.get_by_label("The policy file")).to_have_value(PLAIN.replace("50.00", "40.00"))


def test_all_of_it_works_without_the_scripts(sqlite_bench: Bench, sign_in: Open) -> None:
    put_in_force(sqlite_bench)
    page = sign_in(CHLOE, java_script_enabled=False)
    page.goto(f"{sqlite_bench.url}/policies/text")
    page.get_by_label("The policy file").fill(PLAIN.replace("2h", "2 hours"))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".marked li")).to_contain_text("expected a duration")
    page.get_by_label("The policy file").fill(PLAIN.replace("2h", "3h"))
    page.get_by_role("button", name="Edit as a table").click()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("A ticket tagged").fill("vip")
    page.get_by_role("button", name="See what it changes").last.click()
    page.get_by_label("Why do you change this?").fill("Without a script")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Drafts on tickets tagged vip need")).to_be_visible()
    assert "deadline: 3h" in in_force(sqlite_bench).source


HOSTILE = "</script><img src=x onerror=\"document.title='hit'\">" + "W" * 200


def test_hostile_text_runs_nothing_and_fits_a_phone(sqlite_bench: Bench, sign_in: Open) -> None:
    quoted = HOSTILE.replace('"', '\\"')
    put_in_force(
        sqlite_bench,
        f'version: 1\npolicies:\n  - id: {"a" * 64}\n    tags: ["{quoted}"]\n    require: block\n'
        f'    note: "{quoted}"\n',
        by=HOSTILE,
        why=HOSTILE,
    )
    number = in_force(sqlite_bench).number
    page = sign_in(CHLOE, viewport={"width": 320, "height": 640}, color_scheme="dark")
    for path in (
        "",
        "/text",
        "/table",
        "/history",
        f"/versions/{number}",
        f"/versions/{number - 1}",
    ):
        page.goto(f"{sqlite_bench.url}/policies{path}")
        assert page.title().endswith("Bookbag")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
        assert page.locator("h1").count() == 1
        small = "[...document.querySelectorAll('main button, .button, main input, main select')]"
        small += ".filter(e => e.checkVisibility() && !e.matches('.unseen') && e.offsetHeight < 40)"
        assert page.evaluate(f"{small}.length") == 0
    page.get_by_role("button", name="Go back to this version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Back to version"))
    # A page that a click led to may stand there before its style sheet.
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    put_in_force(sqlite_bench)
