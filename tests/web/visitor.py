"""A person at the pages without a browser: follows links, reads forms and sends them."""

from typing import Any

import requests
from selectolax.lexbor import LexborHTMLParser

from plugin import onboarding
from tests.bench.world import Bench

SECONDS = 15
JSON = {"Accept": "application/json"}


class Visitor:
    """One browser's cookies; nobody until `sign_in`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.http = requests.Session()

    def sign_in(self, email: str, merchant_id: str | None = None) -> None:
        """Open a fresh invitation and press its button."""
        owner = merchant_id or self._bench.scope.merchant_id
        answer = self.use_link(onboarding.invite(self._bench.runtime, owner, email))
        assert answer.status_code == 200

    def use_link(self, link: str) -> requests.Response:
        """Press the button of a sign-in link."""
        shown = self.http.get(link, timeout=SECONDS)
        return self.http.post(link, data=hidden(shown), timeout=SECONDS)

    def get(self, path: str, **options: Any) -> requests.Response:
        """Open a page."""
        return self.http.get(f"{self._bench.url}{path}", timeout=SECONDS, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """Send a form."""
        return self.http.post(f"{self._bench.url}{path}", timeout=SECONDS, **options)

    def sign_out(self) -> requests.Response:
        """Press the button in the page's head."""
        return self.post("/sign-out", data=hidden(self.get("/queue")))

    def seen(self, draft_id: str) -> dict[str, str]:
        """What a form on the review page carries without being seen."""
        return hidden(self.get(f"/drafts/{draft_id}"))

    def verdict(
        self,
        draft_id: str,
        kind: str,
        *,
        seen: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **fields: object,
    ) -> requests.Response:
        """Send a verdict, as of a page seen earlier or of a fresh look."""
        form = {**(seen or self.seen(draft_id)), "verdict": kind, **fields}
        return self.post(f"/drafts/{draft_id}/verdict", data=form, headers=headers or {})


def hidden(answer: requests.Response) -> dict[str, str]:
    """The first form's hidden fields."""
    fields = {
        str(field.attributes["name"]): str(field.attributes.get("value") or "")
        for field in parsed(answer).css("input[type=hidden]")
    }
    fields.pop("verdict", None)
    return fields


def parsed(answer: requests.Response) -> LexborHTMLParser:
    """A page as a tree."""
    return LexborHTMLParser(answer.text)


def text_of(answer: requests.Response, selector: str) -> str:
    """The text of the page's only element of a kind."""
    (found,) = parsed(answer).css(selector)
    return found.text().strip()


def words_of(answer: requests.Response) -> str:
    """All that the page says, on one line."""
    (main,) = parsed(answer).css("main")
    return " ".join(main.text().split())


def problem(answer: requests.Response) -> str:
    """The sentence why a verdict was refused."""
    return text_of(answer, "#problem")


def typed(answer: requests.Response) -> str:
    """What stands in the reply's field. HTML drops the line end that directly follows its tag."""
    (field,) = parsed(answer).css("#text")
    return field.text(strip=False)
