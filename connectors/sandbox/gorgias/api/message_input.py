"""What a message may hold when the API makes or changes one.

https://developers.gorgias.com/reference/create-ticket-message
"""

from typing import Any

from marshmallow import fields, validate

from connectors.sandbox.gorgias.api.people_input import person, read_receiver, read_sender
from connectors.sandbox.gorgias.api.reading import (
    Fields,
    flag,
    mapping,
    moment,
    number,
    one_of,
    schema,
    text,
)
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.records import CHANNELS, NOTE, VIAS, Message
from connectors.sandbox.gorgias.writing import Written, written

_LONGEST_ID = 255
_ADDRESS = {"address": text(required=True), "name": text()}
_SOURCE = {
    "type": text(),
    "from": fields.Nested(schema(_ADDRESS), allow_none=True),
    **{
        name: fields.List(fields.Nested(schema(_ADDRESS)), allow_none=True)
        for name in ("to", "cc", "bcc")
    },
    "extra": mapping(),
}
_ATTACHMENT = {
    "url": text(required=True),
    "name": text(required=True),
    "content_type": text(required=True),
    "size": number(),
    "public": flag(),
    "extra": mapping(),
}
_CHANGEABLE = {
    "channel": one_of(CHANNELS, required=True),
    "from_agent": flag(required=True),
    "via": one_of(VIAS, required=True),
    "body_text": text(),
    "body_html": text(),
    "subject": text(),
    "message_id": text(),
    "external_id": text(most=_LONGEST_ID),
    "sent_datetime": moment(),
    "failed_datetime": moment(),
    "source": fields.Nested(schema(_SOURCE), allow_none=True),
    "receiver": fields.Nested(person(), allow_none=True),
    "attachments": fields.List(fields.Nested(schema(_ATTACHMENT)), allow_none=True),
}
MESSAGE = {
    **_CHANGEABLE,
    # Required: seen running, as a 400 without it.
    "sender": fields.Nested(person(), required=True),
    "public": flag(),
    "integration_id": fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=1)),
    **{f"{name}_datetime": moment() for name in ("created", "deleted", "opened")},
    **{name: text() for name in ("stripped_text", "stripped_html", "stripped_signature")},
    "mention_ids": fields.List(fields.Integer(strict=True), allow_none=True),
    "headers": mapping(),
    "meta": mapping(),
    "macros": fields.List(mapping(), allow_none=True),
    "last_sending_error": mapping(),
}
NEW_MESSAGE = schema(MESSAGE)
CHANGED_MESSAGE = schema({**_CHANGEABLE, "sender": fields.Nested(person(), allow_none=True)})
_PLAIN = ("subject", "message_id", "external_id", "source")
_MOMENTS = {"sent_datetime": "sent_at", "failed_datetime": "failed_at"}


def new_message(given: Fields, *, doing: str) -> Message:
    """A message that the API makes.

    A public channel without ``sent_datetime`` is sent to the customer.

    Raises:
        ApiError: 400.
    """
    note, from_agent = given["channel"] == NOTE, given["from_agent"]
    if given.get("mention_ids") and not note:
        told = {"mention_ids": ["Only allowed for internal notes."]}
        raise bad_request(f"Failed to {doing}", told)
    sender = read_sender(given["sender"], from_agent=from_agent, doing=doing)
    receiver = read_receiver(given.get("receiver"), doing=doing)
    if _needs_receiver(given) and receiver is None:
        told = {"receiver": ["Missing data for required field."]}
        raise bad_request(f"Failed to {doing}", told)
    said = written(given.get("body_text"), given.get("body_html"))
    plain: Fields = {
        name: given.get(name) for name in (*_PLAIN, "headers", "meta", "integration_id")
    }
    return Message(
        channel=given["channel"],
        via=given["via"],
        from_agent=from_agent,
        sender=sender,
        receiver=receiver,
        body_text=said.body_text,
        body_html=said.body_html,
        public=not note and given.get("public", True),
        attachments=tuple(given.get("attachments") or ()),
        mention_ids=tuple(given.get("mention_ids") or ()),
        created_at=given.get("created_datetime"),
        sent_at=given.get("sent_datetime") or _received(given),
        failed_at=given.get("failed_datetime"),
        opened_at=given.get("opened_datetime"),
        last_sending_error=given.get("last_sending_error"),
        **_stripped(given, said),
        **plain,
    )


def changed_message(given: Fields, known: Message, *, action: str | None) -> dict[str, Any]:
    """What a PUT changes: only what was sent, each body by itself.

    ``action=retry`` sends again what had failed.

    Raises:
        ApiError: 400, the channel is another one, which could make a note public.
    """
    if given["channel"] != known.channel or given["from_agent"] != known.from_agent:
        told = {"channel": ["Cannot be changed."]}
        raise bad_request("Failed to update ticket message", told)
    changed = {name: given[name] for name in (*_PLAIN, "body_text", "body_html") if name in given}
    changed |= {kept: given[name] for name, kept in _MOMENTS.items() if name in given}
    if "attachments" in given:
        changed["attachments"] = tuple(given["attachments"] or ())
    if action == "retry":
        changed |= {"failed_at": None, "last_sending_error": None}
    return changed


def _needs_receiver(given: Fields) -> bool:
    """Notes need none, chats must have none, and a source may name addresses. Unconfirmed."""
    named = (given.get("source") or {}).get("to")
    sends = given["from_agent"] and given["channel"] not in {NOTE, "chat"}
    return sends and not named


def _received(given: Fields) -> Any:
    """What a customer wrote was sent when it was written."""
    return None if given["from_agent"] else given.get("created_datetime")


def _stripped(given: Fields, said: Written) -> dict[str, Any]:
    """Notes have no stripped forms."""
    if given["channel"] == NOTE:
        return {}
    return {
        "stripped_text": given.get("stripped_text") or said.stripped_text,
        "stripped_html": given.get("stripped_html") or said.stripped_html,
        "stripped_signature": given.get("stripped_signature"),
    }
