"""A thousand times two people on one draft at once, on each database."""

import time
from pathlib import Path

import pytest

from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import Bench
from tests.flow.two_at_once import require_one_winner, rounds

ROUNDS = 1_000


@pytest.mark.parametrize("kind", KINDS)
def test_one_wins_and_the_other_is_told_who(
    all_databases: Databases, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Bench(settings_for(all_databases.fresh(kind), tmp_path)) as bench:
        began = time.monotonic()
        won = require_one_winner(bench, rounds(bench, ROUNDS))
    with capsys.disabled():
        shares = ", ".join(f"{name} {times}" for name, times in won.most_common())
        took = time.monotonic() - began
        print(f"\n{kind}: {ROUNDS} times two at once in {took:.0f} s; {shares}")  # noqa: T201 (for who watches)
    assert won.total() == ROUNDS
