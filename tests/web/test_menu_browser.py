"""The bar on top of every page: one line on a phone, with a menu that needs no script of ours."""

from playwright.sync_api import Page, expect

from tests.bench.world import CHLOE, Bench
from tests.web.conftest import Open
from tests.web.test_accessibility import violations

PHONE = {"width": 320, "height": 640}
PLACES = ["Queue", "Policies", "People", "Connect", "Audit"]


def bar_height(page: Page) -> float:
    box = page.locator("header.bar").bounding_box()
    assert box is not None
    return box["height"]


def said_of_menu(page: Page) -> dict[str, object]:
    """What the browser itself tells a screen reader of the button."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    (button,) = (
        one
        for one in nodes
        if one.get("name", {}).get("value") == "Menu"
        and "role" in one
        and one["role"]["value"] == "button"
    )
    return {one["name"]: one["value"].get("value") for one in button["properties"]}


def test_on_a_phone_the_menu_opens_and_closes_by_keyboard(sign_in: Open) -> None:
    page = sign_in(CHLOE, viewport=PHONE, bypass_csp=True)
    menu, places = page.get_by_role("button", name="Menu"), page.locator("header nav a")
    assert bar_height(page) < 64
    expect(places.first).to_be_hidden()
    assert said_of_menu(page)["expanded"] is False
    menu.focus()
    page.keyboard.press("Enter")
    assert places.all_inner_texts() == PLACES
    assert said_of_menu(page)["expanded"] is True
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Queue")).to_be_focused()
    page.keyboard.press("Escape")
    expect(places.first).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("heading", level=1, name="Audit")).to_be_visible()
    menu.click()
    expect(page.locator("header nav a[aria-current=page]")).to_have_text("Audit")
    expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_where_there_is_room_the_menu_lies_open(sqlite_bench: Bench, sign_in: Open) -> None:
    page = sign_in(CHLOE)
    for width in (1280, 769):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{sqlite_bench.url}/queue")
        expect(page.get_by_role("button", name="Menu")).to_be_hidden()
        expect(page.get_by_role("link", name="Policies")).to_be_visible()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        assert bar_height(page) < 64
