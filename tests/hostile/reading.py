"""A reader is tried: it reads, or it refuses in its own words; anything else fails the test."""

from collections.abc import Callable
from typing import Any


def tried(read: Callable[..., Any], *given: object, refusal: type[Exception]) -> tuple[Any, str]:
    """What was read and ``""``, or None and what was said against it."""
    try:
        return read(*given), ""
    except refusal as bad:
        said = str(bad)
    assert said
    return None, said
