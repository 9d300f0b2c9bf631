"""Many workers and the merchant's own key use one bucket, and none of our calls finds it full."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from connectors.base import AccountAccess
from connectors.clock import CompressedClock
from connectors.errors import RateLimitedError
from connectors.gorgias.client import GorgiasClient
from connectors.sandbox.gorgias import SandboxConfig, Seat, create_app
from connectors.sandbox.server import SandboxServer
from plugin.rate_budget import AccountBudget
from plugin.store.engine import Database
from tests.bench.databases import Databases
from tests.store.support import owner

OURS, THEIRS = "bot@acme.example", "bo@acme.example"
WORKERS, SPEED, SECONDS = 8, 20.0, 60.0
KEYS = {OURS: "our-key-our-key", THEIRS: "their-key"}


def work(url: str, budget: AccountBudget, until: float) -> tuple[int, int]:
    """Call as often as one may. Returns calls that were made, and those that Gorgias refused."""
    clock = CompressedClock(SPEED)
    access = AccountAccess(url, "sandbox", {"api_user": OURS, "api_token": KEYS[OURS]})
    client = GorgiasClient(access, allow_private=True, clock=clock, rates=budget)
    made = refused = 0
    while clock.now() < until:
        try:
            client.get("users/0")
            made += 1
        except RateLimitedError as busy:
            refused += "429" in str(busy)
            clock.sleep(min(busy.retry_after or 1.0, 5.0))
    return made, refused


def others_work(url: str, until: float) -> int:
    """One call every four seconds, whatever comes back."""
    clock, made = CompressedClock(SPEED), 0
    while clock.now() < until:
        requests.get(f"{url}/api/users/0", auth=(THEIRS, KEYS[THEIRS]), timeout=5)
        made += 1
        clock.sleep(4.0)
    return made


@pytest.fixture
def database(all_databases: Databases) -> Iterator[Database]:
    """One kind is enough: what is counted is the same."""
    url = all_databases.fresh("sqlite")
    opened = Database(url)
    yield opened
    opened.close()
    all_databases.drop(url)


def test_the_bucket_is_used_and_never_found_full(database: Database) -> None:
    begun = time.monotonic()

    def now() -> datetime:
        gone = (time.monotonic() - begun) * SPEED
        return datetime(2026, 11, 22, 9, tzinfo=UTC) + timedelta(seconds=gone)

    config = SandboxConfig(
        agents=(Seat("Bookbag", OURS, "admin"), Seat("Bo", THEIRS)), api_keys=KEYS, clock=now
    )
    shop = owner(database)
    until = CompressedClock(SPEED).now() + SECONDS
    with SandboxServer(create_app(config)) as server, ThreadPoolExecutor(WORKERS + 1) as pool:
        budgets = [AccountBudget(database, shop.scope, shop.account_id, now) for _ in range(2)]
        other = pool.submit(others_work, server.url, until)
        ours = [
            pool.submit(work, server.url, budgets[number % 2], until) for number in range(WORKERS)
        ]
        done = [one.result() for one in ours]
        assert other.result() > 5
    made, refused = sum(one for one, _ in done), sum(one for _, one in done)
    assert refused <= made / 100
    # Two calls a second run out of it.
    assert made > SECONDS
