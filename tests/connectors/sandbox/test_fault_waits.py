"""Answers that come late or never: what the caller sees, and what the log says was done."""

import threading
import time

import pytest
import requests

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, create_app

from .faulting import FAULTS, NOTE, TICKET, arm, asking, met, until, writes
from .support import ADMIN, ADMIN_TOKEN, DEADLINE_SECONDS, Caller


@pytest.fixture(autouse=True)
def _a_ticket(anyone: Caller) -> None:
    anyone.open_ticket()


def test_time_out_does_nothing_and_ends_when_the_caller_hangs_up(admin: Caller) -> None:
    arm(admin, "time_out", calls=1)
    with pytest.raises(requests.ReadTimeout):
        requests.put(admin.base + TICKET, json=NOTE, auth=admin.auth, timeout=0.05)
    assert writes(admin) == 0
    assert [(one["done"], one["answer"]) for one in met(admin)] == [(False, None)]
    end = time.monotonic() + DEADLINE_SECONDS
    while any("process_request" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < end, "the wait outlasts its caller"
        time.sleep(0.002)


def test_time_out_ends_by_itself_without_an_answer(admin: Caller) -> None:
    arm(admin, "time_out", calls=1, seconds=0.03)
    started = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        admin("PUT", TICKET, NOTE)
    assert time.monotonic() - started >= 0.03
    assert writes(admin) == 0


def test_slow_is_done_and_answered_late(admin: Caller) -> None:
    arm(admin, "slow", calls=1, seconds=0.05)
    started = time.monotonic()
    assert admin("PUT", TICKET, NOTE).status_code == 200
    assert time.monotonic() - started >= 0.05
    assert (writes(admin), met(admin)[0]["answer"]) == (1, 200)


def test_a_hold_shows_the_work_done_while_it_waits(admin: Caller) -> None:
    arm(admin, "hold", calls=1, match={"method": "PUT"})
    with asking(admin) as outcome:
        until(admin, holding=1)
        assert writes(admin) == 1
        assert [(one["done"], one["answer"]) for one in met(admin)] == [(True, None)]
        assert admin.get(FAULTS)["faults"][0]["holding"] == 1
        assert outcome.empty()
        admin("DELETE", FAULTS)
        assert outcome.get(timeout=DEADLINE_SECONDS) == 200
    assert met(admin)[0]["answer"] == 200
    assert admin.get(FAULTS) == {"faults": [], "holding": 0}


def test_a_hold_before_the_work_never_does_it(admin: Caller) -> None:
    arm(admin, "hold", calls=1, before=True)
    with asking(admin) as outcome:
        until(admin, holding=1)
        assert writes(admin) == 0
        admin("DELETE", FAULTS)
        assert outcome.get(timeout=DEADLINE_SECONDS) is requests.ConnectionError
    assert writes(admin) == 0
    assert [(one["done"], one["status"], one["answer"]) for one in met(admin)] == [
        (False, None, None)
    ]


def test_a_hold_ends_with_its_caller(admin: Caller) -> None:
    arm(admin, "hold", calls=1)
    with pytest.raises(requests.ReadTimeout):
        requests.put(admin.base + TICKET, json=NOTE, auth=admin.auth, timeout=0.05)
    until(admin, holding=0)
    assert [(one["done"], one["answer"]) for one in met(admin)] == [(True, None)]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("hold", 200), ("slow", 200), ("time_out", requests.ConnectionError)],
)
def test_no_wait_outlasts_the_server(config: SandboxConfig, fault: str, outcome: object) -> None:
    more = {} if fault == "hold" else {"seconds": 60}
    with SandboxServer(create_app(config)) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.open_ticket()
        arm(admin, fault, match={"method": "PUT"}, **more)
        with asking(admin) as got:
            end = time.monotonic() + DEADLINE_SECONDS
            while not met(admin):
                assert time.monotonic() < end
            started = time.monotonic()
            server.stop()
            assert time.monotonic() - started < 2
            assert got.get(timeout=DEADLINE_SECONDS) == outcome
