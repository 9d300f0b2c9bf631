from collections.abc import Iterator

import pytest
import responses


@pytest.fixture
def edge() -> Iterator[None]:
    """Gorgias' HTTP, answered by the test."""
    with responses.mock:
        yield
