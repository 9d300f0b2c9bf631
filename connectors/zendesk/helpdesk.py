"""The Zendesk `Helpdesk`: notes, replies and tags as one update each, found again by effect id."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from connectors.base import MOST_TAGS, AccountAccess, Capabilities, RateBudget
from connectors.clock import REAL, Clock
from connectors.errors import (
    AmbiguousError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RejectedError,
)
from connectors.http import WRITE_SECONDS
from connectors.markup import to_html
from connectors.reading import WrongShapeError
from connectors.types import (
    Changes,
    Message,
    Origin,
    Person,
    Receipt,
    TagChange,
    TagEdit,
    Ticket,
)
from connectors.zendesk import conversation, exports, mapping
from connectors.zendesk.administration import ZendeskAdministration
from connectors.zendesk.client import ZendeskClient, group_number
from connectors.zendesk.oauth import TokenCache
from connectors.zendesk.overwritten import is_settled, owed
from connectors.zendesk.reading import SYSTEM_AUTHOR, Fields
from connectors.zendesk.reading import understood as _understood

_log = logging.getLogger(__name__)

# An effect is looked for soon after it was tried; a message may be older.
_EFFECT_AUDITS = 1_000
_ORIGIN_AUDITS = 5_000
_READ_SECONDS = 20.0
_SUGGESTION_SECONDS = 3.0
# A page of a thousand updates with all their comments takes its time.
_EXPORT_SECONDS = 30.0
_CONFLICT_ATTEMPTS = 5
_PUT_BACK_ROUNDS = 3
# A ticket's status where Zendesk shows a deleted one at all: its incremental export does.
_DELETED = "deleted"
_SETTLING_READS = 3


def ticket_page(url: str, ticket_id: str) -> str:
    """Where an agent opens a ticket in the browser."""
    return f"{url}/agent/tickets/{ticket_id}"


class ZendeskHelpdesk:
    """One Zendesk account. Serves one thread.

    Args:
        access: Address and credentials: ``api_user`` and ``api_token``, or ``client_id`` and
            ``client_secret``.
        allow_private: Also talk to loopback and private addresses.
        tokens: Where OAuth tokens are kept; the process's own by default.
        clock: Measures its time limits and waits between tries.
        rates: What all who call the account may spend together; None where nobody counts.

    Raises:
        ConnectorError: The address or the credentials cannot be used.
    """

    capabilities = Capabilities(reply_as_agent=True, save_hook=True, make_private=True)

    def __init__(
        self,
        access: AccountAccess,
        *,
        allow_private: bool,
        tokens: TokenCache | None = None,
        clock: Clock = REAL,
        rates: RateBudget | None = None,
    ) -> None:
        self._clock = clock
        self._client = ZendeskClient(
            access, allow_private=allow_private, tokens=tokens, clock=clock, rates=rates
        )
        self._administration = ZendeskAdministration(self._client, access.url, clock)

    def me(self) -> Person:
        """Whom our own writes are made as."""
        return _understood(mapping.person, self._client.me())

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it stands now."""
        page = self._client.ticket(ticket_id)
        requester_id = _understood(mapping.requester_id, page)
        requester = _understood(mapping.people, page).get(requester_id)
        return _understood(mapping.ticket, page, requester or self._person(requester_id))

    def _person(self, user_id: str) -> Person:
        if user_id == SYSTEM_AUTHOR:
            return mapping.stranger(user_id)
        try:
            return _understood(mapping.person, self._client.user(user_id))
        except NotFoundError:
            return mapping.stranger(user_id)

    def has_ticket(self, ticket_id: str) -> bool:
        """Whether the ticket is there. One that was deleted is not found, or says so itself."""
        try:
            page = self._client.ticket(ticket_id)
        except NotFoundError:
            return False
        return _understood(mapping.status, page) != _DELETED

    def has_user(self, user_id: str) -> bool:
        """Whether somebody is there. Who was deleted is shown as not active, then not at all."""
        try:
            user = self._client.user(user_id)
        except NotFoundError:
            return False
        return _understood(user.optional_flag, "active") is not False

    def conversation(self, ticket_id: str) -> tuple[Message, ...]:
        """All comments and chat messages, oldest first; Zendesk holds at most 5,000 comments."""
        with self._client.within(_READ_SECONDS):
            return conversation.read(self._client, ticket_id)

    def origin(self, ticket_id: str, message_id: str) -> Origin:
        """Who made the update that wrote a comment, and through what, by the audit log."""
        with self._client.within(_READ_SECONDS):
            audits = self._client.audits(ticket_id, _ORIGIN_AUDITS)
            found = _understood(mapping.origin, audits, message_id)
        if found is None:
            raise NotFoundError("no update of this ticket wrote that comment")
        return found

    def add_note(self, ticket_id: str, html: str, *, tags: TagChange, effect_id: str) -> Receipt:
        """Write an internal note and change tags, in one update."""
        comment = {"html_body": html, "public": False}
        audit = self._update(
            ticket_id, tags, {"comment": comment, "metadata": {mapping.EFFECT_KEY: effect_id}}
        )
        return _comment_receipt(audit)

    def send_reply(
        self,
        ticket_id: str,
        text: str,
        *,
        author_id: str | None,
        tags: TagChange,
        status: str | None,
        effect_id: str,
    ) -> Receipt:
        """Send a public reply, change tags and status, in one update."""
        body = to_html(text)
        if not body:
            raise RejectedError("an empty reply is not sent")
        comment: dict[str, Any] = {"html_body": body, "public": True}
        if author_id is not None:
            if not (author_id.isascii() and author_id.isdigit()):
                raise RejectedError("the author's Zendesk id is not a number")
            comment["author_id"] = int(author_id)
        change: dict[str, Any] = {
            "comment": comment,
            "metadata": {mapping.EFFECT_KEY: effect_id},
        }
        if status is not None:
            change["status"] = status
        return _comment_receipt(self._update(ticket_id, tags, change))

    def change_tags(self, ticket_id: str, tags: TagChange, *, effect_id: str) -> None:
        """Put tags on and off without losing others'. Nothing is sent where all is so already."""
        self._update(ticket_id, tags, {"metadata": {mapping.EFFECT_KEY: effect_id}})

    def tag_edits(self, ticket_id: str) -> tuple[TagEdit, ...]:
        """The latest updates of a ticket's tags, newest first."""
        with self._client.within(_READ_SECONDS):
            return conversation.tag_edits(self._client, ticket_id, me=self.me)

    def make_private(self, ticket_id: str, message_id: str) -> None:
        """Turn a public comment into a note. Looked at first: what is one stays as it is."""
        with self._client.within(WRITE_SECONDS):
            conversation.make_private(self._client, ticket_id, message_id)

    def group(self, group_id: str) -> str:
        """The name of a group of agents."""
        with self._client.within(_READ_SECONDS):
            return _understood(self._client.group(group_id).text, "name")

    def assign(
        self, ticket_id: str, group_id: str, *, since: datetime, effect_id: str
    ) -> Receipt | None:
        """Give a ticket to a group, unless it is there, or somebody assigned it since.

        Whoever the ticket is assigned to in another group is not any more: Zendesk keeps an
        assignee in their group.
        """
        with self._client.within(WRITE_SECONDS):
            return self._again_where_moved()(
                self._assign, ticket_id, group_id, since=since, effect_id=effect_id
            )

    def _assign(
        self, ticket_id: str, group_id: str, *, since: datetime, effect_id: str
    ) -> Receipt | None:
        now, _ = self._client.current(ticket_id)
        if now.has("group_id") and _understood(now.number_id, "group_id") == group_id:
            return None
        # Read after the stamp: who assigns it from here on gives a conflict.
        audits = self._client.audits(ticket_id, _EFFECT_AUDITS)
        if _understood(mapping.assigned_by_others, audits, since=since):
            return None
        change = {
            "group_id": group_number(group_id),
            "updated_stamp": _understood(now.text, "updated_at"),
            "safe_update": True,
            "metadata": {mapping.EFFECT_KEY: effect_id},
        }
        audit = self._client.update_ticket(ticket_id, change)
        try:
            return mapping.receipt(audit)
        except WrongShapeError as bad:
            raise AmbiguousError(f"done, but Zendesk's answer is not understood: {bad}") from None

    def tags(self) -> tuple[str, ...]:
        """The tags of the last 60 days, the most used first. A person waits for them."""
        with self._client.within(_SUGGESTION_SECONDS):
            found = self._client.tags(MOST_TAGS)
            return _understood(lambda: tuple(tag.text("name") for tag in found))

    def administration(self) -> ZendeskAdministration:
        """The account as its admin sees it, on the same connection."""
        return self._administration

    def find_effect(self, ticket_id: str, effect_id: str) -> Receipt | None:
        """The receipt of our update that carries `effect_id`, if it was done."""
        with self._client.within(_READ_SECONDS):
            audits = self._client.audits(ticket_id, _EFFECT_AUDITS)
            return _understood(mapping.effect_receipt, audits, effect_id)

    def changes(self, since: datetime | str) -> Changes:
        """A page of one of Zendesk's two exports. The user must be an admin."""
        with self._client.within(_EXPORT_SECONDS):
            return exports.page(self._client, since)

    def _update(self, ticket_id: str, tags: TagChange, change: Mapping[str, Any]) -> Fields | None:
        """One PUT; None where there was nothing to do. All of it stays below WRITE_SECONDS."""
        with self._client.within(WRITE_SECONDS):
            audit, lost = self._until_unmoved(ticket_id, tags, change, settled=False)
            try:
                self._put_back(ticket_id, lost - tags.remove)
            except ConnectorError as error:
                # The update itself is done and its receipt is what counts.
                told = {"ticket": ticket_id, "reason": error.reason}
                _log.warning("tags that our update ran over stay lost", extra=told)
        return audit

    def _put_back(self, ticket_id: str, lost: frozenset[str]) -> None:
        for _ in range(_PUT_BACK_ROUNDS):
            if not lost:
                return
            _, lost = self._until_unmoved(ticket_id, TagChange(add=lost), {}, settled=True)

    def _until_unmoved(
        self, ticket_id: str, tags: TagChange, change: Mapping[str, Any], *, settled: bool
    ) -> tuple[Fields | None, frozenset[str]]:
        """Read and write until nobody came between; a 409 means that nothing was done.

        Returns:
            The update's audit, and others' tags that it ran over.
        """
        return self._again_where_moved()(self._attempt, ticket_id, tags, change, settled=settled)

    def _again_where_moved(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(ConflictError),
            stop=stop_after_attempt(_CONFLICT_ATTEMPTS),
            wait=wait_random(0.01, 0.2),
            sleep=self._clock.sleep,
            reraise=True,
        )

    def _attempt(
        self, ticket_id: str, tags: TagChange, change: Mapping[str, Any], *, settled: bool
    ) -> tuple[Fields | None, frozenset[str]]:
        retag = self._retag(ticket_id, tags, settled=settled)
        if retag is None and not change.keys() - {"metadata"}:
            return None, frozenset()
        if retag is None:
            return self._client.update_ticket(ticket_id, change), frozenset()
        audit = self._client.update_ticket(ticket_id, {**change, **retag.fields()})
        try:
            return audit, owed(audit, read=retag.read, wrote=retag.wanted)
        except WrongShapeError:
            return audit, frozenset()

    def _retag(self, ticket_id: str, tags: TagChange, *, settled: bool) -> "_Retag | None":
        """What to send for the tags; None where they are so already."""
        if tags == TagChange():
            return None
        now, read_at = self._client.current(ticket_id)
        for _ in range(_SETTLING_READS if settled else 0):
            if is_settled(_understood(now.time, "updated_at"), read_at):
                break
            self._clock.sleep(1)
            now, read_at = self._client.current(ticket_id)
        read = _understood(now.texts, "tags")
        retag = _Retag(read, tags.apply(read), _understood(now.text, "updated_at"))
        return None if retag.wanted == read else retag


@dataclass(frozen=True, slots=True)
class _Retag:
    """The tags we read, those we want, and the stamp of the reading."""

    read: frozenset[str]
    wanted: frozenset[str]
    stamp: str

    def fields(self) -> dict[str, Any]:
        """For the PUT. The stamp exactly as Zendesk sent it: another spelling is a conflict."""
        return {
            "tags": sorted(self.wanted),
            "updated_stamp": self.stamp,
            "safe_update": True,
        }


def _comment_receipt(audit: Fields | None) -> Receipt:
    """The receipt of an update that must have written a comment."""
    try:
        if audit is not None and any(mapping.comment_events(audit)):
            return mapping.receipt(audit)
    except WrongShapeError as bad:
        raise AmbiguousError(f"done, but Zendesk's answer is not understood: {bad}") from None
    raise AmbiguousError("done, but Zendesk's answer names no comment")
