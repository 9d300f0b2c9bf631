"""Five hundred tickets by the clock: a tenth of all calls at fault, webhooks lost, two outages."""

import time
from pathlib import Path

import pytest

from bench.soak.campaign import Plan, progress
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.fault_run import FaultRun, at_fault
from tests.bench.fault_tally import count


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_twice_or_too_fast(
    all_databases: Databases,
    kind: str,
    tmp_path: Path,
    plan: Plan,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_for(all_databases.fresh(kind), tmp_path)
    began = time.monotonic()
    with at_fault(settings) as bench:
        run = FaultRun(bench, seed=plan.seed, tickets=plan.tickets)
        with capsys.disabled(), progress(plan.tickets, "ticket") as on_ticket:
            told = run.run(on_ticket)
        tally = count(bench, told)
    with capsys.disabled():
        print(f"\n{kind}, seed {plan.seed}")  # noqa: T201 (for who watches)
        print("\n".join(tally.lines()))  # noqa: T201 (the same)
        print(f"  took {time.monotonic() - began:.0f} s")  # noqa: T201 (the same)
    assert not tally.twice
    assert not tally.lost
    assert not tally.over
    assert tally.found
