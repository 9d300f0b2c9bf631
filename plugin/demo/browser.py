"""A person at the review page, without a browser: signs in, reads forms, sends them."""

from collections.abc import Mapping

import requests
from selectolax.lexbor import LexborHTMLParser

_SECONDS = 15


class Browser:
    """One person's session on the pages."""

    def __init__(self, service_url: str) -> None:
        self._url = service_url
        self._session = requests.Session()

    def close(self) -> None:
        """Close the window."""
        self._session.close()

    def sign_in(self, link: str) -> None:
        """Open an invitation and press its button."""
        self._send(link, link, {})

    def give_verdict(self, draft_id: str, fields: Mapping[str, str | list[str]]) -> None:
        """Fill the review page's form in and send it."""
        page = f"{self._url}/drafts/{draft_id}"
        self._send(page, f"{page}/verdict", fields)

    def _send(self, page: str, action: str, fields: Mapping[str, str | list[str]]) -> None:
        shown = self._session.get(page, timeout=_SECONDS)
        shown.raise_for_status()
        hidden = {
            str(field.attributes["name"]): str(field.attributes.get("value") or "")
            for field in LexborHTMLParser(shown.text).css("main input[type=hidden]")
            if field.attributes.get("name") != "verdict"
        }
        answer = self._session.post(action, data={**hidden, **fields}, timeout=_SECONDS)
        answer.raise_for_status()
