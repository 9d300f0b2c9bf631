"""Merchants, their helpdesk accounts with webhook secrets, and their shops."""

import json
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from plugin.errors import MissingError
from plugin.store import audit_chain
from plugin.store.schema import Account, Merchant, Shop, WebhookSecret
from plugin.store.scope import Scope

_ACCOUNT_ID_BYTES = 16
_ACCOUNT = select(Account).where(
    Account.merchant_id == bindparam("of_merchant"), Account.id == bindparam("of_account")
)


def add_merchant(session: Session, name: str, *, at: datetime) -> Scope:
    """Make a tenant."""
    merchant = Merchant(name=name, created_at=at)
    session.add(merchant)
    session.flush()
    scope = Scope(merchant.id)
    audit_chain.begin(session, scope)
    return scope


def require_merchant(session: Session, merchant_id: str, *, lock: bool = False) -> Scope:
    """The scope of a merchant that exists.

    With `lock`, what must be numbered one after another waits for its turn.

    Raises:
        MissingError: There is none of that id.
    """
    # As little as keeps others out who do the same: foreign keys to it do not wait.
    held = {"key_share": True} if lock else None
    if session.get(Merchant, merchant_id, with_for_update=held) is None:
        raise MissingError(f"There is no merchant {merchant_id}.")
    return Scope(merchant_id)


def has_habits(session: Session, scope: Scope) -> bool:
    """Whether it is measured how long drafts are in sight before they are approved."""
    merchant = session.get(Merchant, scope.merchant_id)
    return merchant is not None and merchant.habits


def set_habits(session: Session, scope: Scope, *, is_on: bool) -> None:
    """Let that be measured, or not."""
    session.get_one(Merchant, scope.merchant_id).habits = is_on


def name(session: Session, scope: Scope) -> str:
    """What a merchant is called."""
    found = session.get(Merchant, scope.merchant_id)
    return found.name if found else ""


def add_account(
    session: Session,
    scope: Scope,
    *,
    helpdesk: str,
    url: str,
    vendor_account: str,
    credentials: Mapping[str, str],
    webhook_secret: str | None,
    status_after_send: str | None,
    at: datetime,
) -> Account:
    """Connect a helpdesk account. Its id cannot be guessed: it stands in the webhook's address.

    Without a secret no webhook of it is taken yet. An empty `vendor_account` is learned from the
    first one that is.
    """
    account = Account(
        id=random.token_hex(_ACCOUNT_ID_BYTES),
        merchant_id=scope.merchant_id,
        helpdesk=helpdesk,
        url=url,
        vendor_account=vendor_account,
        credentials=_stored(credentials),
        status_after_send=status_after_send,
        created_at=at,
    )
    session.add(account)
    session.flush()
    if webhook_secret is not None:
        add_webhook_secret(session, scope, account.id, webhook_secret, at=at)
    return account


def learn_vendor_account(
    session: Session, scope: Scope, account_id: str, vendor_account: str
) -> bool:
    """Note the vendor's number of an account; False where there is one already."""
    learned = session.execute(
        update(Account)
        .where(
            Account.merchant_id == scope.merchant_id,
            Account.id == account_id,
            Account.vendor_account == "",
        )
        .values(vendor_account=vendor_account)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return learned.first() is not None


def set_credentials(
    session: Session, scope: Scope, account_id: str, credentials: Mapping[str, str]
) -> None:
    """Reach an account with these from now on.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    account(session, scope, account_id).credentials = _stored(credentials)


def add_webhook_secret(
    session: Session, scope: Scope, account_id: str, secret: str, *, at: datetime
) -> None:
    """Accept one more secret; the older ones stay good until they are removed."""
    session.add(
        WebhookSecret(
            merchant_id=scope.merchant_id, account_id=account_id, secret=secret, created_at=at
        )
    )


def forget_webhook_secret(session: Session, scope: Scope, account_id: str, secret: str) -> None:
    """Accept a secret no more."""
    for row in session.scalars(
        select(WebhookSecret).where(
            WebhookSecret.merchant_id == scope.merchant_id, WebhookSecret.account_id == account_id
        )
    ):
        if row.secret == secret:
            session.delete(row)


def webhook_secrets(session: Session, scope: Scope, account_id: str) -> tuple[str, ...]:
    """The secrets an account's webhooks may be signed with, newest first."""
    return tuple(
        session.scalars(
            select(WebhookSecret.secret)
            .where(
                WebhookSecret.merchant_id == scope.merchant_id,
                WebhookSecret.account_id == account_id,
            )
            .order_by(WebhookSecret.id.desc())
        )
    )


def account(session: Session, scope: Scope, account_id: str) -> Account:
    """One of the merchant's accounts.

    Raises:
        MissingError: Not there, or another merchant's.
    """
    found = session.scalar(_ACCOUNT, {"of_merchant": scope.merchant_id, "of_account": account_id})
    if found is None:
        raise MissingError(f"There is no account {account_id}.")
    return found


def accounts(session: Session, scope: Scope) -> Sequence[Account]:
    """The merchant's accounts, oldest first."""
    return session.scalars(
        select(Account)
        .where(Account.merchant_id == scope.merchant_id)
        .order_by(Account.created_at, Account.id)
    ).all()


def add_shop(
    session: Session, scope: Scope, *, kind: str, url: str, token: str, at: datetime
) -> Shop:
    """Connect the shop the merchant's orders are read from."""
    shop = Shop(merchant_id=scope.merchant_id, kind=kind, url=url, token=token, created_at=at)
    session.add(shop)
    session.flush()
    return shop


def shops(session: Session, scope: Scope) -> Sequence[Shop]:
    """The merchant's shops, oldest first."""
    return session.scalars(
        select(Shop).where(Shop.merchant_id == scope.merchant_id).order_by(Shop.id)
    ).all()


def _stored(credentials: Mapping[str, str]) -> str:
    return json.dumps(dict(credentials))
