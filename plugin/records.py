"""Actions as JSON records, both ways: ``{"type": "refund", "amount": "54.20", "currency": "USD"}``.

Strict, because records come from drafters, scripts and people: an unknown key, a number where an
amount belongs, or a type nobody knows is refused by name. Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from connectors.types import ActionRequest, Money, minor_units
from plugin.errors import InvalidInputError
from plugin.models import ACTION_TYPES, known_action

_MAX_TEXT = 200
_MAX_ITEMS = 200
_MAX_AMOUNT = 15
# Marshmallow's words, said as ours are.
_PLAINLY = {
    "Missing data for required field.": "is missing",
    "Field may not be null.": "expected a value, not null",
    "Not a valid list.": "expected a list",
    "Not a valid mapping type.": "expected an object",
}
_SHORT = validate.Length(min=1, max=_MAX_TEXT)


class Text(fields.Field[str]):
    """A JSON string, and nothing else."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("expected a string")
        return value


class Id(fields.Field[str]):
    """Somebody's id. Systems that count write numbers; they are read as text."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValidationError("expected a string")
        return str(value)


class AmountText(fields.Field[str]):
    """A decimal string; a JSON number may have lost its cents already."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError('expected a decimal string such as "54.20"')
        if len(value) > _MAX_AMOUNT:
            raise ValidationError(f"expected at most {_MAX_AMOUNT} characters")
        return value


class Record(Schema):
    """An object whose keys are all known."""

    error_messages = {  # noqa: RUF012  # marshmallow's own attribute
        "type": "expected an object",
        "unknown": "unknown key",
    }

    class Meta:
        """No key is overlooked."""

        unknown = RAISE


class _ActionRecord(Record):
    type = Text(required=True, validate=_SHORT)
    amount = AmountText(allow_none=True)
    value = AmountText(allow_none=True)
    currency = Text(allow_none=True)
    order = Id(allow_none=True, validate=_SHORT)
    customer = Id(allow_none=True, validate=_SHORT)
    items = fields.List(
        Id(validate=_SHORT), allow_none=True, validate=validate.Length(max=_MAX_ITEMS)
    )


_ACTION = _ActionRecord()


def typed_record(schema: Schema, record: object, path: str = "") -> dict[str, Any]:
    """`record` as `schema` types it.

    Raises:
        InvalidInputError: Its field begins with `path`.
    """
    try:
        loaded = schema.load(record)  # type: ignore[arg-type]  # whatever the line holds
    except ValidationError as error:
        field, message = next(_problems(error.messages, path))
        raise InvalidInputError(field, message) from error
    return dict(loaded)


def parse_money(amount: str, currency: str | None, *, field: str, currency_field: str) -> Money:
    """A decimal string in `currency`.

    Raises:
        InvalidInputError: Names `field`, or `currency_field` where that is what is wrong.
    """
    if currency is None:
        raise InvalidInputError(currency_field, "expected an ISO 4217 code such as USD")
    try:
        Money.parse("0", currency)
    except ValueError as wrong:
        raise InvalidInputError(currency_field, str(wrong)) from wrong
    try:
        return Money.parse(amount, currency)
    except ValueError as wrong:
        raise InvalidInputError(field, str(wrong)) from wrong


def action_from_record(
    record: object,
    *,
    currency: str | None = None,
    path: str = "",
    known_only: bool = True,
) -> ActionRequest:
    """Read one action.

    Args:
        record: Untrusted.
        currency: Holds where the record names none.
        path: Where the record stands, such as ``actions[0]``.
        known_only: Refuse a type outside interfaces' list. The service takes such an action in, and
            asks for approval.

    Raises:
        InvalidInputError: With the path of the field.
    """
    found = typed_record(_ACTION, record, path)
    kind = found["type"]
    if known_only and not known_action(kind):
        types = ", ".join(sorted(ACTION_TYPES))
        raise InvalidInputError(_at(path, "type"), f"expected one of {types}, custom:<name>")
    money = {
        name: parse_money(
            found[name],
            found.get("currency") or currency,
            field=_at(path, name),
            currency_field=_at(path, "currency"),
        )
        for name in ("amount", "value")
        if found.get(name) is not None
    }
    return ActionRequest(
        type=kind,
        amount=money.get("amount"),
        value=money.get("value"),
        order=found.get("order"),
        customer=found.get("customer"),
        items=tuple(found.get("items") or ()),
    )


def action_to_record(action: ActionRequest) -> dict[str, Any]:
    """The record of an action; read again it is the same action.

    Raises:
        ValueError: Amount and value are in different currencies, which a record cannot say.
    """
    record: dict[str, Any] = {"type": action.type}
    money = action.money
    if money:
        if action.amount and action.value and action.amount.currency != action.value.currency:
            raise ValueError("an action's amount and value must be in the same currency")
        record |= {
            name: f"{part.amount:.{minor_units(part.currency)}f}"
            for name, part in (("amount", action.amount), ("value", action.value))
            if part
        }
        record["currency"] = money.currency
    optional: Mapping[str, object] = {
        "order": action.order,
        "customer": action.customer,
        "items": list(action.items),
    }
    return record | {name: given for name, given in optional.items() if given}


def _problems(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(messages, dict):
        for message in messages:
            yield path, _PLAINLY.get(str(message), str(message))
        return
    for key, inner in messages.items():
        yield from _problems(inner, path if key == "_schema" else _at(path, key))


def _at(path: str, step: str | int) -> str:
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step
