"""What finds in a helpdesk what no webhook told, and the way in that has to last for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.types import Changes, EventKind, TicketChange

from .worlds import Desk

# What is newer than a minute may be left out, and a stream has begun before that.
SETTLES = 180
PAGES = 20


def pages(desk: Desk, since: datetime | str) -> Iterator[Changes]:
    """All there is to be told now."""
    for _ in range(PAGES):
        page = desk.adapter.changes(since)
        yield page
        if page.end:
            return
        since = page.cursor
    raise AssertionError("the export has no end")


def told(found: list[Changes], kind: EventKind, ticket_id: str) -> list[TicketChange]:
    """What was told of a ticket: each thing once, however often it stood on a page."""
    changes = {change.id: change for page in found for change in page.changes}
    return [one for one in changes.values() if (one.kind, one.ticket_id) == (kind, ticket_id)]


def test_every_message_is_told_and_later_only_what_is_new(desk: Desk) -> None:
    since = desk.world.now()
    desk.world.pass_time(SETTLES)
    ticket_id = desk.world.open_ticket("Where is it?", "My order is late.")
    desk.world.agent_writes(ticket_id, "ask the carrier")
    desk.world.agent_writes(ticket_id, "We ask the carrier.", public=True)
    desk.world.customer_writes(ticket_id, "Thanks")
    desk.world.pass_time(SETTLES)
    first = list(pages(desk, since))
    found = told(first, EventKind.MESSAGE_ADDED, ticket_id)
    assert [(one.message_id, one.author_id, one.public) for one in found] == [
        (one.id, one.author.id, one.public) for one in desk.adapter.conversation(ticket_id)
    ]
    # Where the helpdesk says so: only the first can be what the ticket was opened with.
    assert not any(one.opens for one in found[1:])
    assert all(since <= one.at <= desk.world.now() for one in found)
    assert all(page.whole for page in first)
    assert since <= first[-1].until <= desk.world.now()

    late = desk.world.customer_writes(ticket_id, "Any news?")
    desk.world.pass_time(SETTLES)
    second = list(pages(desk, first[-1].cursor))
    again = told(second, EventKind.MESSAGE_ADDED, ticket_id)
    assert again[-1].message_id == late
    # What is told once more is told under the name that it has.
    assert {one.id for one in again} - {one.id for one in found} == {again[-1].id}
    assert second[-1].until > first[-1].until


def test_a_deleted_ticket_is_told(desk: Desk) -> None:
    since = desk.world.now()
    desk.world.pass_time(SETTLES)
    ticket_id = desk.world.open_ticket("a", "b")
    desk.world.remove(ticket_id=ticket_id)
    desk.world.pass_time(SETTLES)
    assert len(told(list(pages(desk, since)), EventKind.TICKET_DELETED, ticket_id)) == 1


def test_the_way_in_outlasts_an_access_token(desk: Desk) -> None:
    for _ in range(3):
        desk.world.pass_time(timedelta(hours=1).total_seconds())
        assert desk.adapter.me().role.is_staff
        assert desk.another().me() == desk.adapter.me()
