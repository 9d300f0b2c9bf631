"""The exports of the sandbox, and how many calls it takes, by a clock that the test moves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import RateLimits, SandboxConfig, create_app

from .support import Caller

BEGAN = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
EVENTS = "/api/v2/incremental/ticket_events.json"
TICKETS = "/api/v2/incremental/tickets/cursor.json"


class Moving:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def server(config: SandboxConfig, clock: Moving) -> Iterator[SandboxServer]:
    few = RateLimits(calls=20, updates=100, ticket_updates=3, exports=4)
    with SandboxServer(create_app(replace(config, clock=clock, limits=few, export_page=2))) as on:
        yield on


def since(moment: datetime) -> str:
    return f"start_time={int(moment.timestamp())}"


def test_updates_come_a_page_at_a_time_with_their_comments(
    admin: Caller, anyone: Caller, clock: Moving
) -> None:
    ticket_id = anyone.open_ticket(text="Where is it?")
    for text in ("Hello?", "Anybody?"):
        clock.go_on(10)
        anyone.post(f"/sandbox/tickets/{ticket_id}/messages", {"text": text})
    clock.go_on(90)
    first = admin.get(f"{EVENTS}?{since(BEGAN)}&include=comment_events")
    assert (first["count"], first["end_of_stream"]) == (2, False)
    assert first["end_time"] == int(BEGAN.timestamp()) + 10
    comments = [
        child
        for event in first["ticket_events"]
        for child in event["child_events"]
        if child["event_type"] == "Comment"
    ]
    assert [one["plain_body"] for one in comments] == ["Where is it?", "Hello?"]
    rest = admin.get(f"{EVENTS}?start_time={first['end_time']}&include=comment_events")
    # What happened in the second at which a page ends is on the next one again.
    assert [event["timestamp"] - first["end_time"] for event in rest["ticket_events"]] == [0, 10]
    assert rest["end_of_stream"]
    bare = admin.get(f"{EVENTS}?{since(BEGAN)}")["ticket_events"][0]["child_events"][0]
    assert bare == {
        "id": comments[0]["id"],
        "event_type": "Comment",
        "comment_present": True,
        "comment_public": True,
    }


def test_the_last_minute_is_left_out(admin: Caller, anyone: Caller, clock: Moving) -> None:
    anyone.open_ticket()
    clock.go_on(59)
    assert admin("GET", f"{EVENTS}?{since(BEGAN)}").status_code == 422
    empty = admin.get(f"{EVENTS}?{since(BEGAN - timedelta(hours=1))}")
    assert (empty["count"], empty["end_time"], empty["end_of_stream"]) == (0, None, True)
    clock.go_on(1)
    assert admin.get(f"{EVENTS}?{since(BEGAN)}")["count"] == 1


def test_tickets_come_by_cursor_and_deleted_ones_say_so(
    admin: Caller, anyone: Caller, clock: Moving
) -> None:
    ids = [anyone.open_ticket() for _ in range(3)]
    admin("DELETE", f"/api/v2/tickets/{ids[1]}")
    clock.go_on(60)
    first = admin.get(f"{TICKETS}?{since(BEGAN - timedelta(seconds=1))}")
    assert [one["status"] for one in first["tickets"]] == ["new", "deleted"]
    assert first["tickets"][0]["generated_timestamp"] == int(BEGAN.timestamp())
    rest = admin.get(f"{TICKETS}?cursor={first['after_cursor']}")
    assert ([one["id"] for one in rest["tickets"]], rest["end_of_stream"]) == ([ids[2]], True)
    again = admin.get(f"{TICKETS}?cursor={rest['after_cursor']}")
    assert (again["tickets"], again["after_cursor"]) == ([], rest["after_cursor"])


def test_exports_are_for_admins(agent: Caller, clock: Moving) -> None:
    clock.go_on(300)
    assert agent("GET", f"{EVENTS}?{since(BEGAN)}").status_code == 403


def test_one_export_too_many_is_told_to_wait(admin: Caller, anyone: Caller, clock: Moving) -> None:
    clock.go_on(300)
    path = f"{EVENTS}?{since(BEGAN)}"
    for left in (3, 2, 1, 0):
        answer = admin("GET", path)
        words = answer.headers["zendesk-rate-limit-incremental-exports"]
        assert words.startswith(f"total=4; remaining={left}; ")
    clock.go_on(45)
    refused = admin("GET", path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "15")
    clock.go_on(15)
    assert admin("GET", path).status_code == 200
    rates = anyone.get("/sandbox/log")["rates"]
    assert (rates["peaks"]["exports"], rates["refused"]) == (4, {"exports": 1})


def test_one_ticket_takes_so_many_updates_in_ten_minutes(
    admin: Caller, anyone: Caller, clock: Moving
) -> None:
    one, other = anyone.open_ticket(), anyone.open_ticket()
    change = {"ticket": {"priority": "low"}}
    for _ in range(3):
        answer = admin("PUT", f"/api/v2/tickets/{one}", change)
        assert answer.status_code == 200
    assert (
        answer.headers["zendesk-rate-limit-tickets-update"] == "total=100; remaining=97; resets=60"
    )
    assert admin("PUT", f"/api/v2/tickets/{one}", change).status_code == 429
    assert admin("PUT", f"/api/v2/tickets/{other}", change).status_code == 200
    clock.go_on(600)
    assert admin("PUT", f"/api/v2/tickets/{one}", change).status_code == 200


def test_every_answer_says_what_is_left_of_the_minute(admin: Caller, clock: Moving) -> None:
    for left in range(19, -1, -1):
        answer = admin("GET", "/api/v2/users")
        assert answer.headers["X-Rate-Limit-Remaining"] == str(left)
    assert answer.headers["X-Rate-Limit"] == "20"
    clock.go_on(20)
    assert admin("GET", "/api/v2/users").headers["Retry-After"] == "40"
