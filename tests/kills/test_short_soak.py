"""The soak, a short one: kills anywhere, a tenth of all calls at fault. ``make soak`` is long."""

from bench.soak.campaign import Plan, run
from tests.kills.scene import Scene

PLAN = Plan(seed=11, kills=20, tickets=20, longest_life=0.5, refusals=False)


def test_twenty_kills(scene: Scene) -> None:
    tally = run(scene, PLAN, workers=1 if scene.bench.runtime.database.is_sqlite else 2)
    told = "\n".join(tally.lines())
    assert not tally.twice, told
    assert not tally.lost, told
    assert tally.tickets == PLAN.tickets
    assert tally.faults.total() > 0
