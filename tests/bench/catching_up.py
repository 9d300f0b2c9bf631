"""Webhooks that never come, and the rounds that find what they would have told."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from plugin.models import InboxState
from plugin.reconciling import periodic
from plugin.reconciling.round import SETTLED
from plugin.store import reconciling
from plugin.store.catching_up_tables import ReconciliationRow
from plugin.store.inbox import FOUND
from plugin.store.schema import InboxEvent
from plugin.workers import sweep
from tests.bench.world import Bench

_MOST_TURNS = 500
_A_WHILE = 15.0
_MOST = 1_000


@contextmanager
def without_webhooks(bench: Bench) -> Iterator[None]:
    """Inside, nothing that happens is told."""
    endpoint = f"{bench.url}/webhooks/zendesk/{bench.account_id}"
    bench.hands.point_webhook(bench.webhook_id, f"{bench.hands.url}/nowhere")
    yield
    bench.wait_for_webhooks()
    bench.hands.point_webhook(bench.webhook_id, endpoint)


def compared(bench: Bench) -> ReconciliationRow:
    """How far the account was compared."""
    with bench.runtime.database.read() as session:
        found = reconciling.of_account(session, bench.scope, bench.account_id)
    assert found is not None
    return found


def compare(bench: Bench) -> int:
    """Let a whole round happen, and all that it finds be handled. Returns how much that was."""
    before = found_events(bench)
    began = bench.clock()
    periodic.ask_due(bench.runtime)
    for _ in range(_MOST_TURNS):
        bench.pass_time(_A_WHILE)
        periodic.ask_due(bench.runtime)
        bench.settle()
        row = compared(bench)
        failed = row.failing_since is not None and row.failing_since >= began
        if failed or (row.checked_at and row.checked_at - began > SETTLED):
            break
    else:
        raise AssertionError("the round never ends")
    handle_found(bench)
    return len(found_events(bench)) - len(before)


def handle_found(bench: Bench) -> None:
    """Let the sweep drive on what was found."""
    for _ in range(_MOST_TURNS):
        if not sweep(bench.runtime) and not accepted(bench):
            return
        bench.pass_time(_A_WHILE)
    raise AssertionError("what was found is never handled")


def accepted(bench: Bench) -> int:
    with bench.runtime.database.read() as session:
        waiting = select(InboxEvent.id).where(
            InboxEvent.merchant_id == bench.scope.merchant_id,
            InboxEvent.state == InboxState.ACCEPTED,
        )
        return len(session.scalars(waiting).all())


def found_events(bench: Bench) -> list[InboxEvent]:
    """What no webhook told, oldest first."""
    with bench.runtime.database.read() as session:
        found = select(InboxEvent).where(
            InboxEvent.merchant_id == bench.scope.merchant_id, InboxEvent.vendor_type == FOUND
        )
        return list(session.scalars(found.order_by(InboxEvent.id).limit(_MOST)))
