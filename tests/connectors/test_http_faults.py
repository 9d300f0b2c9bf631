"""What our client makes of each fault of a helpdesk, and what was really done there."""

from collections.abc import Iterator

import pytest
import requests

from connectors.clock import Clock, CompressedClock
from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.http import OutboundSession, outbound_session
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, Seat, create_app

from .clocks import StillClock

SEAT, TOKEN = "ada@shop.example", "admin-token"
NOTE = {"ticket": {"comment": {"body": "Note", "public": False}}}
CASES = [
    ({"fault": 401}, AuthError, AuthError, 0),
    ({"fault": 404}, NotFoundError, NotFoundError, 0),
    ({"fault": 409}, ConflictError, ConflictError, 0),
    ({"fault": 422}, RejectedError, RejectedError, 0),
    ({"fault": 429, "retry_after": 5}, RateLimitedError, RateLimitedError, 0),
    ({"fault": 500}, UnavailableError, AmbiguousError, 0),
    ({"fault": 502}, UnavailableError, AmbiguousError, 0),
    ({"fault": 502, "done": True}, UnavailableError, AmbiguousError, 1),
    ({"fault": 503}, UnavailableError, UnavailableError, 0),
    ({"fault": "time_out"}, UnavailableError, AmbiguousError, 0),
    ({"fault": "dropped"}, UnavailableError, AmbiguousError, 1),
    ({"fault": "slow", "seconds": 30}, UnavailableError, AmbiguousError, 1),
]


@pytest.fixture(scope="module")
def desk() -> Iterator[str]:
    config = SandboxConfig(agents=(Seat("Ada", SEAT, "admin"),), api_users={SEAT: TOKEN})
    with SandboxServer(create_app(config)) as server:
        ticket = {"subject": "Parcel", "text": "Where?", "from": {"email": "c@home.example"}}
        requests.post(f"{server.url}/sandbox/tickets", json=ticket, timeout=5).raise_for_status()
        yield server.url


def client(clock: Clock) -> OutboundSession:
    made = outbound_session(allow_private=True, clock=clock)
    made.auth = (f"{SEAT}/token", TOKEN)
    return made


@pytest.mark.parametrize(("fault", "reading", "writing", "done"), CASES)
def test_a_fault_is_the_error_that_says_what_may_have_been_done(
    *,
    desk: str,
    fault: dict[str, object],
    reading: type[ConnectorError],
    writing: type[ConnectorError],
    done: int,
) -> None:
    ticket, control = f"{desk}/api/v2/tickets/1", f"{desk}/sandbox/faults"
    # Only where nobody answers does time have to pass.
    silent = fault["fault"] in {"time_out", "slow"}
    session = client(CompressedClock(40) if silent else StillClock())
    before = requests.get(f"{desk}/sandbox/log", timeout=5).json()["write_count"]
    armed = requests.post(control, json={**fault, "match": {"path": "/api/*"}}, timeout=5)
    assert armed.status_code == 201
    with pytest.raises(writing) as refused:
        session.put(ticket, json=NOTE)
    assert type(refused.value) is writing
    assert refused.value.retry_after == fault.get("retry_after")
    with pytest.raises(reading) as unread:
        session.get(ticket)
    assert type(unread.value) is reading
    fired = requests.delete(control, timeout=5).json()["faults"][0]["fired"]
    assert fired == (4 if reading is UnavailableError else 2)
    log = requests.get(f"{desk}/sandbox/log", timeout=5).json()
    assert log["write_count"] - before == done
    assert client(StillClock()).get(ticket).status_code == 200
