"""Retry waits and time limits, in the seconds of the clock they are given."""

import time

import pytest
import requests
import responses

from connectors.clock import REAL, CompressedClock
from connectors.errors import AmbiguousError, RateLimitedError, UnavailableError
from connectors.http import READ_ATTEMPTS, outbound_session
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.shop import create_app
from connectors.transport import READ_SECONDS, REQUEST_SECONDS, Budget

from .clocks import StillClock

URL = "https://api.example/things/1"
TOKEN = "shop-token"


def test_the_real_clock_is_the_machines() -> None:
    before = time.monotonic()
    REAL.sleep(0.01)
    REAL.sleep(-1)
    assert before + 0.01 <= REAL.now() <= time.monotonic()
    assert REAL.wall(3) == 3
    assert Budget().clock is REAL


def test_compressed_time_goes_faster() -> None:
    clock = CompressedClock(1_000)
    started, before = clock.now(), time.monotonic()
    clock.sleep(20)
    assert clock.now() - started >= 20
    assert time.monotonic() - before < 2
    assert clock.wall(20) == 0.02


@pytest.mark.parametrize("factor", [0, -1, float("nan")])
def test_time_does_not_stand_or_go_back(factor: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        CompressedClock(factor)


@responses.activate
def test_a_read_waits_between_its_three_tries() -> None:
    get = responses.get(URL, status=502)
    clock = StillClock()
    with pytest.raises(UnavailableError):
        outbound_session(clock=clock).get(URL)
    assert get.call_count == READ_ATTEMPTS == 3
    assert len(clock.slept) == 2
    assert all(0 <= pause <= 1 for pause in clock.slept)


@responses.activate
def test_a_write_and_a_named_wait_are_left_to_the_queue() -> None:
    responses.put(URL, status=503)
    responses.get(URL, status=503, headers={"Retry-After": "5"})
    clock = StillClock()
    session = outbound_session(clock=clock)
    with pytest.raises(UnavailableError):
        session.put(URL)
    with pytest.raises(UnavailableError) as refused:
        session.get(URL)
    assert refused.value.retry_after == 5
    assert not clock.slept


@responses.activate
def test_no_pause_is_begun_that_outlasts_the_budget() -> None:
    def slow(_: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        clock.sleep(6)
        return 502, {}, ""

    responses.add_callback("GET", URL, slow)
    clock = StillClock()
    session = outbound_session(clock=clock)
    started = clock.now()
    with session.budget.within(14), pytest.raises(UnavailableError, match="status 502"):
        session.get(URL)
    # The third try begins in time; after it there is no pause that ends before the 14th second.
    assert clock.slept[::2] == [6, 6, 6]
    assert 18 <= clock.now() - started <= 20
    session = outbound_session(clock=clock)
    clock.slept.clear()
    with session.budget.within(6), pytest.raises(UnavailableError, match="status 502"):
        session.get(URL)
    assert clock.slept == [6]


def test_a_budget_counts_its_own_clocks_seconds() -> None:
    clock = StillClock()
    budget = Budget(clock)
    with budget.within(18):
        clock.sleep(5)
        assert budget.left() == 13
        with budget.within(20):
            clock.sleep(14)
            assert budget.left() == -1
    assert budget.left() == float("inf")


@responses.activate
def test_the_limits_of_a_request_shrink_with_the_clock() -> None:
    responses.get(URL)
    session = outbound_session(clock=CompressedClock(10))
    session.get(URL)
    with session.budget.within(5):
        session.get(URL)
    given = [call.request.req_kwargs["timeout"] for call in responses.calls]  # type: ignore[attr-defined]  # set by responses
    assert given[0] == (0.3, 1.0)
    assert given[1][0] == 0.3
    assert 0.25 < given[1][1] <= 0.5


def test_a_request_without_an_answer_ends_in_compressed_time() -> None:
    clock = CompressedClock(25)
    session = outbound_session(allow_private=True, clock=clock)
    with SandboxServer(create_app([], TOKEN)) as shop:
        arm = {"fault": "time_out", "match": {"path": "/orders/*"}}
        assert requests.post(f"{shop.url}/sandbox/faults", json=arm, timeout=5).status_code == 201
        started, before = clock.now(), time.monotonic()
        with pytest.raises(AmbiguousError):
            session.put(f"{shop.url}/orders/1")
        took = clock.now() - started
        with pytest.raises(UnavailableError), session.budget.within(25):
            session.get(f"{shop.url}/orders/1")
        both = clock.now() - started
    slack = 15  # seconds of this clock, for a busy machine
    assert READ_SECONDS <= took < REQUEST_SECONDS + slack
    assert 20 <= both - took < 25 + slack
    assert time.monotonic() - before < 5


def test_whoever_waits_as_long_as_told_gets_through_a_rate_window() -> None:
    clock = StillClock()
    with SandboxServer(create_app([], TOKEN, clock=clock.now)) as shop:
        window = {"fault": "rate_window", "limit": 3, "window_seconds": 60}
        control = f"{shop.url}/sandbox/faults"
        assert requests.post(control, json=window, timeout=5).status_code == 201
        session = outbound_session(allow_private=True, clock=clock)
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        started, got, told = clock.now(), 0, list[float | None]()
        while got < 7:
            clock.sleep(1)
            try:
                session.get(f"{shop.url}/orders?email=a@b.example")
                got += 1
            except RateLimitedError as wait:
                told.append(wait.retry_after)
                clock.sleep(wait.retry_after or 0)
        armed = requests.get(control, timeout=5).json()["faults"][0]
    assert told == [57, 57]
    assert clock.now() - started == 123
    assert (armed["seen"], armed["fired"]) == (9, 2)
