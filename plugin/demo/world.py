"""Starts everything the demo needs: sandbox helpdesk and shop, the service, and its merchant.

The merchant is made with the same calls as the commands use.
"""

import json
import os
import secrets as random
import socket
import threading
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import yaml
from cryptography.fernet import Fernet

from connectors.sandbox import shop, zendesk
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat
from connectors.types import Money
from plugin import onboarding
from plugin.app import Service, upgrade_database
from plugin.config import Settings, load_settings
from plugin.demo import commands
from plugin.demo.hands import Hands
from plugin.errors import InvalidInputError
from plugin.models import Role
from plugin.onboarding import NewAccount
from plugin.serving import Serving
from plugin.store.scope import Scope
from plugin.telling import channels

_HOST = "127.0.0.1"
_ACCOUNT = 2222096
_CLIENT = "bookbag"
# The client that a person may let in on the helpdesk's consent page.
_PUBLIC_CLIENT = "bookbag-public"
_BOT = Seat("Bookbag", "ai-drafts@larkspur-outfitters.example", "admin")
_LEADS = "Leads"
_SHOP_NAME = "Larkspur Outfitters"


@dataclass(frozen=True, slots=True)
class Options:
    """What `bookbag demo` was asked for.

    Attributes:
        data: Folder for the demo's database and key.
        port: The service's port; 0 takes a free one.
        database_url: Another database than the one in `data`.
        policies: Another policy file than the demo merchant's.
        tickets: Other tickets than the demo merchant's, as JSON Lines.
    """

    data: Path
    port: int
    database_url: str | None = None
    policies: Path | None = None
    tickets: Path | None = None


class World:
    """The running demo.

    Attributes:
        hands: Customers and agents in the sandbox.
        service: The service under the demo.
        scope: The demo merchant.
        people: E-mail by role.
        names: Name by role.
        ended: Set when all is about to stop.
        commands: What a shell reads so that our commands mean the demo.
    """

    def __init__(self, options: Options) -> None:
        self._tokens = {name: random.token_urlsafe(24) for name in ("api", "client", "shop")}
        self._roster: list[dict[str, Any]] = yaml.safe_load(data("people.yaml"))
        self.people = {Role(person["role"]): str(person["email"]) for person in self._roster}
        self.names = {Role(person["role"]): str(person["name"]) for person in self._roster}
        self.tickets = _tickets(options.tickets)
        self.ended = threading.Event()
        self._policies = (
            options.policies.read_text(encoding="utf-8")
            if options.policies
            else data("policies.yaml")
        )
        self.settings = _settings(options)
        self._helpdesk = SandboxServer(zendesk.create_app(self._seats()))
        orders = json_lines(data("orders.jsonl"))
        self._shop = SandboxServer(shop.create_app(orders, self._tokens["shop"]))
        upgrade_database(self.settings)
        self.service = Service(self.settings)
        self.runtime = self.service.runtime
        self._serving = Serving(self.service)
        self.scope = Scope("")

    def __enter__(self) -> Self:
        """Start all and make the merchant."""
        self._helpdesk.start()
        self._shop.start()
        self.hands = Hands(self._helpdesk.url, (_BOT.email, self._tokens["api"]))
        self._serving.start()
        self._make_merchant()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all, in order: what the service is about to do, it does while the others answer."""
        self.ended.set()
        self._serving.stop()
        self._helpdesk.stop()
        self._shop.stop()
        self.hands.close()

    @property
    def workspace_url(self) -> str:
        """Where a person plays the agent."""
        return self._helpdesk.url

    @property
    def service_url(self) -> str:
        """Where the service answers."""
        return self.settings.public_url

    def invitation(self, role: Role) -> str:
        """A fresh sign-in link for the demo's person in a role."""
        return onboarding.invite(self.runtime, self.scope.merchant_id, self.people[role])

    def _seats(self) -> SandboxConfig:
        seats = tuple(
            Seat(person["name"], person["email"], "admin" if person["role"] == "admin" else "agent")
            for person in self._roster
        )
        return SandboxConfig(
            agents=(*seats, _BOT),
            groups={
                _LEADS: tuple(seat.email for seat in seats if seat.email != self.people[Role.AGENT])
            },
            account_id=_ACCOUNT,
            subdomain="larkspur",
            api_users={_BOT.email: self._tokens["api"]},
            oauth_clients={
                _CLIENT: OAuthClient(self._tokens["client"], _BOT.email),
                _PUBLIC_CLIENT: OAuthClient(
                    "", _BOT.email, (f"{self.service_url}/connect/zendesk/callback",)
                ),
            },
        )

    def _make_merchant(self) -> None:
        merchant_id = onboarding.add_merchant(self.runtime, _SHOP_NAME)
        self.scope = Scope(merchant_id)
        webhook_id, secret = self.hands.add_webhook("Bookbag")
        account_id, endpoint = onboarding.add_account(
            self.runtime,
            merchant_id,
            NewAccount(
                helpdesk="zendesk",
                url=self._helpdesk.url,
                vendor_account=str(_ACCOUNT),
                webhook_secret=secret,
                credentials={"client_id": _CLIENT, "client_secret": self._tokens["client"]},
            ),
        )
        self.hands.point_webhook(webhook_id, endpoint)
        self._install_sidebar(account_id)
        onboarding.add_shop(
            self.runtime,
            merchant_id,
            kind="shop_api",
            url=self._shop.url,
            token=self._tokens["shop"],
        )
        self._add_people(account_id)
        leads = self.hands.groups()[_LEADS]
        channels.set_group(self.runtime, merchant_id, account_id, Role.LEAD, leads)
        onboarding.load_macro_file(self.runtime, merchant_id, data("macros.yaml"))
        onboarding.activate_policy(self.runtime, merchant_id, self._policies, by="demo")
        self.commands = commands.write(
            self.settings,
            _key_file(self.settings.data),
            merchant_id=merchant_id,
            account_id=account_id,
        )

    def _install_sidebar(self, account_id: str) -> None:
        """Trust the sidebar's openings that the sandbox signs, and let it show the sidebar."""
        key, audience = self.hands.app_key()
        onboarding.add_app(
            self.runtime,
            self.scope.merchant_id,
            account_id,
            public_key=key,
            audience=audience,
        )
        self.hands.install_app(f"{self.service_url}/zendesk/{account_id}/sidebar")

    def _add_people(self, account_id: str) -> None:
        users = self.hands.users()
        for person in self._roster:
            limit = person.get("limit")
            onboarding.add_person(
                self.runtime,
                self.scope.merchant_id,
                email=person["email"],
                name=person["name"],
                role=Role(person["role"]),
                limit=Money(Decimal(limit), "USD") if limit else None,
                helpdesk_user=(account_id, users[person["email"]]),
            )


