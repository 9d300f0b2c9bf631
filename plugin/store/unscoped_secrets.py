"""Every merchant's secrets, encrypted anew when a key is replaced. No content leaves."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugin.store.audit_tables import AuditHead
from plugin.store.base import Base
from plugin.store.columns import Keyring
from plugin.store.grant_tables import GrantRow, PendingConnection
from plugin.store.privacy_tables import MerchantPrivacy
from plugin.store.schema import Account, Shop, WebhookSecret
from plugin.store.telling_tables import ChatHookRow

# Where secrets are kept.
_SECRETS: Mapping[str, tuple[type[Base], str]] = {
    "account": (Account, "credentials"),
    "secret": (WebhookSecret, "secret"),
    "grant": (GrantRow, "tokens"),
    "consent": (PendingConnection, "secrets"),
    "shop": (Shop, "token"),
    "head": (AuditHead, "seal"),
    "chat": (ChatHookRow, "url"),
    "privacy": (MerchantPrivacy, "salt"),
}


def rotate(session: Session, *, after: str, limit: int) -> tuple[int, str | None]:
    """Encrypt a batch of stored secrets with the newest key.

    Args:
        session: One transaction a batch.
        after: ``""`` to begin, then what the last call returned.
        limit: Rows in one batch.

    Returns:
        How many were rewritten, and where to go on; None at the end.
    """
    Keyring.fernet()
    name, _, last = after.partition(":")
    names = list(_SECRETS)
    name = name or names[0]
    table, column = _SECRETS[name]
    rows = session.execute(
        select(table.id, getattr(table, column))
        .where(table.id > last)
        .order_by(table.id)
        .limit(limit)
        .with_for_update(key_share=True)
    ).all()
    for row_id, value in rows:
        session.execute(
            update(table)
            .where(table.id == row_id)
            .values({column: value})
            .execution_options(synchronize_session=False)
        )
    if len(rows) == limit:
        return len(rows), f"{name}:{rows[-1][0]}"
    position = names.index(name) + 1
    return len(rows), f"{names[position]}:" if position < len(names) else None
