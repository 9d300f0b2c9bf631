"""A signal is noticed whichever thread the system hands it to."""

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from plugin.stopping import heed_signals, wait_until


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_another_thread_gets(number: signal.Signals) -> None:
    told = heed_signals()

    def get_it() -> None:
        # So that the main thread is deep in its wait, most of the time; either way it must hear.
        time.sleep(0.1)
        signal.pthread_kill(threading.get_ident(), number)

    getting = threading.Thread(target=get_it)
    getting.start()
    began = time.monotonic()
    wait_until(told)
    getting.join()
    assert time.monotonic() - began < 5


def test_one_that_came_before_anybody_waited() -> None:
    told = heed_signals()
    signal.raise_signal(signal.SIGTERM)
    wait_until(told)
