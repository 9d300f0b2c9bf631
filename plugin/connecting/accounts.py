"""A helpdesk account comes to be, or is reached otherwise: looked at first, then stored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from connectors.base import AccountAccess
from connectors.connecting import Client, Identity
from connectors.errors import AuthError, UnavailableError
from connectors.grants import FreshGrant, Tokens
from plugin.errors import InvalidInputError
from plugin.runtime import Runtime
from plugin.store import audit, grants, merchants
from plugin.store.grants import Pair
from plugin.store.schema import Account
from plugin.store.scope import Scope

CONSENT, CLIENT, TOKEN = "consent", "client_credentials", "api_token"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which account is to be connected, and how it is to be.

    Attributes:
        helpdesk: Its kind.
        url: Its base address.
        vendor_account: The vendor's number of it; empty: its first genuine webhook tells.
        status_after_send: The ticket's status after a reply of ours; None keeps it.
        account_id: Ours, where it is connected already and is to be reached otherwise.
    """

    helpdesk: str
    url: str
    vendor_account: str = ""
    status_after_send: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """An account that is connected, and whose it is. `is_new`: it was not here before."""

    scope: Scope
    account_id: str
    identity: Identity
    is_new: bool


# What is stored in the same transaction, such as what came of a consent.
Beside = Callable[[Session, str], None]


def webhook_url(runtime: Runtime, helpdesk: str, account_id: str) -> str:
    """Where a helpdesk sends an account's webhooks."""
    return f"{runtime.settings.public_url}/webhooks/{helpdesk}/{account_id}"


def address(runtime: Runtime, helpdesk: str, given: str) -> str:
    """An account's base address from what an admin types.

    Raises:
        InvalidInputError: It is none.
    """
    try:
        return runtime.connecting(helpdesk).address(given)
    except ValueError as wrong:
        raise InvalidInputError("url", str(wrong)) from None


def how(account: Account) -> str:
    """How an account is reached: ``consent``, ``client_credentials`` or ``api_token``."""
    credentials = json.loads(account.credentials)
    if credentials.get("by") == CONSENT:
        return CONSENT
    return CLIENT if "client_id" in credentials else TOKEN


def client_of(account: Account) -> Client | None:
    """The OAuth client that an account is reached by; None where it is an API token."""
    credentials = json.loads(account.credentials)
    found = credentials.get("client_id")
    return Client(found, credentials.get("client_secret", "")) if found else None


def connect(
    runtime: Runtime,
    scope: Scope,
    actor: str,
    wanted: Wanted,
    credentials: Mapping[str, str],
    *,
    tokens: Tokens | None = None,
    beside: Beside | None = None,
) -> Connected:
    """Try a credential by real calls, then reach the account by it from now on.

    An account that is here already, by its number or its address, is kept with all that belongs to
    it, and what waited for a good credential goes on.

    Args:
        runtime: What the service runs on.
        scope: Whose.
        actor: Who connects it, for the audit.
        wanted: Which account.
        credentials: The adapter's keys. Secret.
        tokens: What a person's consent gave, where it is by one.
        beside: Stored in the same transaction, with the account's id.

    Raises:
        InvalidInputError: The credential may not do what we do, or it is another account.
        ConnectorError: It lets nobody in, or the helpdesk cannot be asked.
    """
    given_at = runtime.now()
    identity = _looked_at(runtime, wanted, credentials, tokens)
    with runtime.database.write() as session:
        merchants.require_merchant(session, scope.merchant_id, lock=True)
        known = _known(session, scope, wanted)
        account = known or _new(session, scope, wanted, credentials, runtime)
        if known is not None:
            _replace(session, scope, known, wanted, credentials)
        if tokens is None:
            grants.forget(session, scope, account.id)
        else:
            pair, until = Pair(tokens.access, tokens.refresh), timedelta(seconds=tokens.life)
            expires_at = given_at + until
            grants.give(session, scope, account.id, pair, expires_at=expires_at, at=given_at)
        if beside is not None:
            beside(session, account.id)
        audit.add(
            session,
            scope,
            at=runtime.now(),
            actor=actor,
            event="credentials_replaced" if known else "account_connected",
            detail={
                "account": account.id,
                "helpdesk": wanted.helpdesk,
                "url": account.url,
                "by": how(account),
                "helpdesk_user": identity.user_id,
            },
        )
    return Connected(scope, account.id, identity, known is None)


def _looked_at(
    runtime: Runtime, wanted: Wanted, credentials: Mapping[str, str], tokens: Tokens | None
) -> Identity:
    access = AccountAccess(
        url=wanted.url,
        vendor_account=wanted.vendor_account,
        credentials=credentials,
        grant=FreshGrant(tokens) if tokens else None,
    )
    try:
        identity = runtime.connecting(wanted.helpdesk).look(access)
    except AuthError as refused:
        raise AuthError(f"{wanted.url} does not let this credential in: {refused}") from None
    except UnavailableError as away:
        raise UnavailableError(
            f"{wanted.url} does not answer; is the address right? {away}",
            retry_after=away.retry_after,
        ) from None
    if identity.lacks:
        who = f"{identity.name} ({identity.email})" if identity.email else identity.name
        raise InvalidInputError("", f"{who} cannot be used. {'. '.join(identity.lacks)}.")
    return identity


def _known(session: Session, scope: Scope, wanted: Wanted) -> Account | None:
    """The account that is meant, if it is here."""
    if wanted.account_id is not None:
        account = merchants.account(session, scope, wanted.account_id)
        if (account.helpdesk, account.url) != (wanted.helpdesk, wanted.url):
            raise InvalidInputError("account", f"it is {account.url}, and not {wanted.url}")
        return _same_number(account, wanted)
    ours = [one for one in merchants.accounts(session, scope) if one.helpdesk == wanted.helpdesk]
    for one in ours:
        if wanted.vendor_account and one.vendor_account == wanted.vendor_account:
            return one
    return next((_same_number(one, wanted) for one in ours if one.url == wanted.url), None)


def _same_number(account: Account, wanted: Wanted) -> Account:
    if wanted.vendor_account and account.vendor_account not in ("", wanted.vendor_account):
        raise InvalidInputError(
            "vendor-account",
            f"account {account.id} at {account.url} has the number {account.vendor_account}",
        )
    return account


def _new(
    session: Session,
    scope: Scope,
    wanted: Wanted,
    credentials: Mapping[str, str],
    runtime: Runtime,
) -> Account:
    return merchants.add_account(
        session,
        scope,
        helpdesk=wanted.helpdesk,
        url=wanted.url,
        vendor_account=wanted.vendor_account,
        credentials=credentials,
        webhook_secret=None,
        status_after_send=wanted.status_after_send,
        at=runtime.now(),
    )


def _replace(
    session: Session,
    scope: Scope,
    account: Account,
    wanted: Wanted,
    credentials: Mapping[str, str],
) -> None:
    merchants.set_credentials(session, scope, account.id, credentials)
    account.url = wanted.url
    account.vendor_account = wanted.vendor_account or account.vendor_account
    account.status_after_send = wanted.status_after_send or account.status_after_send
