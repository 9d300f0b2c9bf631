"""``/metrics``: what is not finished and who works on it, for Prometheus.

Everything is read from the database, so that each process tells the same, whichever is asked. The
names follow https://prometheus.io/docs/practices/naming/.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from plugin.errors import MissingError, UnauthenticatedError
from plugin.store import leases, unscoped, unscoped_reconciling
from plugin.store.unscoped import Backlog
from plugin.store.unscoped_reconciling import Comparisons
from plugin.web.doors import open_to_strangers
from plugin.web.state import runtime

pages = Blueprint("metrics", __name__)

_SCHEME = "Bearer "


@pages.get("/metrics")
@open_to_strangers("a token of its own")
def show() -> ResponseReturnValue:
    """The figures, for whoever has the token of ``BOOKBAG_METRICS_TOKEN``.

    Raises:
        MissingError: No token is set, so nobody may read them.
        UnauthenticatedError: A wrong token, or none.
    """
    _require_token()
    now = runtime().now()
    with runtime().database.read() as session:
        found = unscoped.backlog(session, at=now)
        compared = unscoped_reconciling.comparisons(session)
        workers = len(leases.alive(session, silent_for=runtime().pace.silent))
    registry = CollectorRegistry()
    registry.register(_Figures(found, compared, workers, now))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _require_token() -> None:
    wanted = runtime().settings.metrics_token
    if not wanted:
        raise MissingError("There is no such page.")
    given = request.headers.get("Authorization", "").removeprefix(_SCHEME)
    if not secrets.compare_digest(given.encode(), wanted.encode()):
        raise UnauthenticatedError("The metrics need their own token.")


class _Figures(Collector):
    def __init__(self, found: Backlog, compared: Comparisons, workers: int, now: datetime) -> None:
        self._found = found
        self._compared = compared
        self._workers = workers
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Every figure; what has none is zero, so that an alert never waits for a first one."""
        found = self._found
        yield _labelled(
            "bookbag_drafts",
            "Open drafts by state.",
            ("state",),
            (((state.value,), count) for state, count in found.drafts.items()),
        )
        yield _labelled(
            "bookbag_webhooks",
            "Webhooks that are accepted and not handled, or failed.",
            ("state",),
            (((state.value,), count) for state, count in found.events.items()),
        )
        yield _labelled(
            "bookbag_effects",
            "Effects that are not done: notes, tags, replies, assignments, mail and chat messages.",
            ("kind", "state"),
            (((kind.value, state.value), count) for (kind, state), count in found.effects.items()),
        )
        for name, text, value in (
            ("bookbag_workers", "Workers with a sign of life.", self._workers),
            (
                "bookbag_approvals_overdue",
                "Drafts that nobody signed by their deadline.",
                found.approvals_overdue,
            ),
            (
                "bookbag_oldest_webhook_seconds",
                "Age of the oldest webhook that is not handled.",
                self._age(found.oldest_event),
            ),
            (
                "bookbag_oldest_waiting_draft_seconds",
                "Age of the draft that has waited longest for a person.",
                self._age(found.oldest_draft),
            ),
            (
                "bookbag_oldest_reconciliation_seconds",
                "Age of the last comparison with a helpdesk, of the account where it is oldest.",
                self._age(self._compared.oldest),
            ),
            (
                "bookbag_accounts_not_reconciled",
                "Accounts whose last comparison with the helpdesk failed.",
                self._compared.failing,
            ),
        ):
            yield GaugeMetricFamily(name, text, value=value)
        yield CounterMetricFamily(
            "bookbag_missed_events",
            "Messages and deletions that no webhook told and a comparison found.",
            value=self._compared.found,
        )

    def _age(self, since: datetime | None) -> float:
        return 0.0 if since is None else max(0.0, (self._now - since).total_seconds())


def _labelled(
    name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], int]]
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for words, count in values:
        family.add_metric(words, count)
    return family
