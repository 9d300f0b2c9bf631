"""Zendesk's webhooks: is it theirs, and what does it say. Pure.

Sources: https://developer.zendesk.com/documentation/webhooks/verifying/ and
https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors.errors import BadSignatureError, UnreadablePayloadError
from connectors.reading import WrongShapeError
from connectors.types import EventKind, HelpdeskEvent
from connectors.zendesk.reading import Fields

SIGNATURE = "x-zendesk-webhook-signature"
TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
ACCOUNT = "x-zendesk-account-id"
# The stamp is made anew for each attempt, so that a late delivery is not stale.
_WINDOW = timedelta(minutes=5)

_TICKET = "zen:event-type:ticket."
_MESSAGING = "zen:event-type:messaging_ticket."
_KINDS = {
    f"{_TICKET}created": EventKind.TICKET_CREATED,
    f"{_TICKET}comment_added": EventKind.MESSAGE_ADDED,
    f"{_TICKET}tags_changed": EventKind.TAGS_CHANGED,
    f"{_TICKET}status_changed": EventKind.STATUS_CHANGED,
    f"{_TICKET}comment_redacted": EventKind.MESSAGE_REDACTED,
    f"{_TICKET}attachment_redacted_from_comment": EventKind.MESSAGE_REDACTED,
    f"{_TICKET}comment_made_private": EventKind.MESSAGE_MADE_PRIVATE,
    f"{_TICKET}merged": EventKind.TICKET_MERGED,
    # Zendesk deletes what is spam.
    f"{_TICKET}marked_as_spam": EventKind.TICKET_DELETED,
    f"{_TICKET}soft_deleted": EventKind.TICKET_DELETED,
    f"{_TICKET}permanently_deleted": EventKind.TICKET_DELETED,
    "zen:event-type:user.deleted": EventKind.USER_DELETED,
    f"{_MESSAGING}message_added": EventKind.MESSAGE_ADDED,
}
# What a webhook of ours has to be subscribed to.
SUBSCRIPTIONS = tuple(sorted(_KINDS))
# What of these payloads is documented: their type, and the id in `subject` (zen:ticket:7).
_SUBJECT = re.compile(r"zen:(?:ticket|user):([0-9]{1,20})")
_BY_SUBJECT = frozenset(
    {
        EventKind.MESSAGE_REDACTED,
        EventKind.MESSAGE_MADE_PRIVATE,
        EventKind.TICKET_MERGED,
        EventKind.TICKET_DELETED,
        EventKind.USER_DELETED,
    }
)
_ACCOUNT_NUMBER = re.compile(r"[0-9]{1,20}")
_OF_A_MESSAGE = frozenset({EventKind.MESSAGE_REDACTED, EventKind.MESSAGE_MADE_PRIVATE})
# An event's id is a UUID or a ULID; its type is a dotted name.
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class ZendeskWebhooks:
    """How Zendesk signs and words its event-subscribed webhooks."""

    def verify(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        secrets: Sequence[str],
        vendor_account: str,
        now: datetime,
    ) -> str:
        """Check signature, age and account. Returns the account's number.

        Raises:
            BadSignatureError: Unsigned, wrongly signed, stale, or for another account.
        """
        given = {name.lower(): value for name, value in headers.items()}
        stamp = given.get(TIMESTAMP, "")
        signature = given.get(SIGNATURE, "")
        if not stamp or not signature:
            raise BadSignatureError("the signature headers are missing")
        if not _signed(stamp, body, signature, secrets):
            raise BadSignatureError("the signature is not made with any of our secrets")
        if not _fresh(stamp, now):
            raise BadSignatureError("the signature's timestamp is not within five minutes of now")
        account = given.get(ACCOUNT, "")
        if vendor_account and not _same(account, vendor_account):
            raise BadSignatureError("the webhook is for another Zendesk account")
        if not vendor_account and not _ACCOUNT_NUMBER.fullmatch(account):
            raise BadSignatureError("the webhook does not say which Zendesk account it is for")
        return account

    def parse(self, body: bytes) -> HelpdeskEvent:
        """Read a verified body. An unknown type is no error.

        Raises:
            UnreadablePayloadError: The message names the field that is missing or wrong.
        """
        try:
            return _event(Fields.of_body(body))
        except WrongShapeError as bad:
            raise UnreadablePayloadError(str(bad)) from None


def _signed(stamp: str, body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    message = stamp.encode(errors="replace") + body
    valid = False
    for secret in secrets:
        # The key is the secret's text, not the bytes that its base64 stands for.
        digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
        # No early exit: the time must not tell which secret fits. An empty one signs nothing.
        valid |= _same(base64.b64encode(digest).decode(), signature) and bool(secret)
    return valid


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(errors="replace"), theirs.encode(errors="replace"))


def _fresh(stamp: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return False
    return at.tzinfo is not None and abs(now - at) <= _WINDOW


def _event(payload: Fields) -> HelpdeskEvent:
    vendor_type = _name(payload, "type")
    kind = _KINDS.get(vendor_type, EventKind.OTHER)
    event_id = _name(payload, "id")
    occurred_at = payload.time("time")
    if kind is EventKind.OTHER:
        return HelpdeskEvent(
            id=event_id,
            kind=kind,
            vendor_type=vendor_type,
            ticket_id=_ticket_if_any(payload, vendor_type),
            occurred_at=occurred_at,
            requester_id=_id_if_any(payload, "detail", "requester_id"),
            raw=payload.raw(),
        )
    if kind in _BY_SUBJECT:
        return _of_subject(payload, event_id, kind, vendor_type, occurred_at)
    if vendor_type.startswith(_MESSAGING):
        return _of_messaging(payload, event_id, vendor_type, occurred_at)
    ticket_id = payload.child("detail").text_id("id")
    comment = payload.child("event").child("comment") if kind is EventKind.MESSAGE_ADDED else None
    author = comment.optional_child("author") if comment else None
    return HelpdeskEvent(
        id=event_id,
        kind=kind,
        vendor_type=vendor_type,
        ticket_id=ticket_id,
        occurred_at=occurred_at,
        message_id=comment.text_id("id") if comment else None,
        author_id=author.author_id("id") if author else None,
        author_is_staff=author.optional_flag("is_staff") if author else None,
        public=comment.optional_flag("is_public") if comment else None,
        requester_id=_id_if_any(payload, "detail", "requester_id"),
        tags_added=_tags(payload, "tags_added"),
        tags_removed=_tags(payload, "tags_removed"),
        raw=payload.raw(),
    )


def _of_messaging(
    payload: Fields, event_id: str, vendor_type: str, occurred_at: datetime
) -> HelpdeskEvent:
    """A chat message. Its author is named by the conversation log, not by what is read here."""
    event = payload.child("event")
    actor = event.optional_child("actor")
    kind = actor.optional_text("type") if actor else None
    return HelpdeskEvent(
        id=event_id,
        kind=EventKind.MESSAGE_ADDED,
        vendor_type=vendor_type,
        ticket_id=payload.child("detail").text_id("id"),
        occurred_at=occurred_at,
        message_id=_name(event.child("message"), "id"),
        author_is_staff=None if kind is None else kind != "end_user",
        public=True,
        raw=payload.raw(),
    )


def _of_subject(
    payload: Fields, event_id: str, kind: EventKind, vendor_type: str, occurred_at: datetime
) -> HelpdeskEvent:
    """That something is there no more, or not as it was: nothing but what it is about is taken."""
    about = _SUBJECT.fullmatch(payload.optional_text("subject") or "")
    subject = about.group(1) if about else payload.child("detail").text_id("id")
    of_user = kind is EventKind.USER_DELETED
    of_message = kind in _OF_A_MESSAGE
    merged = kind is EventKind.TICKET_MERGED
    return HelpdeskEvent(
        id=event_id,
        kind=kind,
        vendor_type=vendor_type,
        ticket_id="" if of_user else subject,
        occurred_at=occurred_at,
        message_id=_id_if_any(payload, "event", "comment", "id") if of_message else None,
        user_id=subject if of_user else None,
        merged_into=_id_if_any(payload, "event", "target_ticket_id") if merged else None,
        raw=payload.raw(),
    )


def _id_if_any(payload: Fields, *path: str) -> str | None:
    """An id somewhere inside; None where it is not there, or is not what it should be."""
    *folders, key = path
    try:
        for folder in folders:
            payload = payload.child(folder)
        return payload.text_id(key)
    except WrongShapeError:
        return None


def _tags(payload: Fields, key: str) -> frozenset[str]:
    """Tags of a change; none where it names none: the ticket is asked anyway."""
    try:
        event = payload.optional_child("event")
        return event.texts(key) if event else frozenset()
    except WrongShapeError:
        return frozenset()


def _name(payload: Fields, key: str) -> str:
    value = payload.text(key)
    if not _NAME.fullmatch(value):
        raise WrongShapeError(f"{key}: expected a short name in ASCII")
    return value


def _ticket_if_any(payload: Fields, vendor_type: str) -> str:
    """The ticket of an event we do not know, or an empty text: it need not be about one."""
    about_ticket = vendor_type.startswith((_TICKET, _MESSAGING))
    try:
        return payload.child("detail").text_id("id") if about_ticket else ""
    except WrongShapeError:
        return ""
