"""Until when the caller may act. What it asks for after that does not leave the house.

Whoever holds a claim on an outside effect writes inside `not_after`. The moment is one of the
machine's monotonic clock, which runs on while a process is stopped: one that was frozen and wakes
up too late finds its time over, wherever it stood.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

_END: ContextVar[float] = ContextVar("deadline", default=inf)


def left() -> float:
    """Seconds until it is over; below zero when it is."""
    return _END.get() - time.monotonic()


@contextmanager
def not_after(end: float) -> Iterator[None]:
    """Let nothing that is asked for inside leave after `end`, or after an outer deadline.

    Args:
        end: A moment of `time.monotonic`.
    """
    before = _END.set(min(end, _END.get()))
    try:
        yield
    finally:
        _END.reset(before)
