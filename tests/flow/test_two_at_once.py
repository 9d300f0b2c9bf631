"""Two people on one draft at once: one wins, the other is told who. `make soak` says it longer."""

import pytest

from tests.bench.world import Bench
from tests.flow.two_at_once import require_one_winner, rounds

pytestmark = pytest.mark.each_database("races are settled by the database")

ROUNDS = 48


def test_of_two_at_once_one_wins_and_the_other_is_told_who(shared: Bench) -> None:
    assert sum(require_one_winner(shared, rounds(shared, ROUNDS)).values()) == ROUNDS
