"""Messages as Gorgias makes them itself: from customers, agents, rules and its AI Agent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.records import NOTE, Json, Message, Person, Ticket
from connectors.sandbox.gorgias.writing import replied, written

_EMAIL, CHAT = "email", "chat"
# What an e-mail or chat channel of an account is: an integration, though none of type ``http``.
_CHANNEL_INTEGRATION = 66_001
_VIA_OF_CUSTOMERS = {_EMAIL: "email", CHAT: "gorgias_chat"}


def from_customer(
    customer: Person,
    *,
    channel: str,
    text: str | None,
    markup: str | None,
    domain: str,
    copies: Sequence[Person] = (),
    files: Sequence[Json] = (),
) -> Message:
    """What a customer wrote. It has been sent already."""
    said = written(text, markup)
    ours = {"name": domain, "address": f"support@{domain}.example"}
    address = conversation_of(customer) if channel == CHAT else customer.email
    source = {
        "type": channel,
        "from": {"name": customer.name, "address": address},
        "to": [ours],
        "cc": [{"name": one.name, "address": one.email} for one in copies],
        "extra": {},
    }
    return Message(
        channel=channel,
        via=_VIA_OF_CUSTOMERS.get(channel, channel),
        from_agent=False,
        sender=customer,
        body_text=said.body_text,
        body_html=said.body_html,
        stripped_text=said.stripped_text,
        stripped_html=said.stripped_html,
        source=source,
        integration_id=_CHANNEL_INTEGRATION,
        attachments=tuple(files),
    )


def reply(
    desk: Desk,
    ticket: Ticket,
    agent: Person,
    text: str,
    *,
    via: str = "helpdesk",
    rule_id: int | None = None,
    signature: str = "",
) -> Message:
    """What an agent, a rule or the AI Agent writes to the customer.

    ``body_text`` carries the signature and the quoted thread, ``stripped_text`` the reply alone.
    """
    customer = desk.people.customer(ticket.customer_id)
    thread = next((one for one in reversed(ticket.messages) if not one.is_note), None)
    is_chat = ticket.channel == CHAT
    said = replied(text, None if is_chat else thread, signature=signature)
    to = conversation_of(customer) if is_chat else customer.email
    return Message(
        channel=ticket.channel,
        via=via,
        from_agent=True,
        sender=agent,
        receiver=None if is_chat else customer,
        body_text=said.body_text,
        body_html=said.body_html,
        stripped_text=said.stripped_text,
        stripped_html=said.stripped_html,
        subject="" if is_chat else f"Re: {ticket.subject}",
        source={
            "type": ticket.channel,
            "from": {"name": agent.name, "address": agent.email},
            "to": [{"name": customer.name, "address": to}],
            "extra": {"include_thread": not is_chat},
        },
        integration_id=_CHANNEL_INTEGRATION,
        rule_id=rule_id,
    )


def note(agent: Person, text: str, *, via: str = "helpdesk", rule_id: int | None = None) -> Message:
    """What an agent or a rule tells the team. It has no stripped forms."""
    said = written(text, None)
    return Message(
        channel=NOTE,
        via=via,
        from_agent=True,
        public=False,
        sender=agent,
        body_text=said.body_text,
        body_html=said.body_html,
        source={"type": NOTE, "from": {"name": agent.name, "address": agent.email}, "to": []},
        rule_id=rule_id,
    )


def begin_chat(desk: Desk, customer: Person) -> tuple[Person, dict[str, Any]]:
    """Give a customer an address to chat with. Returns them, and the ticket's ``meta``."""
    address = f"conversation-{customer.id}"
    if conversation_of(customer) is None:
        channel = {"type": CHAT, "address": address, "preferred": False}
        fields = {"channels": (*customer.channels, channel)}
        customer = desk.people.change(customer.id, fields)
    return customer, {CHAT: {"conversation_id": address}}


def conversation_of(customer: Person) -> str | None:
    """Where somebody is chatted with."""
    chats = (str(one["address"]) for one in customer.channels if one["type"] == CHAT)
    return next(chats, None)


def by_ai_agent(message: Message) -> Message:
    """A message as the AI Agent makes it. The key in ``meta`` is unconfirmed."""
    return replace(message, meta={"ai_agent_message_type": "answer"})
