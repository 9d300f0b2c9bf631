"""A ticket in Zendesk, as our app sees it: Zendesk's own library, a made-up page around it.

The page stands at the account's address, frames the real sidebar of the real service, and speaks
the parent's half of the library's protocol.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FrameLocator,
    Locator,
    Page,
    Route,
    expect,
)

from plugin.store import merchants
from tests.bench.world import Bench
from tests.web import pictures
from tests.web.helpdesk_page import MEANT
from tests.web.sidebar_app import HOST, claims, install, signed
from tests.web.zaf_sdk import zaf_sdk

ORIGIN = f"https://{HOST}"
CDN = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"
_SECONDS = 15
_PAGE = Template((Path(__file__).parent / "data" / "zendesk.html").read_text("utf-8"))


class Zendesk:
    """An agent's browser with tickets in Zendesk."""

    def __init__(self, bench: Bench, page: Page) -> None:
        self.bench, self.page = bench, page
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.route(CDN, self.library)

    def open(self, email: str, ticket_id: str, *, waits: bool = True, **desk: object) -> None:
        """Show a ticket to an agent. `desk`: how Zendesk is, see ``window.desk`` of the page."""
        guid = str(uuid4())
        query = f"origin={quote(ORIGIN, safe='')}&app_guid={guid}"
        user = self.bench.hands.users()[email]
        html = _PAGE.substitute(
            action=f"{self.bench.url}/zendesk/{self.bench.account_id}/sidebar?{query}",
            token=signed(claims(user, self.bench.clock())),
            guid=guid,
            # In a script of the page, where a tag would end it.
            desk=json.dumps({**self._told(ticket_id), **desk}).replace("<", "\\u003c"),
        )
        address = f"{ORIGIN}/agent/tickets/{ticket_id}"
        self.page.unroute(address)
        self.page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
        # Where the account is decides which library its sidebar speaks through.
        _move_account(self.bench, ORIGIN)
        self.page.goto(address)
        expect(self.bar.locator("main")).to_be_visible(timeout=15_000)
        _move_account(self.bench, self.bench.hands.url)
        if waits:
            expect(self.state).to_be_visible(timeout=15_000)

    def _told(self, ticket_id: str) -> dict[str, object]:
        """What stands on the page around the sidebar."""
        told: dict[str, object] = {"ticket": int(ticket_id)}
        for draft in self.bench.drafts(ticket_id):
            told |= {"subject": draft.subject, "customer": draft.customer_name}
            told["message"] = draft.message_text
        return told

    def picture(self, name: str) -> None:
        """Take a picture for the docs."""
        pictures.take(self.page, name)

    @staticmethod
    def library(route: Route) -> None:
        """Serve the library in place of the CDN."""
        route.fulfill(body=zaf_sdk(), content_type="text/javascript")

    @property
    def bar(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def state(self) -> Locator:
        return self.bar.locator("#state")

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer")

    @property
    def stopped(self) -> Locator:
        return self.page.locator("#stopped")

    @property
    def sent(self) -> Locator:
        return self.page.locator("#sent")

    def button(self, name: str) -> Locator:
        return self.bar.get_by_role("button", name=name, exact=True)

    def write(self, words: str) -> None:
        """Put words into the composer, in place of what is there."""
        self.composer.evaluate("(box, words) => { box.innerText = words }", words)

    def submit(self) -> None:
        """Send what is in the composer, or try to."""
        self.page.locator("#submit").click()

    def writes_a(self, kind: str) -> None:
        """Set the composer to ``publicReply`` or ``internalNote``."""
        self.page.locator("#type").select_option(kind)

    def becomes(self, **desk: object) -> None:
        """Change how Zendesk is."""
        self.page.evaluate("changes => Object.assign(window.desk, changes)", desk)

    def tell(self, event: str) -> None:
        """Zendesk tells the app of something."""
        self.page.evaluate("event => window.tell(event)", event)

    def called(self, name: str) -> list[list[object]]:
        """What the app invoked or set under a name: the arguments of each call."""
        found: list[list[object]] = self.page.evaluate(
            "name => heard.filter(m => m.request && m.request !== 'get' && name in m.params)"
            ".map(m => [].concat(m.params[name]))",
            name,
        )
        return found

    def saves_asked(self) -> int:
        """How often the service was asked whether a reply may leave."""
        return sum(url.endswith("/save") for url in self.asked)


Open = Callable[..., Zendesk]


def desks(bench: Bench, chromium: Browser) -> Iterator[Open]:
    """Opens browsers. In the end none had a complaint, and no app broke the protocol."""
    install(bench)
    complaints: list[str] = []
    opened: list[Zendesk] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(MEANT):
            complaints.append(message.text)

    def make(**options: object) -> Zendesk:
        page = chromium.new_context(**options).new_page()  # type: ignore[arg-type]  # passed through
        page.set_default_timeout(_SECONDS * 1000)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(Zendesk(bench, page))
        return opened[-1]

    yield make
    faults = [fault for one in opened for fault in one.page.evaluate("window.faults ?? []")]
    for one in opened:
        one.page.context.close()
    assert [*complaints, *faults] == []


def _move_account(bench: Bench, url: str) -> None:
    with bench.runtime.database.write() as session:
        merchants.account(session, bench.scope, bench.account_id).url = url
