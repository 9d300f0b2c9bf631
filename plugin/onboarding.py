"""Making merchants, accounts, people and their files: the commands', the demo's and tests' way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connectors.types import Money
from plugin.activation import Activator, activate
from plugin.activation import changes as policy_diff
from plugin.app import HELPDESKS, SHOPS
from plugin.connecting.accounts import webhook_url
from plugin.drafting.macros import load_macros
from plugin.errors import InvalidInputError, MissingError
from plugin.models import Role
from plugin.policy.load import load as load_policy
from plugin.runtime import Runtime
from plugin.staff import changes, invitations
from plugin.staff.changes import Rights
from plugin.store import audit, files, grants, habits, merchants, people
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope

_COMMAND = "command"
_AT_ONCE = 1000
_LEAST_KEY_BITS = 2048
_STATUSES = ("open", "pending", "solved")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What connects a helpdesk account.

    Attributes:
        credentials: ``api_user`` and ``api_token``, or ``client_id`` and ``client_secret``.
        status_after_send: The ticket's status after a reply of ours; None keeps it.
    """

    helpdesk: str
    url: str
    vendor_account: str
    webhook_secret: str
    credentials: Mapping[str, str]
    status_after_send: str | None = None


def add_merchant(runtime: Runtime, name: str) -> str:
    """Make a merchant. Returns the id."""
    if not name.strip():
        raise InvalidInputError("name", "a merchant needs a name")
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.add_merchant(session, name.strip(), at=now)
        named = {"name": name.strip()}
        audit.add(session, scope, at=now, actor=_COMMAND, event="merchant_added", text=named)
    return scope.merchant_id


def set_habits(runtime: Runtime, merchant_id: str, *, is_on: bool) -> None:
    """Let it be measured how long drafts are in sight; or not, and erase what was measured."""
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id)
        merchants.set_habits(session, scope, is_on=is_on)
        while not is_on and habits.forget(session, scope, most=_AT_ONCE):
            pass
        event = "habits_on" if is_on else "habits_off"
        audit.add(session, scope, at=now, actor=_COMMAND, event=event)


def add_account(runtime: Runtime, merchant_id: str, new: NewAccount) -> tuple[str, str]:
    """Connect a helpdesk account. Returns its id and the address for its webhooks."""
    if new.helpdesk not in HELPDESKS:
        known = ", ".join(HELPDESKS)
        raise InvalidInputError("helpdesk", f"expected one of: {known}")
    _check_url(runtime, new.url, "https://shop.zendesk.com")
    if not new.webhook_secret:
        raise InvalidInputError("webhook-secret-file", "the file holds no secret")
    if new.status_after_send not in (None, *_STATUSES):
        raise InvalidInputError("status-after-send", f"expected one of: {', '.join(_STATUSES)}")
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id, lock=True)
        for other in merchants.accounts(session, scope):
            if (other.helpdesk, other.vendor_account) == (new.helpdesk, new.vendor_account):
                raise InvalidInputError("vendor-account", f"account {other.id} is this one already")
        account = merchants.add_account(
            session,
            scope,
            helpdesk=new.helpdesk,
            url=new.url.rstrip("/"),
            vendor_account=new.vendor_account,
            credentials=new.credentials,
            webhook_secret=new.webhook_secret,
            status_after_send=new.status_after_send,
            at=now,
        )
        audit.add(
            session,
            scope,
            at=now,
            actor=_COMMAND,
            event="account_added",
            detail={"account": account.id, "helpdesk": new.helpdesk, "url": account.url},
        )
    return account.id, webhook_url(runtime, new.helpdesk, account.id)


def _check_url(runtime: Runtime, url: str, example: str) -> None:
    """Plain http carries credentials in the open; only a local trial may use it."""
    schemes = ("https", "http") if runtime.settings.allow_private_addresses else ("https",)
    try:
        parts = urlsplit(url)
        fits = parts.scheme in schemes and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits:
        raise InvalidInputError("url", f"expected an address such as {example}")


def add_webhook_secret(runtime: Runtime, merchant_id: str, account_id: str, secret: str) -> None:
    """Accept webhooks signed with one more secret."""
    if not secret:
        raise InvalidInputError("webhook-secret-file", "the file holds no secret")
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id)
        merchants.account(session, scope, account_id)
        now, detail = runtime.now(), {"account": account_id}
        merchants.add_webhook_secret(session, scope, account_id, secret, at=now)
        event = "webhook_secret_added"
        audit.add(session, scope, at=now, actor=_COMMAND, event=event, detail=detail)


def replace_credentials(
    runtime: Runtime, merchant_id: str, account_id: str, credentials: Mapping[str, str]
) -> None:
    """Reach an account with these from now on. What waited for a valid credential goes on.

    Raises:
        MissingError: There is none of that id.
    """
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id)
        merchants.set_credentials(session, scope, account_id, credentials)
        grants.forget(session, scope, account_id)
        audit.add(
            session,
            scope,
            at=runtime.now(),
            actor=_COMMAND,
            event="credentials_replaced",
            detail={"account": account_id},
        )


def set_bypass(runtime: Runtime, merchant_id: str, account_id: str, *, make_private: bool) -> None:
    """Choose whether a reply that left without its approval is made an internal note.

    Raises:
        MissingError: There is none of that id.
    """
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id)
        account = merchants.account(session, scope, account_id)
        account.make_private_on_bypass = make_private
        detail = {"account": account_id, "make_private": make_private}
        now = runtime.now()
        audit.add(session, scope, at=now, actor=_COMMAND, event="bypass_set", detail=detail)