def data(name: str) -> str:
    """A file of the demo merchant."""
    return files("plugin.demo").joinpath("data", name).read_text(encoding="utf-8")


def _tickets(path: Path | None) -> list[dict[str, Any]]:
    """The demo's tickets, or others that are spelt like them.

    Raises:
        InvalidInputError: A line is no ticket.
    """
    if path is None:
        return json_lines(data("tickets.jsonl"))
    tickets = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            where = f"{path.name} line {number}"
            try:
                ticket = json.loads(line)
            except (ValueError, RecursionError) as bad:
                raise InvalidInputError(where, "expected one JSON object") from bad
            _check_ticket(where, ticket)
            tickets.append(ticket)
    return tickets


def _check_ticket(where: str, ticket: object) -> None:
    if not isinstance(ticket, dict) or not isinstance(ticket.get("subject"), str):
        raise InvalidInputError(where, "expected an object with a subject")
    sender = ticket.get("from")
    if not isinstance(sender, dict) or not isinstance(sender.get("email"), str):
        raise InvalidInputError(where, 'expected "from": {"name", "email"}')
    if not any(isinstance(ticket.get(name), str) for name in ("text", "html")):
        raise InvalidInputError(where, "expected text or html")


def json_lines(text: str) -> list[dict[str, Any]]:
    """Read JSON Lines."""
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _settings(options: Options) -> Settings:
    folder = options.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    port = options.port or _free_port()
    environ = {
        "BOOKBAG_DATA": str(folder),
        "BOOKBAG_BIND": f"{_HOST}:{port}",
        "BOOKBAG_PUBLIC_URL": f"http://{_HOST}:{port}",
        "BOOKBAG_SECRET_KEYS": _key(folder),
        "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "yes",
    }
    environ["BOOKBAG_DATABASE_URL"] = options.database_url or _fresh_database(folder)
    return load_settings(environ)


def _key_file(folder: Path) -> Path:
    return folder / "demo.key"


def _key(folder: Path) -> str:
    """The demo's own key, readable by its owner alone."""
    path = _key_file(folder)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
    return path.read_text(encoding="ascii").strip()


def _fresh_database(folder: Path) -> str:
    """The sandbox begins anew each time, so the demo's own database does too."""
    for suffix in ("", "-wal", "-shm"):
        (folder / f"demo.db{suffix}").unlink(missing_ok=True)
    return f"sqlite:///{folder}/demo.db"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
