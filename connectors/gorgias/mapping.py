"""Gorgias' tickets and messages as our types. Pure.

Sources: https://developers.gorgias.com/reference/the-ticket-object and
https://developers.gorgias.com/reference/ticket-messages.
"""

from collections.abc import Iterable, Mapping

from connectors.gorgias.people import BOT
from connectors.reading import Fields
from connectors.types import (
    Channel,
    Message,
    Origin,
    Person,
    PersonRole,
    Receipt,
    Ticket,
)

NOTE = "internal-note"
OPEN, CLOSED = "open", "closed"
# Gorgias has two of the statuses there are. What is closed there can be opened again.
STATUSES = {
    **dict.fromkeys(("new", "open", "pending", "hold"), OPEN),
    **dict.fromkeys(("solved", "closed"), CLOSED),
}
_NOBODY = "0"
# By ``channel`` or ``via``: what a customer wrote through.
_CHANNELS = {
    "email": Channel.EMAIL,
    **dict.fromkeys(("contact_form", "form", "help-center", "offline_capture"), Channel.WEB),
    **dict.fromkeys(("chat", "gorgias_chat", "facebook-messenger", "whatsapp"), Channel.CHAT),
    **dict.fromkeys(("instagram-direct-message", "twitter-direct-message"), Channel.CHAT),
    **dict.fromkeys(("sms", "twilio"), Channel.CHAT),
    "api": Channel.API,
    "rule": Channel.RULE,
}
# An agent's own interface; a note's is unconfirmed.
_HELPDESK = frozenset({"helpdesk", NOTE})
# A reply reaches a customer by mail, or where the conversation's address is known.
MAILED = frozenset({"email", "contact_form", "help-center", "api"})
CHAT = "chat"


def ticket(one: Fields) -> Ticket:
    """A ticket. One that nobody asked on is nobody's."""
    customer = one.optional_child("customer")
    channel = (one.optional_text("channel") or "").lower()
    return Ticket(
        id=one.number_id("id"),
        subject=one.optional_text("subject") or "",
        status=status(one),
        tags=frozenset(tag.text("name") for tag in one.children("tags")),
        requester=_customer(customer),
        channel=_CHANNELS.get(channel, Channel.OTHER),
        created_at=one.time("created_datetime"),
        stamp=one.optional_text("updated_datetime") or "",
        takes_replies=_takes_replies(one, channel),
    )


def status(one: Fields) -> str:
    """A closed ticket can be written on and opened again, so it is solved; snoozed, it waits."""
    if one.text("status").lower() != CLOSED:
        return "open"
    return "pending" if one.has("snooze_datetime") else "solved"


def is_trashed(one: Fields) -> bool:
    """Whether somebody has put it into the trash."""
    return one.has("trashed_datetime")


def _takes_replies(one: Fields, channel: str) -> bool:
    if channel == CHAT:
        return chat_address(one) is not None
    return channel in MAILED and mail_address(one) is not None


def mail_address(one: Fields) -> str | None:
    """Where the ticket's customer is mailed."""
    customer = one.optional_child("customer")
    return (customer.optional_text("email") if customer else None) or None


def chat_address(one: Fields) -> str | None:
    """The conversation that a chat ticket is about, or where else its customer chats."""
    meta = one.optional_child("meta")
    chat = meta.optional_child(CHAT) if meta else None
    conversation = chat.raw().get("conversation_id") if chat else None
    if conversation is not None:
        return str(conversation)
    customer = one.optional_child("customer")
    for channel in customer.children("channels") if customer else []:
        if channel.raw().get("type") == CHAT:
            return channel.optional_text("address")
    return None


def _customer(customer: Fields | None) -> Person:
    if customer is None:
        return Person(id=_NOBODY, name="", role=PersonRole.END_USER)
    return Person(
        id=customer.number_id("id"),
        name=customer.optional_text("name") or "",
        role=PersonRole.END_USER,
        email=customer.optional_text("email"),
    )


def message(one: Fields, roles: Mapping[str, str]) -> Message:
    """A message or a note.

    Args:
        one: As it came.
        roles: Of the account's users, by id.
    """
    stripped = one.optional_text("stripped_text")
    return Message(
        id=one.number_id("id"),
        author=_author(one),
        public=is_public(one),
        # Without the thread it quotes, and the signature; a note has nothing to be stripped of.
        text=stripped or one.optional_text("body_text") or "",
        created_at=one.time("created_datetime"),
        html=None if stripped else one.optional_text("body_html"),
        channel=written_through(one, roles),
        attachments=tuple(file.optional_text("name") or "" for file in one.children("attachments")),
    )


def is_public(one: Fields) -> bool:
    """Whether the customer sees it; not where anything says that it is a note."""
    return one.optional_flag("public") is not False and one.text("channel") != NOTE


def _author(one: Fields) -> Person:
    """Who wrote it. That it is staff says the message: a sender's own type is always unknown."""
    role = PersonRole.AGENT if one.flag("from_agent") else PersonRole.END_USER
    sender = one.optional_child("sender")
    if sender is None or not sender.has("id"):
        return Person(id=_NOBODY, name="", role=role)
    return Person(
        id=sender.number_id("id"),
        name=sender.optional_text("name") or "",
        role=role,
        email=sender.optional_text("email"),
    )


def written_through(one: Fields, roles: Mapping[str, str]) -> Channel:
    """A rule's words are a rule's, whoever they are sent as; a bot answers as an app does."""
    via = (one.optional_text("via") or "").lower()
    if not one.flag("from_agent"):
        named = (one.text("channel").lower(), via)
        return next((_CHANNELS[name] for name in named if name in _CHANNELS), Channel.OTHER)
    if one.has("rule_id") or via == "rule":
        return Channel.RULE
    if roles.get(_author(one).id) == BOT:
        return Channel.API
    return Channel.WEB if via in _HELPDESK else _CHANNELS.get(via, Channel.OTHER)


def origin(one: Fields, roles: Mapping[str, str], *, actor: str | None) -> Origin:
    """Who really wrote a message, and through what.

    Args:
        one: The message.
        roles: Of the account's users, by id.
        actor: Whom the audit log names; None where it names nobody. Whoever calls the API may claim
            any sender and any way in, but not another actor.
    """
    author = _author(one).id
    channel = written_through(one, roles)
    if actor is None or actor == author:
        return Origin(author_id=author, channel=channel)
    by_hand = channel in (Channel.WEB, Channel.MOBILE)
    return Origin(author_id=actor, channel=Channel.API if by_hand else channel)


def is_note_of(one: Fields, user_id: str) -> bool:
    """Whether it is an internal note that somebody wrote through the API."""
    is_note = one.text("channel") == NOTE and one.optional_text("via") == "api"
    return is_note and _author(one).id == user_id


def tags_in_use(tags: Iterable[Fields]) -> tuple[str, ...]:
    """Names of tags that tickets have, the most used first; of all where no tag's use is told."""
    found = [(tag.number("usage") if tag.has("usage") else 0, tag.text("name")) for tag in tags]
    used = [one for one in found if one[0] > 0]
    return tuple(name for _, name in sorted(used or found, key=lambda one: (-one[0], one[1])))


def assignment(ticket: Fields, team_id: str) -> Receipt:
    """Proof that a team has a ticket. It is named so that it is taken for no message."""
    return Receipt(f"team:{team_id}", ticket.time("updated_datetime"))


def receipt(one: Fields) -> Receipt:
    """Proof of a message."""
    return Receipt(one.number_id("id"), one.time("created_datetime"))
