"""Zendesk's exports of what changed, as one stream with one cursor.

Messages come from the ticket events, which go by time; what became of a ticket comes from the
tickets, which have cursors and say it of deleted ones too. The two take turns: one to its end, then
the other. Both are for admins, leave the last minute out, and take ten calls a minute together.

Source: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from connectors.errors import RejectedError
from connectors.reading import WrongShapeError
from connectors.types import Changes, EventKind, TicketChange
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.reading import Fields

_DELETED, _CLOSED = "deleted", "closed"
# Zendesk gives up on pages that take it too long; all of them are needed where one second has more.
_EVENTS, _MOST_EVENTS = 200, 1_000
# A voice comment is one as well.
_COMMENT, _CREATE = "Comment", "Create"
# The last second of the year 9999.
_LATEST = 253_402_300_799


@dataclass(frozen=True, slots=True)
class _Place:
    """Where both exports stand.

    Attributes:
        events: Unix seconds; what happened in that second may be told again.
        tickets: A cursor; None before the first page, which begins at `since`.
        since: Unix seconds at which all began.
        of_tickets: It is the tickets' turn.
    """

    events: int
    since: int
    tickets: str | None = None
    of_tickets: bool = False


def page(client: ZendeskClient, since: datetime | str) -> Changes:
    """The next page.

    Raises:
        RejectedError: The cursor is not one of ours, or the answer is not understood.
    """
    place = _read(since) if isinstance(since, str) else _begin(since)
    try:
        return _of_tickets(client, place) if place.of_tickets else _of_events(client, place)
    except WrongShapeError as bad:
        raise RejectedError(f"Zendesk's answer is not understood: {bad}") from None


def _of_events(client: ZendeskClient, place: _Place) -> Changes:
    found = client.ticket_events(place.events, _EVENTS)
    if _is_stuck(found, place):
        found = client.ticket_events(place.events, _MOST_EVENTS)
    end, reached = found.flag("end_of_stream"), _reached(found, place)
    # What is left of that second cannot be asked for.
    stuck = _is_stuck(found, place)
    after = replace(place, events=place.events + 1 if stuck else max(reached, place.events))
    return Changes(
        changes=tuple(
            change for event in found.children("ticket_events") for change in _messages(event)
        ),
        cursor=_written(replace(after, of_tickets=end)),
        until=_moment(after.events),
        end=False,
        whole=not stuck,
    )


def _reached(found: Fields, place: _Place) -> int:
    """Where the next page begins; Zendesk says null where nothing happened."""
    return found.number("end_time") if found.has("end_time") else place.events


def _is_stuck(found: Fields, place: _Place) -> bool:
    """More happened in one second than fits on a page, and the next one begins with a second."""
    return not found.flag("end_of_stream") and _reached(found, place) <= place.events


def _of_tickets(client: ZendeskClient, place: _Place) -> Changes:
    begin = {"start_time": str(place.since)}
    found = client.changed_tickets({"cursor": place.tickets} if place.tickets else begin)
    end = found.flag("end_of_stream")
    cursor = found.optional_text("after_cursor") or place.tickets
    stuck = not end and cursor == place.tickets
    return Changes(
        changes=tuple(change for ticket in found.children("tickets") for change in _became(ticket)),
        cursor=_written(replace(place, tickets=cursor, of_tickets=not (end or stuck))),
        until=_moment(place.events),
        end=end or stuck,
        whole=not stuck,
    )


def _messages(event: Fields) -> Iterator[TicketChange]:
    children = event.children("child_events")
    opens = any(child.raw().get("event_type") == _CREATE for child in children)
    for child in children:
        if not str(child.raw().get("event_type")).endswith(_COMMENT):
            continue
        message_id = child.number_id("id")
        wrote = child if child.has("author_id") else event
        yield TicketChange(
            id=f"message:{message_id}",
            kind=EventKind.MESSAGE_ADDED,
            ticket_id=event.number_id("ticket_id"),
            at=child.time("created_at") if child.has("created_at") else event.time("created_at"),
            message_id=message_id,
            author_id=wrote.number_id("author_id" if wrote is child else "updater_id"),
            public=child.flag("public" if child.has("public") else "comment_public"),
            opens=opens,
        )


def _became(ticket: Fields) -> Iterator[TicketChange]:
    status = (ticket.optional_text("status") or "").lower()
    kinds: Mapping[str, EventKind] = {
        _DELETED: EventKind.TICKET_DELETED,
        _CLOSED: EventKind.STATUS_CHANGED,
    }
    if status in kinds:
        at, ticket_id = ticket.number("generated_timestamp"), ticket.number_id("id")
        yield TicketChange(f"{status}:{ticket_id}:{at}", kinds[status], ticket_id, _moment(at))


def _begin(since: datetime) -> _Place:
    seconds = int(since.timestamp())
    return _Place(events=seconds, since=seconds)


def _written(place: _Place) -> str:
    return json.dumps(asdict(place), separators=(",", ":"))


def _read(cursor: str) -> _Place:
    try:
        kept = Fields(json.loads(cursor))
        return _Place(
            events=kept.number("events"),
            since=kept.number("since"),
            tickets=kept.optional_text("tickets"),
            of_tickets=kept.flag("of_tickets"),
        )
    except (ValueError, WrongShapeError):
        raise RejectedError("this is no cursor of an export") from None


def _moment(seconds: int) -> datetime:
    if not 0 <= seconds <= _LATEST:
        raise WrongShapeError("a time is not one in Unix seconds")
    return datetime.fromtimestamp(seconds, UTC)
