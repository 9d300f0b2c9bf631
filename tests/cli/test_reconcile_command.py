"""``bookbag reconcile`` on a running helpdesk, and the figures that tell of it."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from tests.bench.catching_up import compared, handle_found, without_webhooks
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench
from tests.cli.support import Shell, settings_of

TOKEN = "a-metrics-token"


@pytest.fixture(scope="module", params=KINDS)
def bench(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    url = all_databases.fresh(request.param)
    with Bench(settings_for(url, tmp_path_factory.mktemp("bench"))) as running:
        # The command lives now: what the helpdesk tells it must lie in the past.
        running.clock.ahead -= timedelta(hours=2)
        yield running


@pytest.fixture
def at_the_bench(bench: Bench, tmp_path: Path) -> Shell:
    settings = settings_of(bench.runtime.settings.database_url, tmp_path)
    return Shell({**settings, "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "1"}, tmp_path)


def test_it_finds_what_was_missed_and_says_how_much(bench: Bench, at_the_bench: Shell) -> None:
    with without_webhooks(bench):
        ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.clock.ahead += timedelta(hours=2)
    merchant = bench.scope.merchant_id
    ran = at_the_bench("reconcile", "--merchant", merchant, "--since", "3h", "--json")
    assert (ran.code, ran.json["account"], ran.json["found"]) == (0, bench.account_id, 1), ran.err
    assert ran.json["gap"] is None
    assert "up to 20" in ran.err
    handle_found(bench)
    assert len(bench.drafts(ticket_id)) == 1
    again = at_the_bench("reconcile", "--merchant", merchant, "--account", bench.account_id)
    assert (again.code, again.out) == (0, f"{bench.hands.url}: 0 found that no webhook had told\n")
    figures = scraped(bench)
    assert "bookbag_missed_events_total 1.0" in figures
    assert "bookbag_accounts_not_reconciled 0.0" in figures


def scraped(bench: Bench) -> list[str]:
    settings = dataclasses.replace(bench.runtime.settings, metrics_token=TOKEN)
    before = bench.web.extensions["bookbag"]
    bench.web.extensions["bookbag"] = dataclasses.replace(bench.runtime, settings=settings)
    try:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = requests.get(f"{bench.url}/metrics", headers=headers, timeout=10)
    finally:
        bench.web.extensions["bookbag"] = before
    assert answer.status_code == 200
    return answer.text.splitlines()


def test_the_age_of_the_last_round_is_told(bench: Bench) -> None:
    checked = compared(bench).checked_at
    assert checked
    name = "bookbag_oldest_reconciliation_seconds "
    (line,) = [line for line in scraped(bench) if line.startswith(name)]
    age = (bench.clock() - checked).total_seconds()
    assert abs(float(line.removeprefix(name)) - age) < 60


@pytest.mark.parametrize("since", ["tomorrow", "-3h", "2999-01-01", "1m"])
def test_a_time_that_is_none_or_not_over_is_refused(
    bench: Bench, at_the_bench: Shell, since: str
) -> None:
    merchant = bench.scope.merchant_id
    ran = at_the_bench("reconcile", "--merchant", merchant, "--since", since)
    assert (ran.code, ran.out) == (2, "")


def test_a_helpdesk_that_does_not_answer_is_3(bench: Bench, at_the_bench: Shell) -> None:
    armed = {"fault": "401", "match": {"path": "/api/v2/incremental"}}
    requests.post(f"{bench.hands.url}/sandbox/faults", json=armed, timeout=10).raise_for_status()
    ran = at_the_bench("reconcile", "--merchant", bench.scope.merchant_id)
    requests.delete(f"{bench.hands.url}/sandbox/faults", timeout=10).raise_for_status()
    assert ran.code == 3
    assert compared(bench).error == "auth"
