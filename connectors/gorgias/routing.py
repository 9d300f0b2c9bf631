"""How a reply reaches the ticket's customer: from which address of ours, to which of theirs.

It goes to the ticket's own customer, never to whoever else wrote on the ticket.
"""

from collections.abc import Callable, Iterator, Sequence

from connectors.errors import RejectedError
from connectors.gorgias.mapping import CHAT, MAILED, NOTE, chat_address, mail_address
from connectors.gorgias.writing import Route
from connectors.reading import Fields

_EMAIL = "email"
# From an integration's id to its address; None where it has none.
AddressOf = Callable[[str], str | None]


def route(ticket: Fields, newest_first: Sequence[Fields], address_of: AddressOf) -> Route:
    """The way of a reply.

    Args:
        ticket: The ticket.
        newest_first: Its messages.
        address_of: Looks an integration's address up.

    Raises:
        RejectedError: There is no way that is sure.
    """
    channel = (ticket.optional_text("channel") or "").lower()
    if channel == CHAT:
        return _chat(ticket)
    if channel in MAILED:
        return _mail(ticket, newest_first, address_of)
    raise RejectedError(f"a reply to a {channel[:40] or 'nameless'} ticket is sent by an agent")


def _chat(ticket: Fields) -> Route:
    """https://developers.gorgias.com/reference/create-ticket-message: a chat has no receiver."""
    address = chat_address(ticket)
    if address is None:
        raise RejectedError("the chat's conversation is not known, so an agent has to answer")
    return Route(CHAT, {"type": CHAT, "to": [{"address": address}]})


def _mail(ticket: Fields, newest_first: Sequence[Fields], address_of: AddressOf) -> Route:
    to = mail_address(ticket)
    if to is None:
        raise RejectedError("the ticket's customer has no e-mail address")
    customer = ticket.child("customer")
    name = customer.optional_text("name")
    subject = ticket.optional_text("subject") or ""
    is_reply = subject.lower().startswith("re:")
    return Route(
        _EMAIL,
        {
            "type": _EMAIL,
            "from": {"address": _ours(newest_first, address_of)},
            "to": [{"address": to, **({"name": name} if name else {})}],
        },
        receiver=int(customer.number_id("id")),
        subject=subject if is_reply or not subject else f"Re: {subject}",
    )


def _ours(newest_first: Sequence[Fields], address_of: AddressOf) -> str:
    """Which address of ours the customer writes to.

    Where they wrote to, if that is one address, else that of the integration that took it in; where
    they never wrote, from where an agent did.
    """
    mails = [one for one in newest_first if _is_mail(one)]
    mails.sort(key=lambda one: one.flag("from_agent"))
    for one in mails:
        source = one.child("source")
        if one.flag("from_agent"):
            sender = source.optional_child("from")
            ours = [sender.optional_text("address") if sender else None]
        else:
            ours = list(_addresses(source, "to"))
        if len(ours) == 1 and ours[0]:
            return ours[0]
        integration = one.number_id("integration_id") if one.has("integration_id") else None
        address = address_of(integration) if integration else None
        if address:
            return address
    raise RejectedError(
        "it is not sure which of your addresses the customer wrote to, so an agent has to answer"
    )


def _is_mail(one: Fields) -> bool:
    source = one.optional_child("source")
    return (
        source is not None
        and source.optional_text("type") == _EMAIL
        and one.optional_text("channel") != NOTE
    )


def _addresses(source: Fields, key: str) -> Iterator[str]:
    for one in source.children(key):
        address = one.optional_text("address")
        if address:
            yield address
