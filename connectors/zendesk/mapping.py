"""Zendesk's users, tickets, comments and audits as our types. Pure.

Sources: https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/ and
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from connectors.types import (
    Channel,
    Message,
    Origin,
    Person,
    PersonRole,
    Receipt,
    TagEdit,
    Ticket,
)
from connectors.zendesk import messaging
from connectors.zendesk.reading import SYSTEM_AUTHOR, Fields

_ROLES = {
    "end-user": PersonRole.END_USER,
    "agent": PersonRole.AGENT,
    "admin": PersonRole.ADMIN,
}
_CHANNELS = {
    "web": Channel.WEB,
    "mobile": Channel.MOBILE,
    "mobile_sdk": Channel.MOBILE,
    "email": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "api": Channel.API,
    "web_service": Channel.API,
    "import": Channel.API,
    "rule": Channel.RULE,
    "trigger": Channel.RULE,
    "automation": Channel.RULE,
    "merge": Channel.RULE,
    "chat": Channel.CHAT,
    **dict.fromkeys(messaging.CHANNELS, Channel.CHAT),
}
_MERGE = "merge"
_ASSIGNED = frozenset({"group_id", "assignee_id"})
# Our key in an audit's `metadata.custom`.
EFFECT_KEY = "bookbag_effect"


def person(user: Fields) -> Person:
    """A user. A role we do not know has no authority."""
    return Person(
        id=user.number_id("id"),
        name=user.optional_text("name") or "",
        role=_ROLES.get(user.optional_text("role") or "", PersonRole.END_USER),
        email=user.optional_text("email"),
    )


def people(page: Fields) -> dict[str, Person]:
    """The side-loaded users of a page, by id."""
    return {one.id: one for one in map(person, page.children("users"))}


def stranger(user_id: str) -> Person:
    """Who is named and was not side-loaded: nobody with authority, or Zendesk itself."""
    if user_id == SYSTEM_AUTHOR:
        # Not a customer: nothing Zendesk writes is a message to be answered.
        return Person(id=user_id, name="Zendesk", role=PersonRole.AGENT)
    return Person(id=user_id, name="", role=PersonRole.END_USER)


def status(page: Fields) -> str:
    """A ticket's status."""
    return page.child("ticket").text("status").lower()


def channel(thing: Fields) -> Channel:
    """Of a ticket, a comment or an audit, by its ``via.channel``."""
    via = thing.optional_child("via")
    name = via.raw().get("channel") if via else None
    return _CHANNELS.get(name.lower(), Channel.OTHER) if isinstance(name, str) else Channel.OTHER


def requester_id(page: Fields) -> str:
    """Whose ticket it is."""
    return page.child("ticket").number_id("requester_id")


def ticket(page: Fields, requester: Person) -> Ticket:
    """A ticket."""
    one = page.child("ticket")
    is_messaging = messaging.is_messaging(one)
    return Ticket(
        id=one.number_id("id"),
        subject=one.optional_text("subject") or "",
        status=status(page),
        tags=one.texts("tags"),
        requester=requester,
        channel=Channel.CHAT if is_messaging else channel(one),
        created_at=one.time("created_at"),
        stamp=one.text("updated_at"),
        takes_replies=not is_messaging,
    )


def message(comment: Fields, authors: Mapping[str, Person]) -> Message:
    """A comment. It has no role of its own: its author comes from the side-loaded users."""
    author = comment.number_id("author_id")
    return Message(
        id=comment.number_id("id"),
        author=authors.get(author) or stranger(author),
        public=comment.flag("public"),
        text=comment.optional_text("plain_body") or comment.optional_text("body") or "",
        created_at=comment.time("created_at"),
        html=comment.optional_text("html_body"),
        channel=_written_through(comment, author),
        attachments=tuple(
            one.optional_text("file_name") or "" for one in comment.children("attachments")
        ),
    )


def _written_through(comment: Fields, author_id: str) -> Channel:
    """Zendesk's own words are a rule's, those that tell of a merge too, whoever merged."""
    via = comment.optional_child("via")
    source = via.raw().get("source") if via else None
    merged = isinstance(source, Mapping) and source.get("rel") == _MERGE
    return Channel.RULE if merged or author_id == SYSTEM_AUTHOR else channel(comment)


def comment_events(audit: Fields) -> Iterator[str]:
    """Ids of the comments an update wrote; an event of that type has its comment's id."""
    for event in audit.children("events"):
        if event.raw().get("type") == "Comment":
            yield event.number_id("id")


def origin(audits: Iterable[Fields], message_id: str) -> Origin | None:
    """Who made the update that wrote a comment."""
    for audit in audits:
        for event in audit.children("events"):
            if event.raw().get("type") == "Comment" and event.number_id("id") == message_id:
                author_id = audit.number_id("author_id")
                return Origin(author_id=author_id, channel=_origin_channel(audit, event))
    return None


def _origin_channel(audit: Fields, event: Fields) -> Channel:
    """A rule's comment stands in the update that fired it, with a ``via`` of its own."""
    own = channel(event)
    return own if own in (Channel.RULE, Channel.API) else channel(audit)


def tag_edit(audit: Fields, is_ours: Callable[[Fields], bool]) -> TagEdit | None:
    """What an update did to the tags; None where it left them, or opened the ticket."""
    for event in audit.children("events"):
        if event.raw().get("type") == "Change" and event.raw().get("field_name") == "tags":
            before, after = event.texts("previous_value"), event.texts("value")
            return TagEdit(
                author_id=audit.number_id("author_id"),
                channel=_origin_channel(audit, event),
                added=after - before,
                removed=before - after,
                ours=is_ours(audit),
            )
    return None


def carries_effect(audit: Fields) -> bool:
    """Whether an update carries the id of an effect of ours."""
    return _effect_of(audit) is not None


def receipt(audit: Fields) -> Receipt:
    """Proof of an update: its comment's id, or the audit's own where it wrote none."""
    written = next(comment_events(audit), None)
    return Receipt(external_id=written or audit.number_id("id"), at=audit.time("created_at"))


def effect_receipt(audits: Iterable[Fields], effect_id: str) -> Receipt | None:
    """The receipt of the update that carries our effect id."""
    for audit in audits:
        if _effect_of(audit) == effect_id:
            return receipt(audit)
    return None


def assigned_by_others(audits: Iterable[Fields], *, since: datetime) -> bool:
    """Whether somebody gave the ticket to a person or a group since.

    What our own updates changed does not count, nor what a rule of the merchant's did, nor how
    the ticket was opened.

    Args:
        audits: In any order.
        since: Zendesk's own times have whole seconds, rounded down.
    """
    second = since.replace(microsecond=0)
    return any(
        audit.time("created_at") >= second and _effect_of(audit) is None and _assigns(audit)
        for audit in audits
    )


def _assigns(audit: Fields) -> bool:
    """Whether a person's update gave a ticket that was there to a person or a group.

    A trigger's changes stand in the update that fired it, with a ``via`` of their own.
    """
    events = audit.children("events")
    if any(event.raw().get("type") == "Create" for event in events):
        return False
    return any(
        event.raw().get("type") == "Change"
        and event.raw().get("field_name") in _ASSIGNED
        and Channel.RULE not in (channel(audit), channel(event))
        for event in events
    )


def _effect_of(audit: Fields) -> object:
    """Our effect's id that an update carries; None where it is not ours."""
    metadata = audit.optional_child("metadata")
    custom = metadata.raw().get("custom") if metadata else None
    return custom.get(EFFECT_KEY) if isinstance(custom, Mapping) else None
