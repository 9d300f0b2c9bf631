"""Drafts as JSON: what ``bookbag draft`` reads and writes, one record a line."""

import re
from collections.abc import Mapping, Sequence

from connectors.types import Order
from plugin.drafting.base import Drafter, Request
from plugin.errors import InvalidInputError
from plugin.models import Draft
from plugin.records import action_to_record

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")


def draft_line(drafter: Drafter, orders: Mapping[str, Order], record: object) -> dict[str, object]:
    """Draft one record.

    An ``order`` that is unknown or another customer's is no order, and no other takes its place.

    Args:
        drafter: Who drafts.
        orders: All known orders by id.
        record: As `interfaces` spells it: ``{"subject", "text", "tags", "language"?, "customer",
            "order"?}``. Keys beside these are passed over.

    Returns:
        ``{"text", "intent", "confidence", "language", "actions", "sources"}``, and ``note``, why,
        where there is no text.

    Raises:
        InvalidInputError: A field is missing or of the wrong kind.
    """
    return _to_record(drafter.draft(_request(record, orders)))


def _to_record(draft: Draft) -> dict[str, object]:
    record: dict[str, object] = {
        "text": draft.text,
        "intent": draft.intent,
        "confidence": None if draft.confidence is None else float(draft.confidence),
        "language": draft.language,
        "actions": [action_to_record(action) for action in draft.actions],
        "sources": [
            {"kind": source.kind, "id": source.id, "title": source.title}
            for source in draft.sources
        ],
    }
    if draft.text is None:
        record["note"] = draft.note
    return record


def _request(record: object, orders: Mapping[str, Order]) -> Request:
    fields = _mapping(record, "")
    customer = _mapping(fields.get("customer") or {}, "customer")
    text = _text(fields, "text")
    if text is None:
        raise InvalidInputError("text", "expected the customer's message as a string")
    email = _text(customer, "email", "customer.email")
    order_id = _order_id(fields.get("order"))
    return Request(
        subject=_text(fields, "subject") or "",
        text=text,
        tags=_tags(fields.get("tags")),
        language=_language(fields),
        customer_name=_text(customer, "name", "customer.name"),
        customer_email=email,
        order=_named_order(order_id, email, orders) if order_id else None,
        orders=() if order_id else _orders_of(email, orders),
    )


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InvalidInputError(path, "expected an object")
    return value


def _text(fields: Mapping[str, object], key: str, path: str | None = None) -> str | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidInputError(path or key, "expected a string")
    return value


def _order_id(value: object) -> str | None:
    """Shops that count write numbers; they are read as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise InvalidInputError("order", "expected a string")
    return value


def _tags(value: object) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidInputError("tags", "expected a list of strings")
    for number, tag in enumerate(value):
        if not isinstance(tag, str):
            raise InvalidInputError(f"tags[{number}]", "expected a string")
    return frozenset(value)


def _language(fields: Mapping[str, object]) -> str | None:
    text = _text(fields, "language")
    if not text:
        return None
    shape = _LANGUAGE.fullmatch(text)
    if not shape:
        raise InvalidInputError("language", "expected a language code such as en or de-AT")
    return shape[1].lower()


def _same_address(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _named_order(name: str, email: str | None, orders: Mapping[str, Order]) -> Order | None:
    plain = name.strip().removeprefix("#")
    order = orders.get(plain) or orders.get(f"#{plain}")
    if order and email and not _same_address(order.email, email):
        return None
    return order


def _orders_of(email: str | None, orders: Mapping[str, Order]) -> tuple[Order, ...]:
    if not email:
        return ()
    own = (order for order in orders.values() if _same_address(order.email, email))
    return tuple(sorted(own, key=lambda order: order.placed_at, reverse=True))
