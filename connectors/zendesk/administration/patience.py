"""Waits where Zendesk asks for it: an admin at a command would only run it again.

After a 429 nothing was done, so that it is safe for a write as well.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests

from connectors.clock import Clock
from connectors.errors import RateLimitedError
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.reading import Fields

T = TypeVar("T")
_WAITS = 3
_LONGEST_SECONDS = 90.0
_USUAL_SECONDS = 10.0


class Patience:
    """A client's calls, each tried again when the time is over that Zendesk named."""

    def __init__(self, client: ZendeskClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def listed(self, path: str, key: str, most: int) -> tuple[Fields, ...]:
        """The objects of one of the account's lists."""
        return self._patiently(lambda: tuple(self._client.listed(path, key, most)))

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        """One call of what an admin may do; see the client's."""
        return self._patiently(lambda: self._client.call(method, path, body=body, files=files))

    def _patiently(self, ask: Callable[[], T]) -> T:
        for _ in range(_WAITS):
            try:
                return ask()
            except RateLimitedError as busy:
                wait = _USUAL_SECONDS if busy.retry_after is None else busy.retry_after
                if wait > _LONGEST_SECONDS:
                    raise
                self._clock.sleep(wait)
        return ask()
