"""A merchant's choices about personal data: how long what is kept, and whether it teaches."""

import hashlib
import hmac
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.store.privacy_tables import MerchantPrivacy
from plugin.store.rows import insert_once
from plugin.store.scope import Scope

# Days; 0 keeps it until somebody erases it.
DEFAULT_DAYS: Mapping[str, int] = {
    "webhooks": 30,
    "notes": 30,
    "texts": 730,
    "limits": 730,
}
_SALT_BYTES = 32
_MARK = "erased:"


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds for a merchant.

    Attributes:
        learning: Whether corrections and approved answers may be used to make drafts better.
        days: How long each kind of data is kept; 0: until somebody erases it.
    """

    learning: bool
    days: Mapping[str, int]


def choices(session: Session, scope: Scope) -> Choices:
    """What a merchant chose, and the defaults for the rest."""
    row = _row(session, scope)
    chosen = row.retention if row else {}
    kept = {kind: int(chosen.get(kind, days)) for kind, days in DEFAULT_DAYS.items()}
    return Choices(row.learning if row else True, kept)


def choose(
    session: Session,
    scope: Scope,
    *,
    learning: bool | None = None,
    days: Mapping[str, int] | None = None,
) -> None:
    """Change some of a merchant's choices; the others stand."""
    row = _made(session, scope)
    if learning is not None:
        row.learning = learning
    row.retention = {**row.retention, **(days or {})}


def digest(session: Session, scope: Scope, whose: str) -> str:
    """What stands for an erased customer. Without the salt nobody can try out whose it is."""
    return _digest(_made(session, scope).salt, whose)


def erased_key(session: Session, scope: Scope, key: str) -> str:
    """What stands for a customer, an order or a household in sums, once it was erased.

    So limits hold on: whoever has their data erased does not get a second refund for it.
    """
    return _MARK + digest(session, scope, key)


def is_erased_key(key: str) -> bool:
    """Whether it was erased already."""
    return key.startswith(_MARK)


def also_counted(session: Session, scope: Scope, key: str) -> tuple[str, ...]:
    """Under which keys a sum stands: its own, and the one it has once it was erased."""
    row = _row(session, scope)
    return (key,) if row is None else (key, _MARK + _digest(row.salt, key))


def _digest(salt: str, whose: str) -> str:
    return hmac.new(bytes.fromhex(salt), whose.encode(), hashlib.sha256).hexdigest()


def _row(session: Session, scope: Scope) -> MerchantPrivacy | None:
    return session.scalar(
        select(MerchantPrivacy).where(MerchantPrivacy.merchant_id == scope.merchant_id)
    )


def _made(session: Session, scope: Scope) -> MerchantPrivacy:
    """The merchant's row, made where there is none yet."""
    row = _row(session, scope)
    if row is not None:
        return row
    salt = random.token_hex(_SALT_BYTES)
    insert_once(
        session,
        MerchantPrivacy(merchant_id=scope.merchant_id, learning=True, retention={}, salt=salt),
    )
    made = _row(session, scope)
    if made is None:
        raise LookupError("a merchant's choices were not stored")
    return made
