"""Opens each helpdesk in turn."""

from collections.abc import Iterator

import pytest

from .desks import DESKS
from .worlds import Desk


@pytest.fixture(params=sorted(DESKS))
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with DESKS[request.param]() as opened:
        yield opened
