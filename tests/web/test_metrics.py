"""``/metrics``: for its own token only, true to the rows, and as many queries however many rows."""

import dataclasses
from datetime import timedelta

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from plugin.store import leases
from tests.bench.queries import counted
from tests.bench.world import Bench

TOKEN = "a-metrics-token"


@pytest.fixture(autouse=True)
def with_token(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = dataclasses.replace(bench.runtime.settings, metrics_token=TOKEN)
    runtime = dataclasses.replace(bench.runtime, settings=settings)
    monkeypatch.setitem(bench.web.extensions, "bookbag", runtime)


def ask(bench: Bench, token: str | None = TOKEN) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return requests.get(f"{bench.url}/metrics", headers=headers, timeout=10)


def figures(bench: Bench) -> dict[tuple[str, ...], float]:
    answer = ask(bench)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "\u00e9"])
def test_only_its_token_opens_it(bench: Bench, token: str | None) -> None:
    given = token.encode().decode("latin-1") if token else token
    answer = ask(bench, given)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"


def test_without_a_token_it_is_not_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bench.web.extensions, "bookbag", bench.runtime)
    assert ask(bench, "").status_code == 404


def test_it_counts_what_is_not_finished(bench: Bench) -> None:
    before = figures(bench)
    bench.opened("refund_over_limit")
    bench.opened("refund_under_limit")
    after = figures(bench)

    def more(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more("bookbag_drafts", "awaiting_approval") == 1
    assert more("bookbag_drafts", "awaiting_review") == 1
    assert more("bookbag_webhooks", "accepted") == 0
    assert more("bookbag_approvals_overdue") == 0
    bench.clock.ahead += timedelta(days=2)
    later = figures(bench)
    assert later["bookbag_approvals_overdue",] >= 1
    assert later["bookbag_oldest_waiting_draft_seconds",] >= timedelta(days=2).total_seconds()


def test_a_webhook_that_waits_shows_with_its_age(bench: Bench) -> None:
    bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    bench.clock.ahead += timedelta(minutes=5)
    found = figures(bench)
    bench.settle()
    assert found["bookbag_webhooks", "accepted"] == 2
    assert found["bookbag_oldest_webhook_seconds",] >= 300
    assert figures(bench)["bookbag_oldest_webhook_seconds",] == 0


def test_it_counts_workers_that_live(bench: Bench) -> None:
    with bench.runtime.database.write() as session:
        leases.take(session, "a-worker")
    assert figures(bench)["bookbag_workers",] == 1
    with bench.runtime.database.write() as session:
        leases.drop(session, "a-worker")
    assert figures(bench)["bookbag_workers",] == 0


def test_it_holds_no_customers_words_and_no_merchant(bench: Bench) -> None:
    bench.opened("refund_over_limit", subject="A very secret subject")
    text = ask(bench).text
    assert "secret" not in text
    assert bench.scope.merchant_id not in text
    assert "Larkspur" not in text


def test_its_queries_do_not_grow(bench: Bench) -> None:
    with counted(bench.runtime.database) as few:
        ask(bench)
    for _ in range(3):
        bench.opened("refund_under_limit")
    with counted(bench.runtime.database) as many:
        ask(bench)
    assert 0 < len(many) == len(few) <= 8
