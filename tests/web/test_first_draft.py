"""An admin begins with nothing and ends with the first approved draft, as docs/zendesk.md tells it.

By the pages in a real browser and by the commands, in one sandbox account; then all is taken back.
What the docs show of the commands is what they print.
"""

import dataclasses
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from connectors.types import Money
from plugin import onboarding
from plugin.demo import world as demo
from plugin.demo.world import Options, data
from plugin.models import Role
from plugin.store.scope import Scope
from tests.cli.support import Ran, Shell
from tests.web import pictures
from tests.web.workspace_seats import Seat, Shop

DOCS = Path(__file__).parents[2] / "docs" / "zendesk.md"
SMALL: ViewportSize = {"width": 1000, "height": 700}
CLIENT = "bookbag-public"
SECONDS = 20


class NewShop(Shop):
    """A merchant with people, macros and policies, and no helpdesk yet."""

    @property
    def workspace_url(self) -> str:
        """The helpdesk by another name, so that it is another site than ours, as in the world."""
        return super().workspace_url.replace("127.0.0.1", "localhost")

    def _make_merchant(self) -> None:
        merchant = onboarding.add_merchant(self.runtime, "Larkspur Outfitters")
        self.scope = Scope(merchant)
        onboarding.add_shop(
            self.runtime, merchant, kind="shop_api", url=self._shop.url, token=self._tokens["shop"]
        )
        for person in self._roster:
            limit = Money(Decimal(person.get("limit", 0)), "USD")
            onboarding.add_person(
                self.runtime,
                merchant,
                email=person["email"],
                name=person["name"],
                role=Role(person["role"]),
                limit=limit if limit.amount else None,
            )
        onboarding.load_macro_file(self.runtime, merchant, data("macros.yaml"))
        onboarding.activate_policy(self.runtime, merchant, data("policies.yaml"), by="admin")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewShop]:
    """Begun before a browser is: the job engine wants no event loop in its thread."""
    settings_for = demo._settings
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            demo,
            "_settings",
            lambda options: dataclasses.replace(settings_for(options), undo_seconds=1),
        )
        running = NewShop(Options(data=tmp_path_factory.mktemp("new"), port=0))
    with running:
        yield running


@pytest.fixture
def shell(shop: NewShop, tmp_path: Path) -> Shell:
    key = shop.settings.data / "demo.key"
    env = {
        "BOOKBAG_DATA": str(shop.settings.data),
        "BOOKBAG_DATABASE_URL": shop.settings.database_url,
        "BOOKBAG_PUBLIC_URL": shop.settings.public_url,
        "BOOKBAG_SECRET_KEYS_FILE": str(key),
        "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "yes",
    }
    return Shell(env, tmp_path)


@pytest.fixture
def page(shop: NewShop, chromium: Browser) -> Iterator[Page]:
    del shop  # Begun first.
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    yield page
    context.close()


def shape(printed: str) -> str:
    """What two runs of a command have in common."""
    same = re.sub(r"https?://[\w.:-]+", "https://larkspur.zendesk.com", printed)
    same = re.sub(r"\d+", "#", same)
    return re.sub(r"(seconds|minutes|hours|days) ago", "a while ago", same).strip()


def is_in_the_docs(ran: Ran) -> bool:
    blocks = DOCS.read_text("utf-8").split("```")[1::2]
    return shape(ran.out) in {shape(block.removeprefix("text\n")) for block in blocks}


def connect(shop: NewShop, page: Page) -> tuple[str, str]:
    """The page, the helpdesk's consent, and back. Returns the options that name the account."""
    page.goto(shop.invitation(Role.ADMIN))
    page.get_by_role("button", name="Continue as").click()
    page.get_by_role("link", name="Connect", exact=True).click()
    page.get_by_label("OAuth client: identifier").fill(CLIENT)
    page.get_by_label("Subdomain").fill(shop.workspace_url)
    pictures.take(page, "zendesk-connect", size=SMALL, below="main .card")
    page.get_by_role("button", name="Go on to Zendesk").click()
    page.get_by_label("Signed in as").select_option(label="Bookbag (admin)")
    pictures.take(page, "zendesk-consent", size={"width": 640, "height": 415}, below="main")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()
    pictures.take(page, "zendesk-connected", size={"width": 760, "height": 520}, below="main .card")
    words = page.locator(".command code").inner_text().split()
    assert words[:3] == ["bookbag", "install", "zendesk"]
    return words[4], words[6]


def test_from_nothing_to_the_first_approved_draft_and_back(
    shop: NewShop, shell: Shell, page: Page
) -> None:
    merchant, account = connect(shop, page)
    assert merchant == shop.scope.merchant_id
    whose = ("zendesk", "--merchant", merchant, "--account", account)

    planned = shell("install", *whose, "--dry-run")
    assert is_in_the_docs(planned), planned.out
    installed = shell("install", *whose, "--yes")
    assert (installed.code, installed.out.splitlines()[-1]) == (0, "installed")
    users = shop.hands.users()
    for email in shop.people.values():
        known = ("--helpdesk-user", f"{account}:{users[email]}")
        assert shell("user", "link", "--merchant", merchant, "--email", email, *known).code == 0

    ana = Seat(shop, page, "Ana Reyes")
    ticket_id = shop.opened("refund_under_limit")
    shop.opened("refund_over_limit")
    ana.open(ticket_id)
    expect(page.locator(".comment").nth(1)).to_contain_text("/approve")
    pictures.take(page, "zendesk-first-draft")
    page.goto(f"{shop.service_url}/queue")
    expect(page.get_by_role("region", name="Ready for your review 1")).to_be_visible()
    expect(page.get_by_role("region", name="Needs your signature 1")).to_be_visible()
    pictures.take(page, "zendesk-queue", size=SMALL, below="main section")

    examined = shell("doctor", *whose)
    assert (examined.code, is_in_the_docs(examined)) == (0, True), examined.out

    ana.open(ticket_id)
    ana.bar.get_by_label("I have done: refund").check()
    ana.button("Approve and send").click()
    expect(ana.headline).to_have_text("Sent to the customer")
    expect(ana.told()).to_contain_text("refund")
    pictures.take(page, "zendesk-approved")
    assert len(shop.sent(ticket_id)) == 1

    assert shell("uninstall", *whose, "--yes").code == 0
    assert shell("uninstall", *whose, "--yes").out.splitlines()[-1] == "nothing is installed"
    page.goto(f"{shop.workspace_url}/tickets/{ticket_id}")
    expect(page.locator("#sidebar")).to_have_count(0)
    assert shop.hands.get("/api/v2/webhooks")["webhooks"] == []
