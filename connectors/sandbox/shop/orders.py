"""The shop's orders: checked once, then only looked up."""

import copy
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
_NEEDED = ("id", "email", "currency", "total", "placed_at", "status", "shipping", "items")


class Orders:
    """Orders by id and by customer. A change puts a whole new order in the place of the old."""

    def __init__(self, orders: Sequence[Mapping[str, Any]]) -> None:
        """Keep copies of `orders`.

        Raises:
            ValueError: An order lacks a field, or has an amount that is not a decimal string.
        """
        self._orders: dict[str, dict[str, Any]] = {}
        for order in orders:
            _check(order)
            if order["id"] in self._orders:
                raise ValueError(f"order {order['id']}: there are two of them")
            self._orders[order["id"]] = copy.deepcopy(dict(order))

    def get(self, order_id: str) -> dict[str, Any] | None:
        """The order of that id."""
        return self._orders.get(order_id)

    def change(self, order_id: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        """Somebody works in the shop: an order gets other fields. None where there is none.

        Raises:
            ValueError: It would not be an order any more.
        """
        order = self._orders.get(order_id)
        if order is None:
            return None
        changed = {**order, **fields, "id": order_id}
        _check(changed)
        self._orders[order_id] = changed
        return changed

    def take_away(self, order_id: str) -> bool:
        """An order is deleted. False where there was none."""
        return self._orders.pop(order_id, None) is not None

    def of(self, email: str) -> list[dict[str, Any]]:
        """A customer's orders, newest first; the case of the address does not matter."""
        wanted = email.strip().lower()
        found = [order for order in list(self._orders.values()) if order["email"].lower() == wanted]
        return sorted(found, key=_placed_at, reverse=True)


def _check(order: Mapping[str, Any]) -> None:
    name = f"order {order.get('id', '?')}"
    for field in _NEEDED:
        if field not in order:
            raise ValueError(f"{name}: {field} is missing")
    if not all(isinstance(order[field], str) for field in ("id", "email")):
        raise ValueError(f"{name}: id and email are strings")
    amounts = {field: order[field] for field in ("total", "shipping", "refunded") if field in order}
    amounts |= {f"items[{at}].price": item.get("price") for at, item in enumerate(order["items"])}
    for field, amount in amounts.items():
        if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
            raise ValueError(f'{name}: {field} is {amount!r}, expected a string such as "54.20"')
    _placed_at(order)


def _placed_at(order: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(order["placed_at"])
    except (TypeError, ValueError):
        raise ValueError(
            f"order {order['id']}: placed_at is {order['placed_at']!r}, expected RFC 3339"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
