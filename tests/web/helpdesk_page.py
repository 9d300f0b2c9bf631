"""An agent's helpdesk in a real Chromium: a made-up page that speaks the parent's half."""

from collections.abc import Callable
from pathlib import Path
from string import Template

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.bench.world import Bench
from tests.web.sidebar_app import claims, signed

WORKSPACE = Template((Path(__file__).parent / "data" / "workspace.html").read_text("utf-8"))
# Chromium notes what a refused request or a cut connection looks like. Both are meant.
MEANT = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_FAILED",
)


class Desk:
    """An agent's helpdesk in a browser, with the sidebar in it."""

    def __init__(self, bench: Bench, page: Page) -> None:
        self.bench, self.page = bench, page

    def open(self, email: str, ticket_id: str, *, width: int = 400, theme: str = "light") -> None:
        """Show a ticket to an agent."""
        user = self.bench.hands.users()[email]
        html = WORKSPACE.substitute(
            action=f"{self.bench.url}/zendesk/{self.bench.account_id}/sidebar?origin=x&app_guid=y",
            token=signed(claims(user, self.bench.clock())),
            ticket=ticket_id,
            theme=theme,
            width=width,
        )
        address = f"{self.bench.hands.url}/workspace-of-the-test"
        self.page.unroute(address)
        self.page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
        self.page.goto(address)
        # Its first opening waits for a cold service and browser.
        expect(self.bar.locator("#state")).to_be_visible(timeout=15_000)

    @property
    def bar(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    def button(self, name: str) -> Locator:
        return self.bar.get_by_role("button", name=name, exact=True)

    def news(self, ticket: str | None = None) -> None:
        """The helpdesk says that the ticket changed."""
        if ticket is not None:
            self.page.evaluate("ticket => { window.shown.ticket = ticket }", ticket)
        self.page.evaluate("post({ news: 'ticket' })")

    def heard(self, name: str) -> int:
        """How often the sidebar asked for something."""
        count = self.page.evaluate("n => window.heard.filter(m => m.ask === n).length", name)
        return int(count)


Make = Callable[..., Desk]
