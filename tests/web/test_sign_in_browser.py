"""A person's way in a real browser: invited, with a password, signed in again, and around."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from plugin import onboarding
from plugin.models import Role
from tests.bench.world import Bench
from tests.web.conftest import Open

EMAIL, PASSWORD = "dana@larkspur.example", "grass lantern orbit 5"


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG A and AA."""
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{page.url}: {fault['id']}: {fault['nodes'][0]['html']}" for fault in found]


def test_an_invited_admin_comes_back_with_a_password(sqlite_bench: Bench, sign_in: Open) -> None:
    bench, owner = sqlite_bench, sqlite_bench.scope.merchant_id
    onboarding.add_person(bench.runtime, owner, email=EMAIL, name="Dana Ito", role=Role.ADMIN)
    page = sign_in(EMAIL)
    page.get_by_role("button", name="Sign out").click()
    link = onboarding.invite(bench.runtime, owner, EMAIL)
    page.goto(link)
    assert faults(page) == []
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Continue as").click()
    page.wait_for_url("**/queue")
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{bench.url}/people")
    expect(page.get_by_role("heading")).to_have_text("You are not signed in")
    page.get_by_role("link", name="Sign in with a password").click()
    assert faults(page) == []
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type("not it at all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("E-mail")).to_have_value(EMAIL)
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    for path in ("/people", "/people/add", "/you"):
        page.goto(f"{bench.url}{path}")
        assert faults(page) == []
    page.goto(f"{bench.url}/people")
    page.get_by_role("link", name="Ben Mercer").click()
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.locator(".link code")).to_have_text(re.compile(r"^http.*/sign-in/\S{40,}$"))
    assert faults(page) == []
