"""Messaging: chat messages stand in a ticket's conversation log, not among its comments. Pure.

Sources: https://developer.zendesk.com/api-reference/ticketing/tickets/conversation_log/ and
https://developer.zendesk.com/documentation/ticketing/reference-guides/conversation-log-events-reference.
The log repeats the comments; these are read as comments, with their authors' roles.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.reading import WrongShapeError
from connectors.types import Channel, Message, Person, PersonRole
from connectors.zendesk.reading import SYSTEM_AUTHOR, Fields

_MESSAGE = "Messaging::ConversationMessage"
# An event is named by a ULID, a message by the last part of its reference, as webhooks name it.
_REFERENCE = re.compile(r"zen:sunco:conversation_message:([A-Za-z0-9_-]{1,64})")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# Documented are user, agent and bot; the others were seen in public code and in webhooks.
_AGENT = "agent"
_BOTS = frozenset({"bot", "business", "app"})
_ITSELF = frozenset({"system", "trigger"})
# ``via.channel`` of a ticket that a conversation was made into, and of its first comment.
CHANNELS = frozenset(
    {
        *("native_messaging", "messaging", "whatsapp", "instagram_dm", "line", "wechat", "viber"),
        *("telegram", "kakaotalk", "apple_business_chat", "google_business_messages"),
        *("google_rcs", "business_messaging_slack_connect", "messagebird_sms", "twilio_sms"),
        *("sunshine_conversations_api", "sunshine_conversations_facebook_messenger"),
        *("sunshine_conversations_twitter_dm", "sunshine_conversations_twilio_sms"),
    }
)


def is_messaging(ticket: Fields) -> bool:
    """Whether a ticket is a conversation, into which no comment leads."""
    return ticket.optional_flag("from_messaging_channel") is True or is_through(ticket)


def is_through(thing: Fields) -> bool:
    """Whether a ticket or a comment came through a messaging channel."""
    via = thing.optional_child("via")
    channel = via.raw().get("channel") if via is not None else None
    return isinstance(channel, str) and channel in CHANNELS


def chat_messages(
    events: Iterable[Fields], known: Mapping[str, Person]
) -> Iterator[tuple[int, Message]]:
    """The chat messages of a conversation log, each with its place in it.

    Args:
        events: As the log has them.
        known: Users of the ticket's comments, by id: the log names nobody's e-mail.
    """
    for place, event in enumerate(events):
        if event.raw().get("type") == _MESSAGE:
            yield place, _message(event, known)


def in_order(comments: Sequence[Message], chat: Iterable[tuple[int, Message]]) -> list[Message]:
    """Comments and chat messages, oldest first. Times have whole seconds; what was said is first.

    Whoever writes a note about a message has read it.
    """
    ordered = sorted(chat, key=lambda one: (one[1].created_at, one[0]))
    return sorted([*(one for _, one in ordered), *comments], key=lambda one: one.created_at)


def _message(event: Fields, known: Mapping[str, Person]) -> Message:
    content = event.optional_child("content")
    author = event.child("author")
    return Message(
        id=message_name(event),
        author=_author(author, known),
        public=True,
        text=(content.optional_text("text") or "") if content else "",
        created_at=event.time("created_at"),
        html=content.optional_text("body") if content else None,
        channel=_channel(author, event.optional_child("source")),
        attachments=tuple(
            one.optional_text("file_name") or "" for one in event.children("attachments")
        ),
    )


def message_name(event: Fields) -> str:
    """What a message is called in webhooks, too."""
    found = _REFERENCE.fullmatch(event.optional_text("reference") or "")
    if found:
        return found.group(1)
    name = event.text("id")
    if not _NAME.fullmatch(name):
        raise WrongShapeError("events.id: expected a short name in ASCII")
    return name


def _author(author: Fields, known: Mapping[str, Person]) -> Person:
    """Who is not known to be staff has no authority."""
    kind = (author.optional_text("type") or "").lower()
    staff = kind == _AGENT or kind in _BOTS | _ITSELF
    found = known.get(_user_id(author))
    if found is not None and found.role.is_staff is staff:
        return found
    role = PersonRole.AGENT if staff else PersonRole.END_USER
    return Person(_user_id(author), author.optional_text("display_name") or "", role)


def _user_id(author: Fields) -> str:
    if author.has("zen:support:user_id"):
        return author.number_id("zen:support:user_id")
    of_messaging = author.optional_text("zen:sunco:user_id")
    return f"sunco:{of_messaging}" if of_messaging else SYSTEM_AUTHOR


def _channel(author: Fields, source: Fields | None) -> Channel:
    """A bot answers as an app does; what the helpdesk writes by itself is a rule's."""
    kind = (author.optional_text("type") or "").lower()
    if kind in _BOTS:
        return Channel.API
    if kind in _ITSELF:
        through = source.raw().get("type") if source else None
        by_app = isinstance(through, str) and through.startswith("api")
        return Channel.API if by_app else Channel.RULE
    return Channel.CHAT
