"""The composition root: the only place that picks connectors, the drafter and the store."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from connectors import registry
from connectors.base import AccountAccess, Chat, Commerce, Helpdesk, Mailer
from connectors.clock import REAL, Clock
from plugin import jobs
from plugin.config import Settings
from plugin.connecting.kept_grant import KeptGrant
from plugin.drafting.base import Drafter
from plugin.drafting.builtin import BuiltinDrafter
from plugin.drafting.macros import load_macros
from plugin.jobs import JobClient
from plugin.policy.load import load as load_policy
from plugin.rate_budget import Budgets
from plugin.runtime import PolicyInForce, Runtime
from plugin.store import files, merchants, migrate, telling
from plugin.store.columns import Keyring
from plugin.store.engine import Database
from plugin.store.schema import Account
from plugin.store.scope import Scope

HELPDESKS = registry.HELPDESKS
SHOPS = registry.COMMERCE

# What holds until a merchant activates a file: a person reviews every draft.
_WITHOUT_POLICIES = "version: 1\n"
_CACHED_FILES = 64


class Service:
    """One process's service: its runtime, and what must be closed at the end.

    Attributes:
        runtime: Handed to whoever works.
        jobs: The client that enqueues.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] | None = None,
        clock: Clock = REAL,
    ) -> None:
        """Args: `clock` measures the connectors' time limits and waits between tries."""
        Keyring.use(settings.secret_keys)
        self.database = Database(settings.database_url, connections=settings.connections)
        self.jobs = JobClient(self.database)
        now = now or (lambda: datetime.now(UTC))
        connections = _Connections(
            self.database,
            allow_private=settings.allow_private_addresses,
            clock=clock,
            now=now,
            budgets=Budgets(self.database, now),
        )
        self.runtime = Runtime(
            settings=settings,
            database=self.database,
            enqueue=self.jobs.enqueue,
            helpdesk=connections.helpdesk,
            webhooks=registry.webhooks,
            ticket_url=lambda account, ticket_id: registry.ticket_url(
                account.helpdesk, account.url, ticket_id
            ),
            shops=connections.shops,
            drafter=self._drafter,
            policy=self._policy,
            connecting=lambda kind: registry.connecting(
                kind, allow_private=settings.allow_private_addresses
            ),
            now=now,
            chat=connections.chat,
            mail=_mailer(settings),
        )

    def require_current_schema(self) -> None:
        """Refuse an older database, in our tables or in the job engine's.

        Raises:
            ConfigError: Run `bookbag db upgrade`.
        """
        migrate.require_current(self.database)
        jobs.require_current(self.database)

    def close(self) -> None:
        """Let go of the database."""
        self.jobs.close()
        self.database.close()

    def _drafter(self, scope: Scope) -> Drafter:
        with self.database.read() as session:
            macros = files.macros_in_use(session, scope)
        return _built_in(macros.source if macros else "[]")

    def _policy(self, session: Session, scope: Scope) -> PolicyInForce:
        version = files.policy_in_force(session, scope)
        if version is None:
            return PolicyInForce(load_policy(_WITHOUT_POLICIES), 0)
        return PolicyInForce(load_policy(version.source), version.number)


def upgrade_database(settings: Settings) -> None:
    """Bring our tables, then the job engine's, to this release.

    Raises:
        ConfigError: It needs a key, for it seals what was recorded before there were seals.
    """
    if settings.secret_keys:
        Keyring.use(settings.secret_keys)
    database = Database(settings.database_url)
    try:
        migrate.upgrade(database)
        jobs.migrate(database)
    finally:
        database.close()


def _mailer(settings: Settings) -> Mailer | None:
    mail = settings.mail
    if mail is None:
        return None
    return registry.mailer(
        mail.host,
        mail.port,
        security=mail.security,
        sender=mail.sender,
        user=mail.user,
        password=mail.password,
    )


@lru_cache(maxsize=_CACHED_FILES)
def _built_in(source: str) -> Drafter:
    return BuiltinDrafter(load_macros(source))


@dataclass(frozen=True, slots=True)
class _Opened:
    access: AccountAccess
    helpdesk: Helpdesk


class _Connections:
    """Open connections, one for each thread: vendors' clients are not thread safe."""

    def __init__(
        self,
        database: Database,
        *,
        allow_private: bool,
        clock: Clock,
        now: Callable[[], datetime],
        budgets: Budgets,
    ) -> None:
        self._database = database
        self._budgets = budgets
        self._clock = clock
        self._now = now
        self._allow_private = allow_private
        self._local = threading.local()

    def helpdesk(self, account: Account) -> Helpdesk:
        """The calling thread's connection to an account, by what it is reached with now."""
        opened: dict[str, _Opened] = self._local.__dict__.setdefault("helpdesks", {})
        access = AccountAccess(
            url=account.url,
            vendor_account=account.vendor_account,
            credentials=json.loads(account.credentials),
            grant=KeptGrant(self._database, Scope(account.merchant_id), account.id, self._now),
        )
        known = opened.get(account.id)
        if known is None or known.access != access:
            connection = registry.helpdesk(
                account.helpdesk,
                access,
                allow_private=self._allow_private,
                clock=self._clock,
                rates=self._budgets.of(Scope(account.merchant_id), account.id),
            )
            known = opened[account.id] = _Opened(access, connection)
        return known.helpdesk

    def chat(self, scope: Scope) -> Chat | None:
        """The calling thread's connection to a merchant's chat."""
        opened: dict[str, tuple[str, Chat]] = self._local.__dict__.setdefault("chats", {})
        with self._database.read() as session:
            url = telling.chat_hook(session, scope)
        if url is None:
            return None
        known = opened.get(scope.merchant_id)
        if known is None or known[0] != url:
            chat = registry.chat(url, allow_private=self._allow_private, clock=self._clock)
            known = opened[scope.merchant_id] = (url, chat)
        return known[1]

    def shops(self, scope: Scope) -> tuple[Commerce, ...]:
        """The calling thread's connections to a merchant's shops."""
        opened: dict[str, Commerce] = self._local.__dict__.setdefault("shops", {})
        with self._database.read() as session:
            rows = merchants.shops(session, scope)
        for shop in rows:
            if shop.id not in opened:
                opened[shop.id] = registry.commerce(
                    shop.kind,
                    shop.url,
                    shop.token,
                    allow_private=self._allow_private,
                    clock=self._clock,
                )
        return tuple(opened[shop.id] for shop in rows)
