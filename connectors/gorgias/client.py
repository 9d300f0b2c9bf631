"""Gorgias' REST API as checked JSON: one account, on requests.

Every call goes to the account's own address and follows no redirect, so that the credential goes
nowhere else. A write is sent once. A client serves one thread.

Source: https://developers.gorgias.com/reference/introduction
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice

import requests

from connectors.base import AccountAccess, RateBudget
from connectors.clock import REAL, Clock
from connectors.errors import RejectedError, UnavailableError
from connectors.gorgias.auth import authentication
from connectors.gorgias.limits import GorgiasLimits
from connectors.gorgias.reading import done, understood
from connectors.http import base_url, outbound_session
from connectors.reading import Fields, WrongShapeError
from connectors.transport import Budget

# The largest there is.
PAGE = 100
# A write that begins with less would be cut off half-way.
WRITE_NEEDS_SECONDS = 3
_SECRETS = ("api_token", "client_secret")

Query = Mapping[str, str]


class GorgiasClient:
    """One account.

    Args:
        access: Address and credentials.
        allow_private: Also talk to loopback and private addresses, and plain http.
        clock: Measures its time limits and waits between tries.
        rates: What all who call the account may spend together; None where nobody counts.

    Attributes:
        base: The account's address, without a trailing slash.

    Raises:
        AuthError: The credentials lack their keys.
        RejectedError: The address cannot be used.
    """

    def __init__(
        self,
        access: AccountAccess,
        *,
        allow_private: bool,
        clock: Clock = REAL,
        rates: RateBudget | None = None,
    ) -> None:
        try:
            self.base = base_url(access.url, allow_private=allow_private)
        except ValueError as bad:
            raise RejectedError(f"the Gorgias account's address: {bad}") from None
        self._budget = Budget(clock)
        secrets = [access.credentials.get(key, "") for key in _SECRETS]
        session = outbound_session(
            allow_private=allow_private, secrets=secrets, budget=self._budget
        )
        session.auth = authentication(
            self.base,
            access.credentials,
            session=session,
            grant=access.grant,
            allow_private=allow_private,
        )
        session.headers["Accept"] = "application/json"
        session.watch = None if rates is None else GorgiasLimits(rates)
        self._session = session

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Limit the time of all calls inside together."""
        return self._budget.within(seconds)

    def left(self) -> float:
        """Seconds left of that."""
        return self._budget.left()

    def get(self, path: str, query: Query | None = None) -> Fields:
        """An object.

        Args:
            path: Below ``/api/``.
            query: Parameters; an unknown one is refused by Gorgias.
        """
        return understood(_object, self.call("GET", path, query=query))

    def listed(self, path: str, query: Query, most: int) -> Iterator[Fields]:
        """The objects of a list, page after page, at most so many.

        Cursors live shortly: a list is read in one go.
        """
        return islice(self._items(path, query), most)

    def page(self, path: str, query: Query) -> tuple[list[Fields], str | None]:
        """A page of a list, and the cursor of the next one; None where there is none."""
        page = self.get(path, {**query, "limit": str(PAGE)})
        items = understood(page.children, "data")
        meta = understood(page.optional_child, "meta")
        cursor = understood(meta.optional_text, "next_cursor") if meta else None
        return items, cursor or None

    def _items(self, path: str, query: Query) -> Iterator[Fields]:
        cursor: str | None = None
        while True:
            items, following = self.page(path, {**query, **({"cursor": cursor} if cursor else {})})
            yield from items
            if following is None or following == cursor or not items:
                return
            cursor = following

    def write(self, method: str, path: str, body: Mapping[str, object]) -> Fields:
        """Change something, asked once. Returns it as Gorgias answers it.

        Raises:
            AmbiguousError: It may have been done. So it has where the answer is empty.
            UnavailableError: Among others, where the time left would cut it off half-way.
        """
        return done(_object, self.change(method, path, body))

    def change(self, method: str, path: str, body: Mapping[str, object]) -> requests.Response:
        """The same of what Gorgias answers with nothing, or with nothing of use."""
        if self.left() < WRITE_NEEDS_SECONDS:
            raise UnavailableError("the change was not sent: too little time was left for it")
        return self.call(method, path, body=body)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
    ) -> requests.Response:
        """One call, sent once where it writes."""
        return self._session.request(
            method,
            f"{self.base}/api/{path}",
            params=query,
            json=body,
            allow_redirects=False,
        )


def _object(answer: requests.Response) -> Fields:
    try:
        return Fields(answer.json())
    except (ValueError, RecursionError) as bad:
        why = str(bad) if isinstance(bad, WrongShapeError) else "expected JSON"
        raise WrongShapeError(why) from None
