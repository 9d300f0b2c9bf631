"""Sixty tickets, half of them on each database, through faults on a tenth of all calls, webhooks
that are lost, late, twice or out of order, and two outages. ``make soak`` has five hundred on each.
"""

from pathlib import Path

import pytest

from tests.bench.databases import settings_for
from tests.bench.fault_run import LIMITS, FaultRun, at_fault
from tests.bench.fault_tally import count

SEED, TICKETS = 11, 30


@pytest.mark.each_database("faults meet locks")
def test_nothing_is_lost_twice_or_too_fast(database_url: str, tmp_path: Path) -> None:
    settings = settings_for(database_url, tmp_path)
    with at_fault(settings) as bench:
        tally = count(bench, FaultRun(bench, seed=SEED, tickets=TICKETS).run())
    told = "\n".join(tally.lines())
    assert not tally.twice, told
    assert not tally.lost, told
    assert not tally.over, told
    # It was a run worth its name.
    assert tally.told_of.faults.total() > TICKETS, told
    assert tally.found > 1, told
    assert tally.replies > 1, told
    assert tally.rates["peaks"]["calls"] > LIMITS.calls / 2, told
