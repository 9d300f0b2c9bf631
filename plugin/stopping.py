"""Runs until somebody says stop: SIGINT from a keyboard, SIGTERM from whoever runs services."""

import signal
from queue import Empty, SimpleQueue
from types import FrameType

_NOTICED_SECONDS = 0.5

# A queue of this kind, unlike an event, may be filled by a handler that runs within its own `get`.
Told = SimpleQueue[int]


def heed_signals() -> Told:
    """From now on SIGINT and SIGTERM are told here, and do nothing else."""
    told: Told = SimpleQueue()

    def tell(number: int, _frame: FrameType | None) -> None:
        told.put(number)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, tell)
    return told


def wait_until(told: Told) -> None:
    """Wait in the main thread, which runs handlers between two steps of its own.

    The system may hand a signal to any thread. A main thread that slept on would not notice.
    """
    while True:
        try:
            told.get(timeout=_NOTICED_SECONDS)
        except Empty:
            continue
        return
