"""What a policy file would have done: over drafts that really came, were decided and answered."""

from datetime import UTC, datetime

from plugin.policy.load import load
from plugin.replay import replay
from plugin.replayed import Replay
from tests.bench.world import Bench

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def replayed(bench: Bench, source: str, **asked: object) -> Replay:
    since = asked.pop("since", LONG_AGO)
    return replay(bench.runtime.database, bench.scope, load(source), since=since, **asked)  # type: ignore[arg-type]


def test_the_file_in_force_changes_nothing(bench: Bench) -> None:
    for ticket in bench.tickets:
        bench.opened(ticket)
    found = replayed(bench, bench.policies)
    assert found.drafts == found.same == len(bench.tickets)
