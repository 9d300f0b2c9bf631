"""A thousand kills, a tenth of all calls at fault: nothing lost, nothing twice."""

import time

import pytest

from bench.soak.campaign import Plan, run
from tests.kills.scene import Scene


def test_nothing_is_lost_and_nothing_is_sent_twice(
    scene: Scene, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    database = scene.bench.runtime.database
    kind = database.engine.dialect.name
    with capsys.disabled():
        print(f"\n{kind}, seed {plan.seed}")  # noqa: T201 (for who watches)
        began = time.monotonic()
        tally = run(scene, plan, workers=1 if database.is_sqlite else 2)
        print("\n".join(tally.lines()))  # noqa: T201 (the same)
        print(f"  took {time.monotonic() - began:.0f} s")  # noqa: T201 (the same)
    assert not tally.twice
    assert not tally.lost
    assert tally.kills.total() == plan.kills
    assert tally.tickets == plan.tickets
