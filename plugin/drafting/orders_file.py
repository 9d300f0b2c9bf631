"""The orders that drafts are made from where no shop is connected: JSON Lines, one order a line."""

import json
from collections.abc import Iterable

from connectors.orders import OrderFormatError, parse_order
from connectors.types import Order
from plugin.errors import InvalidInputError


def load_orders(lines: Iterable[str]) -> dict[str, Order]:
    """Orders by id; lines without anything are passed over.

    Raises:
        InvalidInputError: `field` is a path such as ``orders[3].items[0].price``, where 3 is the
            line counted from 1.
    """
    orders: dict[str, Order] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        order = _order(number, line)
        if order.id in orders:
            raise InvalidInputError(f"orders[{number}].id", f"there are two orders {order.id}")
        orders[order.id] = order
    return orders


def _order(number: int, line: str) -> Order:
    path = f"orders[{number}]"
    try:
        return parse_order(json.loads(line))
    except OrderFormatError as bad:
        raise InvalidInputError(f"{path}.{bad.field}" if bad.field else path, bad.message) from bad
    except (ValueError, RecursionError) as bad:
        raise InvalidInputError(path, "expected one JSON object on the line") from bad
