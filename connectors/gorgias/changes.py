"""What changed in an account, from the newest back to a moment: messages first, tickets after.

No list of Gorgias' can be asked for what came after a moment, and its cursors live shortly. So a
round reads back from now to where the last one began, page by page; who comes back too late is
refused and begins again by the time.

Sources: https://developers.gorgias.com/reference/list-messages and
https://developers.gorgias.com/reference/list-tickets.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.errors import RejectedError
from connectors.gorgias import mapping
from connectors.gorgias.client import GorgiasClient, Query
from connectors.gorgias.reading import understood
from connectors.reading import Fields, WrongShapeError
from connectors.types import Changes, EventKind, TicketChange

# Something that was just written may be listed late.
_SETTLED = timedelta(minutes=2)
_MESSAGES: Query = {"order_by": "created_datetime:desc"}
# Whether those in the trash come without being asked for is unconfirmed.
_TICKETS: Query = {"order_by": "updated_datetime:desc", "trashed": "true"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a round stands.

    Attributes:
        since: What happened before was told.
        until: Of the messages' newest page; the next round begins there.
        page: Gorgias' cursor; None for the newest page.
        of_tickets: It is the tickets' turn.
    """

    since: str
    until: str | None = None
    page: str | None = None
    of_tickets: bool = False


def page(client: GorgiasClient, since: datetime | str) -> Changes:
    """The next page.

    Raises:
        RejectedError: The cursor is not one of ours, or too old, or the answer is not understood.
    """
    place = _read(since) if isinstance(since, str) else _Place(since.astimezone(UTC).isoformat())
    return understood(_of_tickets if place.of_tickets else _of_messages, client, place)


def _of_messages(client: GorgiasClient, place: _Place) -> Changes:
    items, following = _asked(client, "messages", _MESSAGES, place)
    since = datetime.fromisoformat(place.since)
    # A message that was imported may bear any time; one to come must not hide those before it.
    newest = min(max((one.time("created_datetime") for one in items), default=since), _now())
    place = replace(place, until=place.until or max(newest - _SETTLED, since).isoformat())
    fresh = [one for one in items if one.time("created_datetime") >= since]
    end = following is None or len(fresh) < len(items)
    after = replace(place, page=None if end else following, of_tickets=end)
    changes = (_message(one) for one in reversed(fresh))
    return Changes(tuple(changes), cursor=_written(after), until=since, end=False)


def _of_tickets(client: GorgiasClient, place: _Place) -> Changes:
    items, following = _asked(client, "tickets", _TICKETS, place)
    since, until = datetime.fromisoformat(place.since), _moment(place.until or place.since)
    fresh = [one for one in items if one.time("updated_datetime") >= since]
    end = following is None or len(fresh) < len(items)
    after = _Place(until.isoformat()) if end else replace(place, page=following)
    changes = tuple(change for one in reversed(fresh) for change in _became(one))
    return Changes(changes, cursor=_written(after), until=until if end else since, end=end)


def _now() -> datetime:
    return datetime.now(UTC)


def _asked(
    client: GorgiasClient, path: str, query: Query, place: _Place
) -> tuple[list[Fields], str | None]:
    cursor = {} if place.page is None else {"cursor": place.page}
    items, following = client.page(path, {**query, **cursor})
    return items, following if items and following != place.page else None


def _message(one: Fields) -> TicketChange:
    message_id = one.number_id("id")
    sender = one.optional_child("sender")
    return TicketChange(
        id=f"message:{message_id}",
        kind=EventKind.MESSAGE_ADDED,
        ticket_id=one.number_id("ticket_id"),
        at=one.time("created_datetime"),
        message_id=message_id,
        author_id=sender.number_id("id") if sender is not None and sender.has("id") else None,
        public=mapping.is_public(one),
    )


def _became(one: Fields) -> Iterator[TicketChange]:
    """A ticket that is in the trash, or done with. One that was deleted for good is not listed."""
    ticket_id, at = one.number_id("id"), one.time("updated_datetime")
    if mapping.is_trashed(one):
        at = one.time("trashed_datetime")
        yield TicketChange(f"deleted:{ticket_id}:{at}", EventKind.TICKET_DELETED, ticket_id, at)
    elif mapping.status(one) == "solved":
        yield TicketChange(f"closed:{ticket_id}:{at}", EventKind.STATUS_CHANGED, ticket_id, at)


def _written(place: _Place) -> str:
    return json.dumps(asdict(place), separators=(",", ":"))


def _read(cursor: str) -> _Place:
    try:
        kept = Fields(json.loads(cursor))
        place = _Place(
            since=kept.text("since"),
            until=kept.optional_text("until"),
            page=kept.optional_text("page"),
            of_tickets=kept.flag("of_tickets"),
        )
        _moment(place.since)
        _moment(place.until or place.since)
    except (ValueError, WrongShapeError):
        raise RejectedError("this is no cursor of ours") from None
    return place


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise WrongShapeError("a time has no zone")
    return moment
