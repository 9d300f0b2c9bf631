"""Gorgias' webhooks, the calls of an HTTP integration: are they ours, and what do they say. Pure.

Gorgias signs nothing, so what proves a call is a header that we gave the integration ourselves, a
long random secret. It has no time in it: what is repeated is known by its id. The body is a form of
single values, for Gorgias renders objects as no JSON; they come as text, ``"True"`` and ``"123"``.
Nothing is believed of it but which message to read.

Sources: https://developers.gorgias.com/reference/integrations and
https://docs.gorgias.com/en-US/http-integrations-81822
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from connectors.errors import BadSignatureError, UnreadablePayloadError
from connectors.reading import Fields, WrongShapeError
from connectors.types import EventKind, HelpdeskEvent

SECRET, ACCOUNT = "X-Bookbag-Secret", "X-Bookbag-Account"
# What an integration of ours sends. Each value is a template of Gorgias' own.
FORM = {
    "event": "{{event.type}}",
    "ticket_id": "{{ticket.id}}",
    "message_id": "{{message.id}}",
    "from_agent": "{{message.from_agent}}",
    "public": "{{message.public}}",
    "channel": "{{message.channel}}",
    "sender_id": "{{message.sender.id}}",
    "customer_id": "{{ticket.customer.id}}",
    "created": "{{message.created_datetime}}",
    "failed": "{{message.failed_datetime}}",
    "updated": "{{ticket.updated_datetime}}",
    "account": "{{ticket.account.domain}}",
}
_CREATED, _MESSAGE, _FAILED = "ticket-created", "ticket-message-created", "ticket-message-failed"
_UPDATED, _HANDED_OVER = "ticket-updated", "ticket-handed-over"
_KINDS = {
    _CREATED: EventKind.TICKET_CREATED,
    _MESSAGE: EventKind.MESSAGE_ADDED,
    _FAILED: EventKind.MESSAGE_FAILED,
    # Of changes to a ticket none is named; its tags are the ones that matter.
    _UPDATED: EventKind.TAGS_CHANGED,
    # Gorgias' own AI Agent gives up: the customer waits as on a new ticket.
    _HANDED_OVER: EventKind.TICKET_CREATED,
}
TRIGGERS = tuple(_KINDS)
# A secret of this form says that calls are signed as well: ``hmac:HEADER:ENCODING:KEY``. In which
# header Gorgias puts a signature, and how, is unconfirmed.
_HMAC = "hmac:"
_ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "sha256=hex": lambda digest: f"sha256={digest.hex()}",
}
_PARTS = 4
_DIGITS = re.compile(r"[0-9]{1,20}")
_NAME = re.compile(r"[a-z0-9_-]{1,60}")
_DOMAIN = ".gorgias.com"
_NOTE = "internal-note"
# Nothing was rendered: no such thing in this event, or no such template.
_NOTHING = frozenset({"", "none", "null"})
_UNTOLD = datetime.fromtimestamp(0, UTC)


class GorgiasWebhooks:
    """How an HTTP integration of ours proves and words its calls."""

    def verify(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        secrets: Sequence[str],
        vendor_account: str,
        now: datetime,
    ) -> str:
        """Check the secret, the signature where one is asked for, and the account.

        Returns:
            The account's domain: what stands before ``.gorgias.com``.

        Raises:
            BadSignatureError: The secret is missing or wrong, or it is another account's call.
        """
        del now  # nothing in a call tells its time
        given = {name.lower(): value for name, value in headers.items()}
        plain = [one for one in secrets if one and not one.startswith(_HMAC)]
        signing = [one for one in secrets if one.startswith(_HMAC)]
        if not plain and not signing:
            raise BadSignatureError("there is no secret that it could be proven by")
        if plain and not _is_known(given.get(SECRET.lower(), ""), plain):
            raise BadSignatureError(f"the header {SECRET} is missing or holds none of our secrets")
        if signing and not _is_signed(given, body, signing):
            raise BadSignatureError("the signature is missing or not made with any of our secrets")
        return _account(given, body, vendor_account)

    def parse(self, body: bytes) -> HelpdeskEvent:
        """Read a verified body. An unknown type is no error.

        Raises:
            UnreadablePayloadError: The message names the field that is missing or wrong.
        """
        try:
            return _event(Fields.of_body(body))
        except WrongShapeError as bad:
            raise UnreadablePayloadError(str(bad)) from None


def _is_known(given: str, secrets: Sequence[str]) -> bool:
    known = False
    for secret in secrets:
        # No early exit: the time must not tell which secret fits.
        known |= _same(secret, given)
    return known


def _is_signed(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    signed = False
    for secret in secrets:
        parts = secret.split(":", _PARTS - 1)
        if len(parts) != _PARTS or parts[2] not in _ENCODINGS or not parts[3]:
            continue
        _, header, encoding, key = parts
        digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
        signed |= _same(_ENCODINGS[encoding](digest), headers.get(header.lower(), ""))
    return signed


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(errors="replace"), theirs.encode(errors="replace"))


def _account(headers: Mapping[str, str], body: bytes, vendor_account: str) -> str:
    """The account that the body names, or the header that we gave the integration.

    Where neither says anything, the secret alone tells whose it is.
    """
    told = _told_account(body) or _domain(headers.get(ACCOUNT.lower(), ""))
    ours = _domain(vendor_account)
    if ours and told and not _same(ours, told):
        raise BadSignatureError("the webhook is for another Gorgias account")
    if not ours and not told:
        raise BadSignatureError("the webhook does not say which Gorgias account it is for")
    return vendor_account or told


def _told_account(body: bytes) -> str:
    try:
        return _domain(_value(Fields.of_body(body), "account") or "")
    except WrongShapeError:
        return ""


def _domain(name: str) -> str:
    return name.strip().lower().removesuffix(_DOMAIN)


def _event(form: Fields) -> HelpdeskEvent:
    type_ = _type(form)
    kind = _KINDS.get(type_, EventKind.OTHER)
    about_message = kind in (EventKind.MESSAGE_ADDED, EventKind.MESSAGE_FAILED)
    ticket_id = _id(form, "ticket_id") or ""
    message_id = _id(form, "message_id") if about_message else None
    if not ticket_id:
        raise WrongShapeError("ticket_id: expected an id of 1 to 20 digits")
    if about_message and message_id is None:
        raise WrongShapeError("message_id: expected an id of 1 to 20 digits")
    return HelpdeskEvent(
        id=_event_id(form, type_, message_id or ticket_id),
        kind=kind,
        vendor_type=type_,
        ticket_id=ticket_id,
        occurred_at=_time(form, "created" if about_message else "updated"),
        message_id=message_id,
        author_id=_id(form, "sender_id") if about_message else None,
        author_is_staff=_flag(form, "from_agent") if about_message else None,
        public=_public(form) if about_message else None,
        requester_id=_id(form, "customer_id"),
        raw=form.raw(),
    )


def _type(form: Fields) -> str:
    """The event's type; older examples have underscores. Where none is told, a message is new."""
    told = (_value(form, "event") or "").lower().replace("_", "-")
    if not told:
        return _MESSAGE if _value(form, "message_id") else _UPDATED
    if not _NAME.fullmatch(told):
        raise WrongShapeError("event: expected a short name in ASCII")
    return told


