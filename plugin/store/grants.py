"""The tokens of accounts that a person let us into, and who renews them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from plugin.store.columns import json_text
from plugin.store.grant_tables import GrantRow
from plugin.store.leases import database_seconds
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token and the refresh token for the next one. Secret."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of an account's grant. `is_lost`: the pair is worth nothing any more."""

    pair: Pair
    version: int
    expires_at: datetime
    is_lost: bool


def held(session: Session, scope: Scope, account_id: str) -> Held | None:
    """An account's grant; None where it is reached otherwise."""
    row = session.execute(
        select(GrantRow.tokens, GrantRow.version, GrantRow.expires_at, GrantRow.lost_at).where(
            *_of(scope, account_id)
        )
    ).first()
    if row is None:
        return None
    return Held(_read(row.tokens), row.version, row.expires_at, row.lost_at is not None)


def lost_since(session: Session, scope: Scope) -> Mapping[str, datetime | None]:
    """The merchant's accounts that have a grant, with since when it is lost. Opens no secret."""
    rows = session.execute(
        select(GrantRow.account_id, GrantRow.lost_at).where(
            GrantRow.merchant_id == scope.merchant_id
        )
    )
    return {row.account_id: row.lost_at for row in rows}


def give(
    session: Session,
    scope: Scope,
    account_id: str,
    pair: Pair,
    *,
    expires_at: datetime,
    at: datetime,
) -> None:
    """Keep what a person has just consented to, in place of what was there."""
    known = session.scalar(
        select(GrantRow).where(*_of(scope, account_id)).with_for_update(key_share=True)
    )
    if known is None:
        known = GrantRow(merchant_id=scope.merchant_id, account_id=account_id, version=0)
        session.add(known)
    known.version += 1
    known.tokens, known.expires_at, known.given_at = _stored(pair), expires_at, at
    known.renewed_at = known.lost_at = known.renewer = known.renewer_until = None


def claim(
    session: Session, scope: Scope, account_id: str, version: int, *, renewer: str, seconds: float
) -> Pair | None:
    """Become the one who renews a version, for so long; None where that is somebody else.

    It is nobody's either where it is another version by now, or lost.
    """
    now = database_seconds(session)
    tokens = session.scalar(
        update(GrantRow)
        .where(
            *_of(scope, account_id),
            GrantRow.version == version,
            GrantRow.lost_at.is_(None),
            or_(GrantRow.renewer_until.is_(None), GrantRow.renewer_until < now),
        )
        .values(renewer=renewer, renewer_until=now + seconds)
        .returning(GrantRow.tokens)
        .execution_options(synchronize_session=False)
    )
    return None if tokens is None else _read(tokens)


def renew(
    session: Session,
    scope: Scope,
    account_id: str,
    version: int,
    pair: Pair,
    *,
    expires_at: datetime,
    at: datetime,
) -> bool:
    """Keep the pair that a version was renewed to; False where there is another by now.

    It goes by the version alone: one token gives one pair, so whoever has it, has the good one, and
    be it so late that the grant was taken for lost.
    """
    return _change(
        session,
        *_of(scope, account_id),
        GrantRow.version == version,
        tokens=_stored(pair),
        version=version + 1,
        expires_at=expires_at,
        renewed_at=at,
        lost_at=None,
        renewer=None,
        renewer_until=None,
    )


def let_go(session: Session, scope: Scope, account_id: str, *, renewer: str) -> None:
    """Let somebody else renew it: nothing came of this try."""
    nobody: dict[str, Any] = {"renewer": None, "renewer_until": None}
    _change(session, *_of(scope, account_id), GrantRow.renewer == renewer, **nobody)


def lose(session: Session, scope: Scope, account_id: str, version: int, *, at: datetime) -> bool:
    """Note that a version is worth nothing; False where that is known, or there is another."""
    return _change(
        session,
        *_of(scope, account_id),
        GrantRow.version == version,
        GrantRow.lost_at.is_(None),
        lost_at=at,
        renewer=None,
        renewer_until=None,
    )


def forget(session: Session, scope: Scope, account_id: str) -> None:
    """Keep no grant: the account is reached otherwise from now on."""
    session.execute(delete(GrantRow).where(*_of(scope, account_id)))


def _change(session: Session, *conditions: Any, **values: Any) -> bool:
    result = session.execute(
        update(GrantRow)
        .where(*conditions)
        .values(**values)
        .returning(GrantRow.id)
        .execution_options(synchronize_session=False)
    )
    return result.first() is not None


def _of(scope: Scope, account_id: str) -> tuple[Any, ...]:
    return GrantRow.merchant_id == scope.merchant_id, GrantRow.account_id == account_id


def _stored(pair: Pair) -> str:
    return json_text({"access": pair.access, "refresh": pair.refresh})


def _read(tokens: str) -> Pair:
    found = json.loads(tokens)
    return Pair(found["access"], found["refresh"])
