"""Gorgias' events: who did what to a ticket. Pure.

An event names its user, a rule's none or a bot; what belongs together shares a ``context``, so that
a rule is known by its own event among them. Tags stand there by their ids.

Source: https://developers.gorgias.com/reference/events
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.gorgias.people import BOT
from connectors.reading import Fields
from connectors.types import Channel, TagEdit

_RULE, _MESSAGE_CREATED = "rule-executed", "ticket-message-created"
_ASSIGNED = frozenset(
    {"ticket-assigned", "ticket-unassigned", "ticket-team-assigned", "ticket-team-unassigned"}
)
_TAGS = {"ticket-tags-added": "tags_added", "ticket-tags-removed": "tags_removed"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a ticket.

    Attributes:
        user: Who did it; None where nobody is named.
        message: Which message it is about, where its object is one.
        context: What happened together shares one; empty where it is not told.
        data: What else is told.
    """

    id: int
    type: str
    at: datetime
    user: str | None
    message: str | None
    context: str
    data: Mapping[str, object]


def event(one: Fields) -> Event:
    """An event."""
    data = one.optional_child("data")
    about_message = one.optional_text("object_type") == "TicketMessage"
    return Event(
        id=int(one.number_id("id")),
        type=one.text("type").lower(),
        at=one.time("created_datetime"),
        user=one.number_id("user_id") if one.has("user_id") else None,
        message=one.number_id("object_id") if about_message else None,
        context=one.optional_text("context") or "",
        data=data.raw() if data else {},
    )


def actor(events: Iterable[Event], message_id: str) -> str | None:
    """Who made a message, by the event of it; None where that is not told.

    Whether such an event has the message or its ticket as its object is unconfirmed.
    """
    made = (one for one in events if one.type == _MESSAGE_CREATED)
    about = (one for one in made if message_id in (one.message, str(one.data.get("message_id"))))
    return next((one.user for one in about if one.user is not None), None)


def assigned_by_others(
    events: Sequence[Event], *, since: datetime, me: str, roles: Mapping[str, str]
) -> bool:
    """Whether a person gave the ticket to somebody, or took it from them, since."""
    second = since.replace(microsecond=0)
    rules = _rules(events)
    return any(
        one.type in _ASSIGNED and one.at >= second and one.user not in (None, me)
        for one in events
        if one.context not in rules and roles.get(one.user or "") != BOT
    )


def named_tags(events: Iterable[Event]) -> frozenset[int]:
    """The ids of the tags that were put on or taken off."""
    return frozenset(tag for one in events for tag in _tags(one) if isinstance(tag, int))


def tag_edits(
    events: Sequence[Event],
    *,
    names: Mapping[int, str],
    me: str,
    roles: Mapping[str, str],
) -> tuple[TagEdit, ...]:
    """What was done to a ticket's tags, newest first.

    Args:
        events: Of one ticket.
        names: Of tags, by id. A tag that is there no more has none, and is left out.
        me: Whom we write as.
        roles: Of the account's users, by id.
    """
    rules = _rules(events)

    def channel(one: Event) -> Channel:
        if one.context in rules:
            return Channel.RULE
        by_machine = one.user in (None, me) or roles.get(one.user) == BOT
        return Channel.API if by_machine else Channel.OTHER

    return tuple(
        TagEdit(
            author_id=group[0].user or "0",
            channel=channel(group[0]),
            added=_named(group, "ticket-tags-added", names),
            removed=_named(group, "ticket-tags-removed", names),
            ours=group[0].user == me,
        )
        for group in _together(events, is_one=lambda one: one.type in _TAGS)
    )


def _together(
    events: Sequence[Event], *, is_one: Callable[[Event], bool]
) -> Iterator[Sequence[Event]]:
    """Events that one person's one act made, newest first."""
    groups: dict[object, list[Event]] = {}
    for one in sorted(filter(is_one, events), key=lambda one: (one.at, one.id), reverse=True):
        groups.setdefault((one.context, one.user) if one.context else one.id, []).append(one)
    yield from groups.values()


def _rules(events: Iterable[Event]) -> frozenset[str]:
    return frozenset(one.context for one in events if one.type == _RULE and one.context)


def _named(group: Sequence[Event], type_: str, names: Mapping[int, str]) -> frozenset[str]:
    found = (tag for one in group if one.type == type_ for tag in _tags(one))
    told = (names.get(tag) if isinstance(tag, int) else tag for tag in found)
    return frozenset(name for name in told if isinstance(name, str))


def _tags(one: Event) -> Sequence[object]:
    tags = one.data.get(_TAGS.get(one.type, ""))
    return tags if isinstance(tags, list) else ()
