from collections.abc import Iterator

import pytest
import responses


@pytest.fixture
def edge() -> Iterator[None]:
    """The vendor's HTTP, answered by the test."""
    with responses.mock:
        yield


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