def add_app(
    runtime: Runtime, merchant_id: str, account_id: str, *, public_key: str, audience: str
) -> None:
    """Trust the sidebar's openings that a helpdesk signs for one installation of our app.

    Args:
        runtime: What the service runs on.
        merchant_id: Whose.
        account_id: The helpdesk account where the app is installed.
        public_key: The app's public key as PEM: RSA of at least 2048 bits.
        audience: ``https://SUBDOMAIN.zendesk.com/api/v2/apps/installations/ID.json``.

    Raises:
        InvalidInputError: No such key, or no such address.
    """
    _check_app_key(public_key)
    if not audience.startswith("https://") or not audience.endswith(".json"):
        example = "https://shop.zendesk.com/api/v2/apps/installations/1.json"
        raise InvalidInputError("audience", f"expected an address such as {example}")
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id)
        account = merchants.account(session, scope, account_id)
        account.app_key, account.app_audience = public_key.strip(), audience
        detail = {"account": account_id}
        audit.add(session, scope, at=now, actor=_COMMAND, event="app_added", detail=detail)


def _check_app_key(public_key: str) -> None:
    try:
        key = load_pem_public_key(public_key.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_KEY_BITS:
        raise InvalidInputError(
            "public-key-file", f"expected an RSA public key of {_LEAST_KEY_BITS} bits as PEM"
        )


def add_shop(runtime: Runtime, merchant_id: str, *, kind: str, url: str, token: str) -> str:
    """Connect the shop whose orders are read. Returns the id."""
    if kind not in SHOPS:
        raise InvalidInputError("kind", f"expected one of: {', '.join(SHOPS)}")
    _check_url(runtime, url, "https://shop.example/api")
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id)
        shop = merchants.add_shop(
            session, scope, kind=kind, url=url.rstrip("/"), token=token, at=now
        )
        detail = {"shop": shop.id, "kind": kind, "url": shop.url}
        audit.add(session, scope, at=now, actor=_COMMAND, event="shop_added", detail=detail)
    return shop.id


def add_person(
    runtime: Runtime,
    merchant_id: str,
    *,
    email: str,
    name: str,
    role: Role,
    limit: Money | None = None,
    helpdesk_user: tuple[str, str] | None = None,
) -> str:
    """Let somebody give verdicts. `helpdesk_user` is our account's id and their id in it."""
    scope = _scope(runtime, merchant_id)
    return changes.add(runtime, scope, _COMMAND, email, Rights(name, role, limit, helpdesk_user))


def link_person(
    runtime: Runtime, merchant_id: str, email: str, *, helpdesk_user: tuple[str, str]
) -> str:
    """Say who somebody is in a helpdesk: our account's id and their id in it. Returns their id.

    Raises:
        MissingError: Nobody of that merchant has this e-mail, or there is no such account.
        InvalidInputError: Somebody else is this helpdesk user.
    """
    scope, person = somebody(runtime, merchant_id, email)
    wanted = replace(changes.rights_of(person), helpdesk_user=helpdesk_user)
    changes.change(runtime, scope, _COMMAND, person.id, wanted)
    return person.id


def somebody(runtime: Runtime, merchant_id: str, email: str) -> tuple[Scope, PersonRow]:
    """One of a merchant's people by their e-mail, deactivated ones too.

    Raises:
        MissingError: Nobody of that merchant has this e-mail, or there is no such merchant.
    """
    scope = _scope(runtime, merchant_id)
    with runtime.database.read() as session:
        person = people.by_email(session, scope, email)
    if person is None:
        raise MissingError(f"Nobody here has the e-mail {email}.")
    return scope, person


def invite(runtime: Runtime, merchant_id: str, email: str) -> str:
    """A single-use link that signs somebody in, good for a day.

    Raises:
        MissingError: Nobody of that merchant has this e-mail.
        InvalidInputError: They are deactivated.
    """
    scope, person = somebody(runtime, merchant_id, email)
    return invitations.invite(runtime, scope, _COMMAND, person.id)


def _scope(runtime: Runtime, merchant_id: str) -> Scope:
    with runtime.database.read() as session:
        return merchants.require_merchant(session, merchant_id)


def activate_policy(runtime: Runtime, merchant_id: str, source: str, *, by: str) -> int:
    """Put a policy file in force. Returns its version.

    Raises:
        PolicyFileError: It is refused; the version in force stays in force.
    """
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant_id)
    return activate(runtime, scope, source, Activator(by, _COMMAND))


def policy_changes(runtime: Runtime, merchant_id: str, source: str) -> str:
    """What a policy file would change of the one in force, as a unified diff; empty for nothing.

    Raises:
        PolicyFileError: It would be refused.
    """
    load_policy(source)
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant_id)
        before = files.policy_in_force(session, scope)
    old, name = (before.source, f"version {before.number}") if before else ("", "none in force")
    return policy_diff(old, source, names=(name, "this file"))


def load_macro_file(runtime: Runtime, merchant_id: str, source: str) -> tuple[int, int]:
    """Put a macro file in use. Returns its version and how many macros it holds.

    Raises:
        InvalidInputError: It is refused; the one in use stays.
    """
    count = len(load_macros(source))
    if count == 0:
        raise InvalidInputError("macros", "the file holds no macro")
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id, lock=True)
        now = runtime.now()
        version = files.add_macros(session, scope, source, at=now)
        detail = {"version": version, "macros": count}
        audit.add(session, scope, at=now, actor=_COMMAND, event="macros_loaded", detail=detail)
    return version, count
