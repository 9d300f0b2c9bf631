"""The demo's shop with people at its workspace, each in a window of a real Chromium."""

from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from plugin.app import Service
from plugin.demo.world import World
from plugin.serving import Serving


class Shop(World):
    """The demo's shop, whose service can be stopped and started again."""

    def stop_service(self) -> None:
        self._serving.stop()

    def start_service(self) -> None:
        self.service = Service(self.settings)
        self.runtime = self.service.runtime
        self._serving = Serving(self.service)
        # Where a browser runs, this thread has an event loop. The job engine wants none.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(self._serving.start).result()

    def opened(self, key: str) -> str:
        ticket = next(one for one in self.tickets if one["key"] == key)
        return self.hands.open_ticket(ticket)

    def sent(self, ticket_id: str) -> list[str]:
        """What the customer has been sent."""
        first, *rest = self.hands.comments(ticket_id)
        return [
            str(comment["plain_body"])
            for comment in rest
            if comment["public"] and comment["author_id"] != first["author_id"]
        ]


class Seat:
    """One person at the workspace, in a window of their own."""

    def __init__(self, shop: Shop, page: Page, name: str) -> None:
        self.shop, self.page, self.name = shop, page, name

    def open(self, ticket_id: str, *, waits: bool = True) -> None:
        self.page.goto(f"{self.shop.workspace_url}/tickets/{ticket_id}")
        seat = self.page.get_by_label("Signed in as")
        if seat.locator("option:checked").inner_text() != self.name:
            seat.select_option(self.name)
            self.page.get_by_role("button", name="Switch").click()
        if waits:
            expect(self.bar.locator(".top bdi")).to_have_text(self.name)
            expect(self.bar.locator("#draft")).to_be_visible()

    @property
    def bar(self) -> FrameLocator:
        return self.page.frame_locator("#sidebar")

    @property
    def frame(self) -> Frame:
        found = self.page.frame("sidebar")
        assert found is not None
        return found

    @property
    def headline(self) -> Locator:
        return self.bar.locator("#state")

    @property
    def news(self) -> Locator:
        return self.bar.locator("#news")

    @property
    def reply(self) -> Locator:
        return self.bar.get_by_label("Reply to the customer")

    @property
    def composer(self) -> Locator:
        return self.page.locator("#text")

    def button(self, name: str) -> Locator:
        return self.bar.get_by_role("button", name=name, exact=True)

    def told(self) -> Locator:
        """The newest message on the ticket that the customer can read."""
        return self.page.locator(".comment.public .body").last