def _event_id(form: Fields, type_: str, about: str) -> str:
    """The same whenever it is delivered again. A message comes once, and may fail more often."""
    if type_ in (_MESSAGE, _CREATED):
        return f"{type_}:{about}"
    when = _value(form, "failed" if type_ == _FAILED else "updated") or ""
    return f"{type_}:{about}:{hashlib.sha256(when.encode(errors='replace')).hexdigest()[:16]}"


def _value(form: Fields, key: str) -> str | None:
    """A value as text; None where nothing was rendered."""
    value = form.raw().get(key)
    if value is None or isinstance(value, Mapping | list):
        return None
    text = str(value).strip()
    return None if text.lower() in _NOTHING or text.startswith("{{") else text


def _id(form: Fields, key: str) -> str | None:
    value = _value(form, key)
    return value if value is not None and _DIGITS.fullmatch(value) else None


def _flag(form: Fields, key: str) -> bool | None:
    return {"true": True, "false": False}.get((_value(form, key) or "").lower())


def _public(form: Fields) -> bool | None:
    is_note = (_value(form, "channel") or "").lower() == _NOTE
    return False if is_note else _flag(form, "public")


def _time(form: Fields, key: str) -> datetime:
    """When it happened, as far as that is told: a hint needs no time."""
    for name in (key, "updated", "created"):
        try:
            moment = datetime.fromisoformat(_value(form, name) or "")
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return _UNTOLD
