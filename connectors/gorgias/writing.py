"""Every body that makes or changes a message in Gorgias. Pure.

Gorgias sends whatever stands on a public channel and has no `sent_datetime` to the customer. So all
bodies are made by `_message`, and one on a public channel by `reply` alone.

Source: https://developers.gorgias.com/reference/create-ticket-message
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.errors import RejectedError
from connectors.gorgias.mapping import NOTE
from connectors.markup import to_html, to_text

# A message's `external_id` is "not used by Gorgias, feel free to set it as you wish".
_EFFECT = "bookbag:"

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Route:
    """How a reply reaches the customer.

    Attributes:
        channel: A public one.
        source: Whom it is from and to.
        receiver: The customer's id, where Gorgias wants it.
        subject: Of a mail.
    """

    channel: str
    source: Mapping[str, object]
    receiver: int | None = None
    subject: str | None = None


def note(html: str, *, sender: int, effect_id: str) -> Body:
    """An internal note, which no customer sees."""
    return _message(NOTE, html, to_text(html), sender=sender, effect_id=effect_id)


def rewritten_note(html: str, *, sender: int, effect_id: str) -> Body:
    """What a note of ours is changed into, all of it."""
    told = note(html, sender=sender, effect_id=effect_id)
    return {name: value for name, value in told.items() if name != "public"}


def reply(text: str, route: Route, *, sender: int, effect_id: str) -> Body:
    """What is sent to the customer.

    Raises:
        RejectedError: There is nothing to send, or it would be sent nowhere.
    """
    html = to_html(text)
    if not html:
        raise RejectedError("an empty reply is not sent")
    if route.channel == NOTE:
        raise RejectedError("a reply is not sent as an internal note")
    receiver = {} if route.receiver is None else {"receiver": {"id": route.receiver}}
    subject = {} if route.subject is None else {"subject": route.subject}
    message = _message(route.channel, html, text, sender=sender, effect_id=effect_id)
    return {**message, "source": route.source, **receiver, **subject}


def effect_mark(effect_id: str) -> str:
    """What a message of ours carries, to be found again."""
    return f"{_EFFECT}{effect_id}"


def _message(channel: str, html: str, text: str, *, sender: int, effect_id: str) -> Body:
    return {
        "channel": channel,
        "via": "api",
        "from_agent": True,
        "public": channel != NOTE,
        # More than an id would change the user.
        "sender": {"id": sender},
        "body_html": html,
        "body_text": text,
        "external_id": effect_mark(effect_id),
    }
