"""A merchant with a real service on a real database, and a real sandbox beside it."""

import dataclasses
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

import requests

from connectors.clock import CompressedClock
from connectors.sandbox import shop, zendesk
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat
from connectors.sandbox.zendesk.wiring import sandbox_of
from connectors.types import Money
from plugin import onboarding
from plugin.app import Service
from plugin.config import Settings
from plugin.demo.hands import Hands
from plugin.demo.world import data, json_lines
from plugin.jobs import Job, JobName
from plugin.models import Role
from plugin.onboarding import NewAccount
from plugin.runtime import Runtime
from plugin.store import drafts, people
from plugin.store.drafts import Held
from plugin.store.people_tables import PersonRow
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.web import create_web
from plugin.workers import jobs, sweep
from tests.bench.queue import BenchQueue

BOT = "bot@larkspur.example"
ANA, BEN, CHLOE = (
    "ana@larkspur-outfitters.example",
    "ben@larkspur-outfitters.example",
    "chloe@larkspur-outfitters.example",
)
TOKEN = "an-api-token"
SHOP_TOKEN = "a-shop-token"
_QUIET_SECONDS = 20.0


class Clock:
    """The present, which a test may move forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Bench:
    """Everything real but the job engine, whose jobs run when the test says so."""

    def __init__(
        self,
        settings: Settings,
        *,
        policies: str | None = None,
        comment_with_created: bool = True,
        sandbox: Mapping[str, Any] | None = None,
        times: float = 1,
    ) -> None:
        """Args: `sandbox` is configured so; connectors live `times` as fast as the world."""
        self.clock = Clock()
        self._times = times
        self.queue = BenchQueue(self.clock)
        seats = (
            Seat("Bookbag", BOT, "admin"),
            Seat("Ana Reyes", ANA),
            Seat("Ben Mercer", BEN),
            Seat("Chloe Duval", CHLOE, "admin"),
            Seat("Stranger", "stranger@larkspur.example"),
        )
        config = SandboxConfig(
            agents=seats,
            groups={"Leads": (BEN, CHLOE), "Admins": (CHLOE,)},
            api_users={BOT: TOKEN},
            oauth_clients={"bookbag": OAuthClient("client-secret", BOT)},
            comment_with_created=comment_with_created,
            clock=self.clock,
            **sandbox or {},
        )
        self.helpdesk_app = zendesk.create_app(config)
        self._helpdesk = SandboxServer(self.helpdesk_app)
        self._shop = SandboxServer(shop.create_app(json_lines(data("orders.jsonl")), SHOP_TOKEN))
        self._settings = settings
        # Without the limits: tests write as the same few customers again and again.
        self.policies = policies or data("policies.yaml").partition("\nlimits:")[0]
        self.tickets = {ticket["key"]: ticket for ticket in json_lines(data("tickets.jsonl"))}

    def __enter__(self) -> Self:
        self._helpdesk.start()
        self._shop.start()
        self.hands = Hands(self._helpdesk.url, (BOT, TOKEN))
        self.service = Service(self._settings, now=self.clock, clock=CompressedClock(self._times))
        self.runtime: Runtime = dataclasses.replace(
            self.service.runtime, enqueue=self.queue.enqueue
        )
        self.web = create_web(self.runtime)
        self._server = SandboxServer(self.web).start()
        self.url = self._server.url
        settings = dataclasses.replace(self._settings, public_url=self.url)
        self.runtime = dataclasses.replace(self.runtime, settings=settings)
        self.web.extensions["bookbag"] = self.runtime
        self._make_merchant()
        return self

    def __exit__(self, *_: object) -> None:
        self.hands.close()
        self._helpdesk.stop()
        self._shop.stop()
        self._server.stop()
        self.service.close()

    def in_the_shop(self, order_id: str, **fields: object) -> None:
        """Somebody changes an order in the shop; without fields they delete it."""
        address = f"{self._shop.url}/sandbox/orders/{order_id}"
        if fields:
            answer = requests.post(address, json=fields, timeout=_QUIET_SECONDS)
        else:
            answer = requests.delete(address, timeout=_QUIET_SECONDS)
        answer.raise_for_status()

    @property
    def jobs(self) -> Mapping[JobName, Job]:
        return jobs(self.runtime)

    def settle(self) -> None:
        """Let every webhook arrive and every due job run, until nothing moves any more."""
        while True:
            self.wait_for_webhooks()
            if not self.queue.run_due(self.jobs) and not self._undelivered():
                return

    def wait_for_webhooks(self) -> None:
        """Let every webhook arrive; nothing is done about them yet."""
        until = time.monotonic() + _QUIET_SECONDS
        while self._undelivered():
            assert time.monotonic() < until, "webhooks are not delivered"
            time.sleep(0.001)

    def sweep(self) -> None:
        """Let the sweep drive on what is overdue."""
        sweep(self.runtime)
        self.settle()

    def pass_time(self, seconds: float) -> None:
        """Move the clock and let everything due happen."""
        self.clock.ahead += timedelta(seconds=seconds)
        self.settle()

    def opened(self, key: str, **changes: Any) -> str:
        """A ticket of the demo's week comes in and is handled. Returns its id."""
        ticket_id = self.hands.open_ticket({**self.tickets[key], **changes})
        self.settle()
        return ticket_id

    def drafts(self, ticket_id: str) -> list[DraftRow]:
        """A ticket's drafts, oldest first."""
        with self.runtime.database.read() as session:
            found = drafts.of_ticket(session, self.scope, self.account_id, ticket_id)
        return list(reversed(found))

    def draft(self, ticket_id: str) -> DraftRow:
        """A ticket's only or newest draft."""
        return self.drafts(ticket_id)[-1]

    def held(self, ticket_id: str) -> Held:
        """The newest draft with its decision and actions."""
        with self.runtime.database.read() as session:
            return drafts.get(session, self.scope, self.draft(ticket_id).id)

    def person(self, email: str) -> PersonRow:
        with self.runtime.database.read() as session:
            found = people.by_email(session, self.scope, email)
        assert found is not None
        return found

    def note(self, ticket_id: str, agent: str, text: str) -> str:
        """An agent writes an internal note, and it is handled."""
        comment_id = self.hands.agent_writes(ticket_id, agent, text, public=False)
        self.settle()
        return comment_id

    def notes(self, ticket_id: str) -> list[str]:
        """Our own internal notes on a ticket, as text."""
        bot = self.hands.users()[BOT]
        return [
            str(comment["plain_body"])
            for comment in self.hands.comments(ticket_id)
            if not comment["public"] and str(comment["author_id"]) == bot
        ]

    def public(self, ticket_id: str) -> list[str]:
        """All public comments after the customer's first, as text."""
        return [str(c["plain_body"]) for c in self.hands.comments(ticket_id) if c["public"]][1:]

    def ours(self, ticket_id: str) -> set[str]:
        """The tags of ours on a ticket."""
        return {tag for tag in self.hands.tags(ticket_id) if tag.startswith("bookbag_")}

    def _undelivered(self) -> int:
        # Asked in this process: over HTTP it would be half of all that tests ask the helpdesk.
        return sandbox_of(self.helpdesk_app).deliveries.pending()

    def _make_merchant(self) -> None:
        merchant_id = onboarding.add_merchant(self.runtime, "Larkspur Outfitters")
        self.scope = Scope(merchant_id)
        self.webhook_id, self.secret = self.hands.add_webhook("Bookbag")
        self.account_id, endpoint = onboarding.add_account(
            self.runtime,
            merchant_id,
            NewAccount(
                helpdesk="zendesk",
                url=self.hands.url,
                vendor_account="2222096",
                webhook_secret=self.secret,
                credentials={"client_id": "bookbag", "client_secret": "client-secret"},
            ),
        )
        self.hands.point_webhook(self.webhook_id, endpoint)
        onboarding.add_shop(
            self.runtime, merchant_id, kind="shop_api", url=self._shop.url, token=SHOP_TOKEN
        )
        users = self.hands.users()
        for email, name, role, limit in (
            (ANA, "Ana Reyes", Role.AGENT, "50.00"),
            (BEN, "Ben Mercer", Role.LEAD, "250.00"),
            (CHLOE, "Chloe Duval", Role.ADMIN, None),
        ):
            onboarding.add_person(
                self.runtime,
                merchant_id,
                email=email,
                name=name,
                role=role,
                limit=Money(Decimal(limit), "USD") if limit else None,
                helpdesk_user=(self.account_id, users[email]),
            )
        onboarding.load_macro_file(self.runtime, merchant_id, data("macros.yaml"))
        onboarding.activate_policy(self.runtime, merchant_id, self.policies, by="test")
