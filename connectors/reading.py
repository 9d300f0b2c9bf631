"""A helpdesk's JSON, field by field: every value is checked, a wrong one is named by its path."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import ClassVar, Self

from connectors import strict_json
from connectors.strict_json import NotJsonError

# 64-bit numbers; in REST as numbers, in webhooks as strings.
_DIGITS = re.compile(r"[0-9]{1,20}")


class WrongShapeError(ValueError):
    """A field is missing or not what it should be: ``detail.id: expected a string``."""


class Fields:
    """An object in a helpdesk's JSON, and where it stands.

    Attributes:
        special_ids: What else than digits is an id there.
    """

    special_ids: ClassVar[Collection[str]] = ()

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise WrongShapeError(f"{path or 'body'}: expected an object")
        self._value = value
        self._path = path

    @classmethod
    def of_body(cls, body: bytes) -> Self:
        """The object in a webhook's body, a mere hint: the last of two equal keys wins."""
        try:
            return cls(strict_json.load(body, repeated_keys=True))
        except NotJsonError as bad:
            raise WrongShapeError(f"body: {bad}") from None

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._value.get(key) is not None

    def text(self, key: str) -> str:
        """A string that must be there."""
        value = self._value.get(key)
        if not isinstance(value, str):
            raise self._wrong(key, "a string")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string, or None where it is null or not there."""
        return self.text(key) if self.has(key) else None

    def optional_flag(self, key: str) -> bool | None:
        """True or false, or None where it is null or not there."""
        value = self._value.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def flag(self, key: str) -> bool:
        """True or false, which must be there."""
        value = self.optional_flag(key)
        if value is None:
            raise self._wrong(key, "true or false")
        return value

    def text_id(self, key: str) -> str:
        """An id as webhooks write it: a string of up to 20 digits."""
        value = self._value.get(key)
        if not isinstance(value, str):
            raise self._wrong(key, "a string")
        if not _DIGITS.fullmatch(value):
            raise self._wrong(key, "an id of 1 to 20 digits")
        return value

    def number_id(self, key: str) -> str:
        """An id as REST writes it, a number; as text."""
        value = self._value.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and (value in self.special_ids or _DIGITS.fullmatch(value)):
            return value
        raise self._wrong(key, "an id")

    def number(self, key: str) -> int:
        """A whole number that must be there."""
        value = self._value.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(key, "a whole number")
        return value

    def time(self, key: str) -> datetime:
        """A time, in UTC. Webhooks write nine fractional digits; more than six are cut off."""
        value = self.text(key)
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self._wrong(key, "a time with a zone such as 2026-06-09T08:36:44Z")

    def texts(self, key: str) -> frozenset[str]:
        """A list of strings, or one string with spaces between; null is an empty list."""
        value = self._value.get(key)
        if isinstance(value, str):
            value = value.split()
        if value is None:
            value = []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(key, "a list of strings")
        return frozenset(value)

    def child(self, key: str) -> Self:
        """An object that must be there."""
        return type(self)(self._value.get(key), self._at(key))

    def optional_child(self, key: str) -> Self | None:
        """An object, or None where it is null or not there."""
        return self.child(key) if self.has(key) else None

    def children(self, key: str) -> list[Self]:
        """A list of objects; null or missing is an empty one."""
        value = self._value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(key, "a list")
        return [type(self)(one, f"{self._at(key)}[{number}]") for number, one in enumerate(value)]

    def raw(self) -> Mapping[str, object]:
        """The object as it came."""
        return self._value

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _wrong(self, key: str, expected: str) -> WrongShapeError:
        return WrongShapeError(f"{self._at(key)}: expected {expected}")
