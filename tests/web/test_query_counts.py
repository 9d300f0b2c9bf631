"""A webhook and a page cost as many queries with much data as with little."""

from collections.abc import Callable

import pytest

from tests.bench.queries import counted
from tests.bench.world import BEN, Bench
from tests.web.conftest import Visit

MORE = 6


def grown(bench: Bench, work: Callable[[], object]) -> tuple[int, int]:
    """How many queries some work takes, before and after the merchant's data has grown."""
    work()
    with counted(bench.runtime.database) as few:
        work()
    for key in ("refund_under_limit", "refund_over_limit", "legal_threat") * (MORE // 3):
        bench.opened(key)
    with counted(bench.runtime.database) as many:
        work()
    return len(few), len(many)


@pytest.mark.parametrize(("path", "most"), [("/queue", 13), ("/readyz", 5), ("/healthz", 0)])
def test_a_page(bench: Bench, visit: Visit, path: str, most: int) -> None:
    ben = visit(BEN)
    few, many = grown(bench, lambda: ben.get(path))
    assert few == many <= most


def test_the_review_page(bench: Bench, visit: Visit) -> None:
    ben = visit(BEN)
    page = f"/drafts/{bench.draft(bench.opened('refund_over_limit')).id}"
    few, many = grown(bench, lambda: ben.get(page))
    assert few == many <= 15


def test_a_pages_look_at_its_state(bench: Bench, visit: Visit) -> None:
    ben = visit(BEN)
    page = f"/drafts/{bench.draft(bench.opened('refund_over_limit')).id}/state"
    few, many = grown(bench, lambda: ben.get(page))
    assert few == many <= 6


def test_a_webhook_from_its_door_to_its_job(bench: Bench) -> None:
    def accept() -> None:
        bench.hands.open_ticket(bench.tickets["refund_under_limit"])
        bench.wait_for_webhooks()

    few, many = grown(bench, accept)
    bench.settle()
    # Two webhooks a ticket: the account, whether the ticket was erased, the row. The job engine's
    # two are its own.
    assert few == many == 6


def test_a_webhook_from_its_row_to_its_note(bench: Bench) -> None:
    few, many = grown(bench, lambda: bench.opened("refund_under_limit"))
    assert few == many
