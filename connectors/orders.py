"""Orders as JSON, the way merchants' shops and files spell them. Pure.

The form is promised in the interfaces: ``{"id", "email", "currency", "total", "placed_at",
"status", "tracking_url"?, "shipping", "items": [{"id", "title", "price", "quantity"}],
"refunded"?, "address"?}``. Amounts are decimal strings in the order's one currency.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from connectors.types import Item, Money, Order

_LONGEST_TEXT = 2_000
_LONGEST_AMOUNT = 20
# In a currency's smallest unit it still fits the 64 bits that are stored.
_LARGEST_AMOUNT = 10**12
_MOST_ITEMS = 1_000


class OrderFormatError(ValueError):
    """An order is not in the promised form.

    Attributes:
        field: Path such as ``items[0].price``; empty for the order as a whole.
        message: What is expected there.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


class _Text(fields.Field[str]):
    """A string; where it is an id, a whole number is read as one as well."""

    def __init__(self, *, number: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._number = number

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        del attr, data, kwargs
        if self._number and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise ValidationError("expected a string")
        if len(value) > _LONGEST_TEXT or "\x00" in value:
            raise ValidationError(f"expected at most {_LONGEST_TEXT} characters of text")
        return value


class _Amount(fields.Field[str]):
    """A decimal string. A JSON number has been through a binary float and is refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        del attr, data, kwargs
        if not isinstance(value, str) or len(value) > _LONGEST_AMOUNT:
            raise ValidationError('expected a decimal string such as "54.20"')
        return value


class _Moment(fields.Field[datetime]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        del attr, data, kwargs
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            pass
        raise ValidationError('expected a time with a zone such as "2026-11-22T09:30:00Z"')


class _ItemSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    id = _Text(required=True, number=True, validate=validate.Length(min=1))
    title = _Text(required=True)
    price = _Amount(required=True)
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000))


def _web_address(value: str) -> None:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if not value:  # as good as absent
        return
    if parts.scheme not in ("http", "https") or not parts.netloc or len(value.split()) != 1:
        raise ValidationError("expected a web address such as https://example.com/track/1")


class _OrderSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    id = _Text(required=True, number=True, validate=validate.Length(min=1))
    email = _Text(required=True)
    currency = _Text(required=True)
    total = _Amount(required=True)
    placed_at = _Moment(required=True)
    status = _Text(required=True)
    shipping = _Amount(required=True)
    items = fields.List(
        fields.Nested(_ItemSchema), required=True, validate=validate.Length(max=_MOST_ITEMS)
    )
    tracking_url = _Text(load_default=None, allow_none=True, validate=_web_address)
    refunded = _Amount(load_default=None, allow_none=True)
    address = _Text(load_default=None, allow_none=True)


_SCHEMA = _OrderSchema()


def parse_order(order: Mapping[str, Any]) -> Order:
    """Read one order.

    Raises:
        OrderFormatError: Names the first field that is missing or wrong.
    """
    if not isinstance(order, Mapping):
        raise OrderFormatError("", "expected an object")
    try:
        loaded = _SCHEMA.load(order)
    except ValidationError as bad:
        raise OrderFormatError(*_first_fault(bad.messages)) from None
    currency = loaded["currency"]
    refunded = loaded["refunded"]
    return Order(
        id=loaded["id"],
        email=loaded["email"],
        total=_money("total", loaded["total"], currency),
        placed_at=loaded["placed_at"],
        status=loaded["status"],
        shipping=_money("shipping", loaded["shipping"], currency),
        items=tuple(
            Item(
                id=item["id"],
                title=item["title"],
                price=_money(f"items[{number}].price", item["price"], currency),
                quantity=item["quantity"],
            )
            for number, item in enumerate(loaded["items"])
        ),
        tracking_url=loaded["tracking_url"] or None,
        refunded=None if refunded is None else _money("refunded", refunded, currency),
        address=loaded["address"],
    )


def _money(field: str, amount: str, currency: str) -> Money:
    try:
        money = Money.parse(amount, currency)
    except ValueError as bad:
        code_is_wrong = "ISO 4217" in str(bad)
        raise OrderFormatError("currency" if code_is_wrong else field, str(bad)) from None
    if money.amount >= _LARGEST_AMOUNT:
        raise OrderFormatError(field, f"expected an amount below {_LARGEST_AMOUNT:,}")
    return money


def _first_fault(messages: object, path: str = "") -> tuple[str, str]:
    """The first of marshmallow's nested messages, as a path and its text."""
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        if isinstance(key, int):
            path += f"[{key}]"
        elif key != "_schema":
            path += f".{key}" if path else str(key)
    text = messages[0] if isinstance(messages, list) and messages else messages
    return path, str(text)
