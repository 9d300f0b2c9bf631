"""What several files of flows share."""

from collections.abc import Iterator

import pytest

from tests.bench.world import Bench
from tests.flow.telling import Told, approvers_told


@pytest.fixture
def told(bench: Bench) -> Iterator[Told]:
    """A merchant whose approvers are told by mail and in a chat."""
    with approvers_told(bench) as running:
        yield running
