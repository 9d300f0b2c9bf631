"""Nothing leaves after the caller's deadline, wherever it is noticed."""

import time

import pytest

from connectors import deadline
from connectors.clock import CompressedClock
from connectors.deadline import not_after
from connectors.transport import _EXCHANGE as EXCHANGE
from connectors.transport import Budget, OutOfTimeError, _Exchange, _GuardedHTTP


def test_without_one_there_is_all_the_time() -> None:
    assert deadline.left() == float("inf")


def test_the_earlier_of_two_counts_and_each_ends_with_its_block() -> None:
    now = time.monotonic()
    with not_after(now + 50):
        with not_after(now + 100):
            assert 0 < deadline.left() <= 50
        with not_after(now - 1):
            assert deadline.left() < 0
        assert deadline.left() > 0
    assert deadline.left() == float("inf")


def test_a_budget_is_never_longer_and_counts_in_its_own_clock() -> None:
    budget, fast = Budget(), Budget(CompressedClock(10))
    with not_after(time.monotonic() + 2):
        assert 1 < budget.left() <= 2
        assert 10 < fast.left() <= 20
        with budget.within(1):
            assert budget.left() <= 1
    with not_after(time.monotonic()):
        assert budget.left() <= 0


def test_no_byte_leaves_after_it_though_the_request_is_under_way() -> None:
    connection = _GuardedHTTP("helpdesk.invalid")
    token = EXCHANGE.set(_Exchange(allow_private=False))
    try:
        with not_after(time.monotonic() - 1), pytest.raises(OutOfTimeError) as caught:
            connection.send(b"PUT /api/v2/tickets/1.json HTTP/1.1\r\n\r\n")
    finally:
        EXCHANGE.reset(token)
    assert caught.value.sent is False
    assert connection.sock is None
