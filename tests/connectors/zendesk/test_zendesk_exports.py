"""Zendesk's two exports as one stream, at the edge: shapes as they are documented."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connectors.errors import AuthError, ConnectorError, RejectedError
from connectors.types import Changes, EventKind

from .answers import API, helpdesk

pytestmark = pytest.mark.usefixtures("edge", "no_waiting")

BEGAN = datetime(2022, 3, 17, 16, 0, tzinfo=UTC)
START = int(BEGAN.timestamp())
COMMENT = {
    "id": 91048994488,
    "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
    "via_reference_id": None,
    "type": "Comment",
    "author_id": 5031726587,
    "body": "This is a comment",
    "html_body": '<div class="zd-comment"><p dir="auto">This is a comment</p></div>',
    "public": True,
    "attachments": [],
    "audit_id": 91048994468,
    "created_at": "2022-03-17T16:03:07Z",
    "event_type": "Comment",
}
EVENT = {
    "child_events": [COMMENT],
    "id": 999999,
    "ticket_id": 3,
    "timestamp": 1647532987,
    "created_at": "2022-03-17T16:03:07Z",
    "updater_id": 9999999,
    "via": "Web form",
    "system": {},
    "metadata": {},
    "event_type": "Audit",
}


def events(*found: Any, end_time: int | None = START + 60, end: bool = True) -> None:
    page = {
        "ticket_events": list(found),
        "count": len(found),
        "end_time": end_time,
        "end_of_stream": end,
        "next_page": None,
    }
    responses.get(f"{API}/incremental/ticket_events.json", json=page)


def tickets(*found: Any, cursor: str | None = "MTU4MDc1fHw0MzJ8", end: bool = True) -> None:
    page = {"tickets": list(found), "after_cursor": cursor, "end_of_stream": end}
    responses.get(f"{API}/incremental/tickets/cursor.json", json=page)


def asked() -> list[str]:
    return [
        re.sub(r"^.*/incremental/", "", call.request.url or "").replace("%3D", "=")
        for call in responses.calls
    ]


def page(since: datetime | str = BEGAN) -> Changes:
    return helpdesk().changes(since)


def test_a_comment_among_the_events_is_a_message() -> None:
    events(EVENT)
    found = page()
    (told,) = found.changes
    assert (told.id, told.kind) == ("message:91048994488", EventKind.MESSAGE_ADDED)
    assert (told.ticket_id, told.message_id, told.author_id) == ("3", "91048994488", "5031726587")
    assert (told.public, told.opens) == (True, False)
    assert told.at == datetime(2022, 3, 17, 16, 3, 7, tzinfo=UTC)
    assert (found.end, found.whole, found.until) == (False, True, BEGAN.replace(minute=1))
    assert asked() == [f"ticket_events.json?start_time={START}&include=comment_events&per_page=200"]


def test_what_opens_a_ticket_says_so_and_other_changes_are_nothing() -> None:
    created = {"id": 1, "event_type": "Create", "subject": "x"}
    changed = {"id": 2, "event_type": "Change", "status": "open", "previous_value": "new"}
    voice = {**COMMENT, "id": 5, "event_type": "VoiceComment", "public": False}
    events({**EVENT, "child_events": [voice, created]}, {**EVENT, "child_events": [changed]})
    (told,) = page().changes
    assert (told.message_id, told.opens, told.public) == ("5", True, False)


def test_without_the_side_load_a_comment_is_still_known() -> None:
    bare = {"id": 7, "event_type": "Comment", "comment_present": True, "comment_public": False}
    events({**EVENT, "child_events": [bare]})
    (told,) = page().changes
    assert (told.message_id, told.author_id, told.public) == ("7", "9999999", False)


def test_events_to_their_end_then_tickets_to_theirs_then_events_again() -> None:
    events(EVENT, end=False)
    events(end_time=START + 90)
    tickets({"id": 9, "status": "deleted", "generated_timestamp": START + 5}, end=False)
    tickets({"id": 8, "status": "CLOSED", "generated_timestamp": START + 7}, cursor="c2")
    events(end_time=None)
    tickets(cursor="c2")
    cursor: datetime | str = BEGAN
    told, ends = [], []
    for _ in range(6):
        found = page(cursor)
        cursor = found.cursor
        told += [(one.kind.value, one.ticket_id) for one in found.changes]
        ends.append(found.end)
    assert told == [("message_added", "3"), ("ticket_deleted", "9"), ("status_changed", "8")]
    assert ends == [False, False, False, True, False, True]
    sizes = "&include=comment_events&per_page=200"
    assert asked() == [
        f"ticket_events.json?start_time={START}{sizes}",
        f"ticket_events.json?start_time={START + 60}{sizes}",
        f"tickets/cursor.json?start_time={START}",
        "tickets/cursor.json?cursor=MTU4MDc1fHw0MzJ8",
        f"ticket_events.json?start_time={START + 90}{sizes}",
        "tickets/cursor.json?cursor=c2",
    ]


def test_a_second_with_more_than_a_page_is_read_in_a_larger_one() -> None:
    events(EVENT, end_time=START, end=False)
    events(EVENT, end_time=START + 1, end=False)
    found = page()
    assert (found.whole, found.until) == (True, BEGAN.replace(second=1))
    assert asked()[1].endswith("per_page=1000")


def test_a_second_with_more_than_any_page_is_told_as_not_whole() -> None:
    events(EVENT, end_time=START, end=False)
    events(EVENT, end_time=START, end=False)
    found = page()
    assert (found.whole, found.until) == (False, BEGAN.replace(second=1))


def test_a_cursor_that_does_not_move_ends_the_round_as_not_whole() -> None:
    events()
    tickets(cursor=None, end=False)
    found = page(page().cursor)
    assert (found.end, found.whole) == (True, False)


@pytest.mark.parametrize("cursor", ["", "x", "[]", '{"events": "1"}', "\ud800", "9" * 5000])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(RejectedError):
        page(cursor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticket_id": None},
        {"child_events": [{**COMMENT, "id": "x"}]},
        {"child_events": [{**COMMENT, "created_at": "yesterday"}]},
        {"child_events": 7},
    ],
)
def test_a_strange_answer_is_an_error_of_ours(wrong: dict[str, Any]) -> None:
    events({**EVENT, **wrong})
    with pytest.raises(ConnectorError):
        page()


@pytest.mark.parametrize("end_time", [10**15, "soon", True])
def test_so_is_a_strange_time(end_time: Any) -> None:
    events(EVENT, end_time=end_time)
    with pytest.raises(ConnectorError):
        page()


def test_somebody_who_is_no_admin_is_told_so() -> None:
    responses.get(f"{API}/incremental/ticket_events.json", status=403, json={})
    with pytest.raises(AuthError):
        page()
