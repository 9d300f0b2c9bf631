"""What changed, read back from now to a moment, page by page."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from responses.matchers import query_param_matcher

from connectors.errors import RejectedError
from connectors.types import Changes, EventKind

from .answers import API, MESSAGES, fixture, helpdesk, listed

pytestmark = pytest.mark.usefixtures("edge")

TICKETS = f"{API}/tickets"
SINCE = datetime(2026, 11, 22, 9, tzinfo=UTC)


def message(number: int, minute: int, **changes: Any) -> dict[str, Any]:
    at = (SINCE + timedelta(minutes=minute)).isoformat()
    return {**fixture("messages/customer_mail"), "id": number, "created_datetime": at, **changes}


def ticket(name: str, number: int, minute: int) -> dict[str, Any]:
    at = (SINCE + timedelta(minutes=minute)).isoformat()
    return {**fixture(f"tickets/{name}"), "id": number, "updated_datetime": at}


def answers(
    url: str, *items: dict[str, Any], cursor: str | None = None, following: str | None = None
) -> None:
    newest = {
        MESSAGES: {"order_by": "created_datetime:desc"},
        TICKETS: {"order_by": "updated_datetime:desc", "trashed": "true"},
    }[url]
    asked = {**newest, "limit": "100", **({"cursor": cursor} if cursor else {})}
    page = listed(*items, following=following)
    responses.get(url, json=page, match=[query_param_matcher(asked)])


def told(page: Changes) -> list[tuple[str, str | None]]:
    return [(change.kind.value, change.message_id or change.ticket_id) for change in page.changes]


def test_messages_are_read_back_to_where_the_last_round_began_then_tickets() -> None:
    answers(MESSAGES, message(5, 50), message(4, 40), following="m1")
    answers(MESSAGES, message(3, 30), message(2, -10), cursor="m1", following="m2")
    answers(TICKETS, ticket("trashed", 7, 45), ticket("closed", 8, 20), ticket("mail", 9, 10))
    first = helpdesk().changes(SINCE)
    assert told(first) == [("message_added", "4"), ("message_added", "5")]
    assert (first.until, first.end, first.whole) == (SINCE, False, True)
    second = helpdesk().changes(first.cursor)
    assert told(second) == [("message_added", "3")]
    assert (second.until, second.end) == (SINCE, False)
    third = helpdesk().changes(second.cursor)
    assert told(third) == [("status_changed", "8"), ("ticket_deleted", "7")]
    # What was written in the last minutes may have been listed late: it is told again.
    assert (third.until, third.end) == (SINCE + timedelta(minutes=48), True)
    assert json.loads(third.cursor)["since"] == third.until.isoformat()


def test_where_nothing_happened_the_round_ends_where_it_began() -> None:
    answers(MESSAGES)
    answers(TICKETS)
    page = helpdesk().changes(SINCE)
    page = helpdesk().changes(page.cursor)
    assert (page.changes, page.until, page.end) == ((), SINCE, True)


def test_a_message_is_told_with_who_wrote_it_and_whether_it_can_be_seen() -> None:
    note = {**fixture("messages/note_that_says_public"), "id": 6}
    answers(MESSAGES, note, message(5, 0, sender=None))
    first, second = helpdesk().changes(SINCE).changes
    assert (first.id, first.author_id, first.public) == ("message:5", None, True)
    assert (second.id, second.author_id, second.public) == ("message:6", "510002", False)
    assert (second.kind, second.ticket_id) == (EventKind.MESSAGE_ADDED, "86500001")


def test_a_message_from_the_future_hides_none_that_comes_before_it() -> None:
    answers(MESSAGES, message(5, 60 * 24 * 365 * 50))
    answers(TICKETS)
    page = helpdesk().changes(helpdesk().changes(SINCE).cursor)
    assert page.end
    assert page.until < datetime.now(UTC)


def test_a_cursor_that_gorgias_has_forgotten_is_refused() -> None:
    """Whoever keeps the round begins it again, by the time."""
    answers(MESSAGES, message(5, 50), following="m1")
    cursor = helpdesk().changes(SINCE).cursor
    responses.get(MESSAGES, status=400, json={"error": {"msg": "Invalid cursor"}})
    with pytest.raises(RejectedError, match="Invalid cursor"):
        helpdesk().changes(cursor)


@pytest.mark.parametrize(
    "cursor", ["", "{}", "[]", '{"since": "x", "of_tickets": false}', '{"since": "2026-11-22"}']
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(RejectedError):
        helpdesk().changes(cursor)


def test_pages_that_lead_in_a_circle_end() -> None:
    answers(MESSAGES, message(5, 50), following="m1")
    answers(MESSAGES, message(5, 50), cursor="m1", following="m1")
    answers(TICKETS)
    page, pages = helpdesk().changes(SINCE), 1
    while not page.end:
        page, pages = helpdesk().changes(page.cursor), pages + 1
    assert pages == 3
