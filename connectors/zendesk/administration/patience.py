"""A client's calls, each made again when the time is over that Zendesk named."""

from collections.abc import Mapping
from typing import Any

import requests

from connectors.clock import Clock
from connectors.patience import patiently
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.reading import Fields


class Patience:
    """The calls of one client."""

    def __init__(self, client: ZendeskClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def listed(self, path: str, key: str, most: int) -> tuple[Fields, ...]:
        """The objects of one of the account's lists."""
        return patiently(self._clock, lambda: tuple(self._client.listed(path, key, most)))

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        """One call of what an admin may do; see the client's."""
        return patiently(
            self._clock, lambda: self._client.call(method, path, body=body, files=files)
        )
