"""The `Commerce` of a shop that offers two addresses.

``GET {url}/orders/{id}`` answers with an order or 404, ``GET {url}/orders?email=`` with
``{"orders": [order...]}``; both want ``Authorization: Bearer``. An order has the form of
`connectors.orders`.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from connectors import strict_json
from connectors.clock import REAL, Clock
from connectors.errors import AuthError, NotFoundError, RejectedError, UnavailableError
from connectors.http import base_url, outbound_session
from connectors.orders import OrderFormatError, parse_order
from connectors.strict_json import NotJsonError
from connectors.types import Order

_ANSWER_BYTES = 4 * 1024 * 1024
_LONGEST_ID = 200
_READ_SECONDS = 30.0


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._value = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class ShopApi:
    """One merchant's shop, read only. Serves one thread.

    Args:
        url: Base address; https unless `allow_private`.
        token: The shop's bearer token. Secret.
        allow_private: Also talk to loopback and private addresses.
        clock: Measures its time limits and waits between tries.

    Raises:
        RejectedError: The address cannot be used.
        AuthError: The token cannot be used.
    """

    def __init__(self, url: str, token: str, *, allow_private: bool, clock: Clock = REAL) -> None:
        try:
            self._url = base_url(url, allow_private=allow_private)
        except ValueError as bad:
            raise RejectedError(f"the shop's address: {bad}") from None
        if not (token and token.isascii() and token.isprintable()):
            raise AuthError("the shop's token is empty or holds what no header can")
        self._session = outbound_session(
            allow_private=allow_private,
            auth=_Bearer(token),
            secrets=[token],
            cap=_ANSWER_BYTES,
            clock=clock,
        )

    def order(self, order_id: str) -> Order | None:
        """The order of that id, if there is one."""
        # Dots alone would climb up the path; nothing, and it would be the list's address.
        if not order_id.strip(".") or len(order_id) > _LONGEST_ID:
            return None
        try:
            body = self._get(f"{self._url}/orders/{_quoted(order_id)}")
        except NotFoundError:
            return None
        return _order(body)

    def orders_of(self, email: str) -> tuple[Order, ...]:
        """A customer's orders, newest first."""
        body = self._get(f"{self._url}/orders?email={_quoted(email)}")
        found = body.get("orders") if isinstance(body, Mapping) else None
        if not isinstance(found, list):
            raise RejectedError("the shop's answer is wrong: orders: expected a list")
        orders = [_order(one, f"orders[{number}]") for number, one in enumerate(found)]
        # A shop that overlooks the question must not show us strangers' orders.
        theirs = [one for one in orders if one.email.casefold() == email.casefold()]
        return tuple(sorted(theirs, key=lambda one: one.placed_at, reverse=True))

    def _get(self, address: str) -> Any:
        with self._session.budget.within(_READ_SECONDS):
            answer = self._session.get(address)
        try:
            return strict_json.load(answer.content)
        except NotJsonError as bad:
            raise UnavailableError(f"the shop's answer is not JSON: {bad}") from None


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _order(body: Any, path: str = "") -> Order:
    try:
        return parse_order(body)
    except OrderFormatError as bad:
        field = ".".join(part for part in (path, bad.field) if part) or "order"
        raise RejectedError(f"the shop's answer is wrong: {field}: {bad.message}") from None
