"""Every kind of page against WCAG 2.2 AA, as far as a program (axe-core) can tell."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, expect

from plugin import onboarding
from tests.bench.world import ANA, BEN, Bench
from tests.web.helpdesk_page import Make

_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_WIDE, _PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


def violations(where: Page | Frame) -> list[str]:
    where.wait_for_load_state()
    found: dict[str, Any] = Axe().run(where, options=_RULES).response
    return [
        f"{rule['id']}: {node['target']} {json.dumps(node['any'])[:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def in_every_light(page: Page) -> dict[str, list[str]]:
    """What is wrong with an open page: wide and light, and dark on a phone."""
    found = {}
    for scheme, size in (("light", _WIDE), ("dark", _PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a dictionary of its kind
        found[f"{scheme} {page.url}"] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], page.url
    return {where: wrong for where, wrong in found.items() if wrong}


@pytest.fixture
def ben(sqlite_bench: Bench, chromium: Browser) -> Any:
    """Signed in, in a window that lets axe in: our pages run no script but their own."""
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    link = onboarding.invite(sqlite_bench.runtime, sqlite_bench.scope.merchant_id, BEN)
    page.goto(link)
    assert in_every_light(page) == {}
    page.get_by_role("button", name="Continue as").click()
    page.wait_for_url("**/queue")
    yield page
    context.close()


def test_the_pages(sqlite_bench: Bench, ben: Page) -> None:
    bench = sqlite_bench
    past, rejected, open_ = (bench.opened("refund_over_limit") for _ in range(3))
    bench.note(past, BEN, "/approve done")
    bench.note(rejected, BEN, "/reject the jacket was worn")
    bench.pass_time(11)
    bench.opened("refund_under_limit")
    wrong: dict[str, list[str]] = {}
    for path in ("/queue", "/policies", "/habits", "/nowhere"):
        ben.goto(f"{bench.url}{path}")
        wrong |= in_every_light(ben)
    for ticket_id in (open_, past):
        ben.goto(f"{bench.url}/drafts/{bench.draft(ticket_id).id}")
        expect(ben.locator(".conversation")).to_be_visible()
        expect(ben.locator(".alike")).to_be_visible()
        if ticket_id == open_:
            ben.get_by_label("Reply to the customer").fill("Other words")
            expect(ben.locator("#changes del")).to_be_visible()
        wrong |= in_every_light(ben)
    ben.locator("#keys-open").click()
    wrong |= in_every_light(ben)
    assert wrong == {}


def test_the_sidebar(sqlite_bench: Bench, desk: Make) -> None:
    ticket_id = sqlite_bench.opened("refund_under_limit")
    ana = desk(bypass_csp=True)
    ana.open(ANA, ticket_id, width=320)
    expect(ana.bar.locator(".alike, [data-fragment] .quiet").first).to_be_visible()
    (frame,) = ana.page.frames[1:]
    for theme in ("light", "dark"):
        frame.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert violations(frame) == [], theme
