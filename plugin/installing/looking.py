"""Reads what is in a helpdesk account, and what we wrote down of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.administration import Administration, Kind, Setup, Tell, Thing, Wanted
from connectors.errors import AuthError, ConnectorError
from plugin.connecting import accounts
from plugin.errors import InvalidInputError
from plugin.installing.failing import step_of
from plugin.installing.plan import Known, Step, find, of_app, plan
from plugin.runtime import Runtime
from plugin.store import installed, merchants
from plugin.store.installed import OFF
from plugin.store.installed_tables import Installed
from plugin.store.schema import Account
from plugin.store.scope import Scope
from plugin.ticket_tags import TAG_APPROVAL_REQUIRED, TAG_DRAFT
from plugin.zendesk_app.package import package

_PACKAGES = {"zendesk": package}


@dataclass(frozen=True, slots=True)
class Site:
    """One account that is worked on."""

    runtime: Runtime
    scope: Scope
    account: Account
    helpdesk: Administration

    def noted(self) -> Mapping[str, Installed]:
        """What was written down, by key, oldest first."""
        with self.runtime.database.read() as session:
            rows = installed.of_account(session, self.scope, self.account.id)
        return {row.key: row for row in rows}

    def setup(self, *, fields: bool = False, gate: bool = False) -> Setup:
        """What the helpdesk is told about us."""
        make = _PACKAGES.get(self.account.helpdesk)
        off = (key.removeprefix(OFF) for key in self.noted() if key.startswith(OFF))
        return Setup(
            webhook_url=accounts.webhook_url(self.runtime, self.account.helpdesk, self.account.id),
            backend_url=self.runtime.settings.public_url,
            account_id=self.account.id,
            draft_tag=TAG_DRAFT,
            approval_tag=TAG_APPROVAL_REQUIRED,
            fields=fields,
            gate=gate,
            gated=frozenset(off),
            package=make() if make else b"",
        )

    def things(self, tell: Tell) -> tuple[Thing, ...]:
        """All that is there."""
        found: list[Thing] = []
        for kind in self.helpdesk.kinds():
            tell(f"looking at {kind.value}s")
            with step_of(f"look at {kind.value}s", "Nothing was done."):
                found += self.helpdesk.things(kind)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Look:
    """What is wanted, what is there, and what is to be done about it."""

    setup: Setup
    wanted: tuple[Wanted, ...]
    things: tuple[Thing, ...]
    steps: tuple[Step, ...]


def _only(accounts: Sequence[Account], kind: str) -> Account:
    if not accounts:
        raise InvalidInputError(
            "account", f"this merchant has no {kind} account: run `bookbag connect {kind}`"
        )
    if len(accounts) > 1:
        which = ", ".join(f"{one.id} ({one.url})" for one in accounts)
        raise InvalidInputError("account", f"name one of {which}")
    return accounts[0]


def site(runtime: Runtime, merchant_id: str, account_id: str | None, kind: str) -> Site:
    """An account of a merchant; the only one of its kind where none is named.

    Raises:
        MissingError: No such merchant or account.
        InvalidInputError: It is of another helpdesk, or one must be named.
    """
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant_id)
        if account_id is not None:
            account = merchants.account(session, scope, account_id)
        else:
            found = [one for one in merchants.accounts(session, scope) if one.helpdesk == kind]
            account = _only(found, kind)
    if account.helpdesk != kind:
        raise InvalidInputError("account", f"this is an account of {account.helpdesk}")
    return Site(runtime, scope, account, runtime.helpdesk(account).administration())


def look(site: Site, *, fields: bool, gate: bool, tell: Tell) -> Look:
    """Read what is there and plan.

    Raises:
        InvalidInputError: The helpdesk could not reach us.
        StepError: It could not be read.
    """
    settings = site.runtime.settings
    if not settings.is_https and not settings.allow_private_addresses:
        why = f"{settings.public_url}: a helpdesk needs an https address that it can reach"
        raise InvalidInputError("BOOKBAG_PUBLIC_URL", why)
    setup = site.setup(fields=fields, gate=gate)
    things, noted = site.things(tell), site.noted()
    wanted = site.helpdesk.wanted(setup, things)
    known = Known(
        secret=_knows_secret(site, wanted, things, noted),
        trust=_knows_trust(site, wanted, things, noted),
    )
    return Look(setup, wanted, things, plan(site.helpdesk, wanted, things, noted, known))


def there(
    site: Site,
    kind: Kind,
    wanted: tuple[Wanted, ...],
    things: tuple[Thing, ...],
    noted: Mapping[str, Installed],
) -> Thing | None:
    """The one thing of a kind that is ours in this account, if it is there."""
    one = next((one for one in wanted if one.kind is kind), None)
    if one is None:
        return None
    if kind is Kind.INSTALLATION:
        app = there(site, Kind.APP, wanted, things, noted)
        one = of_app(one, app.id) if app else one
    return find(site.helpdesk, one, things, noted)


def secrets(site: Site) -> tuple[str, ...]:
    """What the account's webhooks may be signed with."""
    with site.runtime.database.read() as session:
        return merchants.webhook_secrets(session, site.scope, site.account.id)


def fresh(site: Site) -> Site:
    """The same with its account as it is stored now."""
    with site.runtime.database.read() as session:
        account = merchants.account(session, site.scope, site.account.id)
    return replace(site, account=account)


def _knows_secret(
    site: Site,
    wanted: tuple[Wanted, ...],
    things: tuple[Thing, ...],
    noted: Mapping[str, Installed],
) -> bool:
    webhook = there(site, Kind.WEBHOOK, wanted, things, noted)
    if webhook is None:
        return False
    try:
        return site.helpdesk.webhook_secret(webhook.id) in secrets(site)
    except AuthError:
        # Hidden: an admin gave it by hand, or reading it will say so.
        return bool(secrets(site))


def _knows_trust(
    site: Site,
    wanted: tuple[Wanted, ...],
    things: tuple[Thing, ...],
    noted: Mapping[str, Installed],
) -> bool:
    app = there(site, Kind.APP, wanted, things, noted)
    installation = there(site, Kind.INSTALLATION, wanted, things, noted)
    if app is None or installation is None:
        return False
    try:
        trust = site.helpdesk.trust(app.id, installation.id)
    except ConnectorError:
        return False
    has_key = trust.public_key in {None, site.account.app_key} and site.account.app_key is not None
    return has_key and site.account.app_audience == trust.audience
