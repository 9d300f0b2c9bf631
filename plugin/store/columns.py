"""Column types of ours: secrets, aware times, JSON that keeps every character, short text."""

import json
import secrets as random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from plugin.errors import ConfigError

_SHARE_STEPS = 10_000
# Minor units of money. More than 32 bits: 1,300 USD are 21 million rupiah. SQLite's integers hold
# it as they are.
Minor = BigInteger().with_variant(Integer(), "sqlite")


def new_id() -> str:
    """A UUIDv7 (RFC 9562): ids sort by the time they were made.

    The twelve bits after the millisecond hold its fraction (RFC 9562, 6.2, method 3), so that rows
    written one after another in one transaction keep their order.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random.randbits(62)
    return str(UUID(int=value))


def json_text(value: object) -> str:
    """JSON as it is stored."""
    return json.dumps(value, separators=(",", ":"))


def storable(words: str) -> str:
    """People's text as `Words` keeps it."""
    clean = words.replace("\x00", "\u2400")
    return clean.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Keyring:
    """The process's keys for secrets at rest. Set once at start, before the first query."""

    _fernet: MultiFernet | None = None

    @classmethod
    def use(cls, keys: Sequence[str]) -> None:
        """Take keys into use, newest first.

        Raises:
            ConfigError: A key is not a Fernet key.
        """
        try:
            cls._fernet = MultiFernet([Fernet(key) for key in keys])
        except (ValueError, TypeError) as bad:
            raise ConfigError(
                ["BOOKBAG_SECRET_KEYS: not Fernet keys; `bookbag keys new` prints one"]
            ) from bad

    @classmethod
    def fernet(cls) -> MultiFernet:
        """The keys in use.

        Raises:
            ConfigError: None was set, or a stored secret needs a key that is no longer there.
        """
        if cls._fernet is None:
            raise ConfigError(["BOOKBAG_SECRET_KEYS: no key is in use"])
        return cls._fernet


class Secret(TypeDecorator[str]):
    """Text that is stored encrypted (MultiFernet) and never appears in SQL logs."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt with the newest key."""
        del dialect
        return None if value is None else Keyring.fernet().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt with whichever key fits."""
        del dialect
        if value is None:
            return None
        try:
            return Keyring.fernet().decrypt(value).decode()
        except InvalidToken as bad:
            raise ConfigError(
                ["BOOKBAG_SECRET_KEYS: no key in use opens a stored secret; was one removed?"]
            ) from bad


class Moment(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite keeps the UTC wall clock."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON as ASCII text, so that NUL and lone surrogates survive on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write it, escaping all but ASCII."""
        del dialect
        return None if value is None else json_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it back."""
        del dialect
        return None if value is None else json.loads(value)


class Words(TypeDecorator[str]):
    """People's text. PostgreSQL has no NUL in text, and UTF-8 no lone surrogate.

    NUL is kept as its visible symbol, U+2400, and a lone surrogate as U+FFFD, on both databases.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make it storable."""
        del dialect
        return None if value is None else storable(value)


class Share(TypeDecorator[Decimal]):
    """0 to 1, exact to four places, kept as an integer."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Ten-thousandths."""
        del dialect
        return None if value is None else int((value * _SHARE_STEPS).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Back to a share."""
        del dialect
        return None if value is None else Decimal(value) / _SHARE_STEPS
