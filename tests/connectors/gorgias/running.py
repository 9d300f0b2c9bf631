"""A merchant's service beside a running Gorgias: everything real but the job engine."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from connectors.sandbox import gorgias, shop
from connectors.sandbox.gorgias import RateLimits, SandboxConfig, Seat
from connectors.sandbox.gorgias.wiring import sandbox_of
from connectors.sandbox.server import SandboxServer
from connectors.types import Money
from plugin import onboarding
from plugin.app import Service
from plugin.demo.world import data, json_lines
from plugin.installing import apply, looking
from plugin.models import Role
from plugin.onboarding import NewAccount
from plugin.runtime import Runtime
from plugin.store import drafts
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.web import create_web
from plugin.workers import jobs, sweep
from tests.bench.databases import settings_for
from tests.bench.queue import BenchQueue
from tests.bench.world import ANA, BEN, BOT, SHOP_TOKEN, Clock

KEY = "an-api-key"
_SECONDS = 10


class Running:
    """The service, its Gorgias, and people who act there."""

    def __init__(
        self, runtime: Runtime, app: Any, url: str, queue: BenchQueue, clock: Clock
    ) -> None:
        self.runtime = runtime
        self.url = url
        self.clock = clock
        self._app = app
        self._queue = queue
        self.tickets = {one["key"]: one for one in json_lines(data("tickets.jsonl"))}
        self.scope = Scope(onboarding.add_merchant(runtime, "Larkspur Outfitters"))
        self.account_id, _ = onboarding.add_account(
            runtime,
            self.scope.merchant_id,
            NewAccount(
                helpdesk="gorgias",
                url=url,
                vendor_account="sandbox",
                webhook_secret="a-secret-of-before",
                credentials={"api_user": BOT, "api_token": KEY},
            ),
        )
        self.users = {one["email"]: str(one["id"]) for one in self.api("GET", "users")["data"]}

    def furnish(self, shop_url: str) -> None:
        """People, macros, policies, and what an admin's command makes in Gorgias."""
        merchant = self.scope.merchant_id
        onboarding.add_shop(self.runtime, merchant, kind="shop_api", url=shop_url, token=SHOP_TOKEN)
        for email, role in ((ANA, Role.AGENT), (BEN, Role.LEAD)):
            onboarding.add_person(
                self.runtime,
                merchant,
                email=email,
                name=email.partition("@")[0],
                role=role,
                limit=Money(Decimal("250.00"), "USD"),
                helpdesk_user=(self.account_id, self.users[email]),
            )
        onboarding.load_macro_file(self.runtime, merchant, data("macros.yaml"))
        policies = data("policies.yaml").partition("\nlimits:")[0]
        onboarding.activate_policy(self.runtime, merchant, policies, by="test")
        site = looking.site(self.runtime, merchant, self.account_id, "gorgias")
        look = looking.look(site, fields=False, gate=False, tell=lambda _: None)
        apply.apply(site, look, lambda _: None)

    def settle(self) -> None:
        """Let every webhook arrive and every due job run."""
        while True:
            until = time.monotonic() + _SECONDS
            while self._undelivered():
                assert time.monotonic() < until, "webhooks are not delivered"
                # Asked again until it is so, or the assertion above ends it.
                time.sleep(0.001)
            if not self._queue.run_due(jobs(self.runtime)) and not self._undelivered():
                return

    def pass_time(self, seconds: float) -> None:
        """Move the clock, and let everything due happen."""
        self.clock.ahead += timedelta(seconds=seconds)
        self.settle()
        sweep(self.runtime)
        self.settle()

    def opened(self, key: str) -> str:
        """A ticket of the demo's week comes in and is handled."""
        told = {k: v for k, v in self.tickets[key].items() if k in {"subject", "text", "from"}}
        ticket_id = self.hand("POST", "tickets", told)["ticket_id"]
        self.settle()
        return str(ticket_id)

    def agent(self, ticket_id: str, email: str, text: str, *, public: bool = False) -> None:
        """An agent writes in Gorgias."""
        said = {"agent": email, "text": text, "public": public}
        self.hand("POST", f"tickets/{ticket_id}/agent", said)
        self.settle()

    def draft(self, ticket_id: str) -> DraftRow:
        with self.runtime.database.read() as session:
            return drafts.of_ticket(session, self.scope, self.account_id, ticket_id)[0]

    def ours(self, ticket_id: str) -> set[str]:
        """The tags of ours on a ticket."""
        tags = self.api("GET", f"tickets/{ticket_id}")["tags"]
        return {tag["name"] for tag in tags if tag["name"].startswith("bookbag_")}

    def said(self, ticket_id: str, *, public: bool) -> list[str]:
        """What our own user wrote, oldest first."""
        messages = self.api("GET", f"tickets/{ticket_id}")["messages"]
        return [
            str(one["body_text"])
            for one in messages
            if one["public"] is public and one["via"] == "api" and one["sender"]["email"] == BOT
        ]

    def hand(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.url}/sandbox/{path}"
        return _checked(requests.request(method, url, json=body, timeout=_SECONDS))

    def api(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        url, auth = f"{self.url}/api/{path}", (BOT, KEY)
        return _checked(requests.request(method, url, json=body, auth=auth, timeout=_SECONDS))

    def _undelivered(self) -> int:
        return sandbox_of(self._app).deliveries.pending()


def _checked(answer: requests.Response) -> dict[str, Any]:
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


@contextmanager
def running(database_url: str, folder: Path) -> Iterator[Running]:
    """All of it, started and stopped."""
    clock = Clock()
    queue = BenchQueue(clock)
    app = gorgias.create_app(
        SandboxConfig(
            agents=(
                Seat("Bookbag", BOT, "admin"),
                Seat("Ana Reyes", ANA),
                Seat("Ben Mercer", BEN),
                Seat("AI Agent", "ai@larkspur.example", "bot"),
            ),
            api_keys={BOT: KEY},
            limits=RateLimits(100_000, 100_000),
            clock=clock,
        )
    )
    orders = shop.create_app(json_lines(data("orders.jsonl")), SHOP_TOKEN)
    settings = settings_for(database_url, folder)
    with SandboxServer(app) as desk, SandboxServer(orders) as store:
        service = Service(settings, now=clock)
        runtime = dataclasses.replace(service.runtime, enqueue=queue.enqueue)
        web = create_web(runtime)
        with SandboxServer(web) as server:
            settings = dataclasses.replace(settings, public_url=server.url)
            runtime = dataclasses.replace(runtime, settings=settings)
            web.extensions["bookbag"] = runtime
            found = Running(runtime, app, desk.url, queue, clock)
            found.furnish(store.url)
            yield found
        service.close()
