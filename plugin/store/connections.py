"""Consents that were asked for, until they are answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugin.errors import MissingError
from plugin.store.columns import json_text
from plugin.store.grant_tables import PendingConnection
from plugin.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """What is needed to take up the answer to a consent. Secret."""

    helpdesk: str
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    verifier: str = field(repr=False)
    wanted: Mapping[str, Any]


def ask(
    session: Session,
    scope: Scope,
    asked: Asked,
    *,
    digest: str,
    person_id: str | None,
    at: datetime,
    until: datetime,
) -> str:
    """Keep that somebody is being asked. `digest` is of the state. Returns its id."""
    secrets = {"verifier": asked.verifier, "secret": asked.client_secret}
    row = PendingConnection(
        merchant_id=scope.merchant_id,
        digest=digest,
        person_id=person_id,
        helpdesk=asked.helpdesk,
        url=asked.url,
        client_id=asked.client_id,
        secrets=json_text(secrets),
        wanted=dict(asked.wanted),
        created_at=at,
        expires_at=until,
    )
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, scope: Scope, pending_id: str) -> PendingConnection:
    """One of the merchant's, as it is now.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    found = session.scalar(
        select(PendingConnection)
        .where(*_this(scope, pending_id))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise MissingError("This consent is not known here.")
    return found


def answer(session: Session, scope: Scope, pending_id: str, *, at: datetime) -> Asked | None:
    """Take the answer up, once and in time; None for whoever is not the first, or late.

    The secrets are not kept any longer.
    """
    row = get(session, scope, pending_id)
    asked = _read(row)
    first = session.execute(
        update(PendingConnection)
        .where(
            *_this(scope, pending_id),
            PendingConnection.used_at.is_(None),
            PendingConnection.expires_at > at,
        )
        .values(used_at=at, secrets="{}")
        .returning(PendingConnection.id)
        .execution_options(synchronize_session=False)
    )
    return asked if first.first() is not None else None


def end(
    session: Session,
    scope: Scope,
    pending_id: str,
    *,
    connected_id: str | None = None,
    failure: str | None = None,
) -> None:
    """Note what came of it: an account, or a sentence about why none did."""
    session.execute(
        update(PendingConnection)
        .where(*_this(scope, pending_id))
        .values(connected_id=connected_id, failure=failure)
        .execution_options(synchronize_session=False)
    )


def _this(scope: Scope, pending_id: str) -> tuple[Any, ...]:
    return (
        PendingConnection.merchant_id == scope.merchant_id,
        PendingConnection.id == pending_id,
    )


def _read(row: PendingConnection) -> Asked:
    secrets = json.loads(row.secrets)
    return Asked(
        row.helpdesk,
        row.url,
        row.client_id,
        secrets.get("secret", ""),
        secrets.get("verifier", ""),
        row.wanted,
    )
