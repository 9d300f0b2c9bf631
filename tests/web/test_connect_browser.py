"""An admin connects a helpdesk in a real browser, through its consent page and back."""

import pytest
from playwright.sync_api import Page, expect

from tests.bench.world import BOT, CHLOE, Bench
from tests.connecting.consented import Desk
from tests.web.conftest import Open
from tests.web.test_accessibility import in_every_light

CLIENT = "browser-client"


@pytest.fixture(scope="module")
def elsewhere(sqlite_bench: Bench) -> str:
    """The helpdesk by another name, so that it is another site than ours, as it is in the world."""
    desk = Desk(sqlite_bench.hands.url, sqlite_bench.clock)
    back = f"{sqlite_bench.url}/connect/zendesk/callback"
    desk.client(client_id=CLIENT, redirect_uris=[back], user=BOT)
    return desk.url.replace("127.0.0.1", "localhost")


def asked(bench: Bench, page: Page, url: str) -> None:
    """On the helpdesk's consent page, by our form."""
    page.goto(f"{bench.url}/connect")
    page.get_by_label("Subdomain").fill(url)
    page.get_by_label("OAuth client: identifier").fill(CLIENT)
    page.get_by_role("button", name="Go on to Zendesk").click()
    expect(page.get_by_role("heading", name="Let Bookbag in?")).to_be_visible()


def test_an_admin_says_no_and_then_lets_bookbag_in(
    sqlite_bench: Bench, elsewhere: str, sign_in: Open
) -> None:
    page = sign_in(CHLOE, viewport={"width": 320, "height": 640}, color_scheme="dark")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Connect").click()
    asked(sqlite_bench, page, elsewhere)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="Consent was refused")).to_be_visible()
    asked(sqlite_bench, page, elsewhere)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()
    page.get_by_role("link", name="See the accounts").click()
    accounts = page.get_by_role("list", name="Helpdesk accounts").get_by_role("listitem")
    expect(accounts).to_have_count(2)
    expect(accounts.nth(1)).to_contain_text("no webhook yet")
    # Axe needs a window that lets it in.
    looked_at = sign_in(CHLOE, bypass_csp=True)
    looked_at.goto(f"{sqlite_bench.url}/connect")
    assert in_every_light(looked_at) == {}
