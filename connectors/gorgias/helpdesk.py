"""The Gorgias `Helpdesk`: messages, found again by what they carry; tags and status beside them.

Gorgias takes a message, tags and status in calls of their own. Tags go first, as they can be put
right as often as one likes; the message is what is done once, so that whatever fails before it has
left nothing behind that a repetition does not mend.
"""

from collections.abc import Callable
from datetime import datetime
from math import inf
from typing import TypeVar

from connectors.base import MOST_TAGS, AccountAccess, Capabilities, RateBudget
from connectors.clock import REAL, Clock
from connectors.errors import (
    AmbiguousError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from connectors.gorgias import audit_log, changes, conversation, mapping, people, routing, writing
from connectors.gorgias.administration import GorgiasAdministration
from connectors.gorgias.administration.account import domain_of
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.people import Known
from connectors.gorgias.reading import done, number, understood
from connectors.gorgias.status import gorgias_word, set_in_time
from connectors.http import WRITE_SECONDS
from connectors.reading import Fields
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

T = TypeVar("T")

_READ_SECONDS = 20.0
_SUGGESTION_SECONDS = 3.0
_CHANGES_SECONDS = 30.0
_KEPT_SECONDS = 600.0
# The user that asks.
_ME = "users/0"


def ticket_page(url: str, ticket_id: str) -> str:
    """Where an agent opens a ticket in the browser."""
    return f"{url}/app/ticket/{ticket_id}"


class GorgiasHelpdesk:
    """One Gorgias account. Serves one thread.

    Args:
        access: Address and credentials: ``api_user`` and ``api_token``, or a consent.
        allow_private: Also talk to loopback and private addresses.
        clock: Measures its time limits and waits between tries.
        rates: What all who call the account may spend together; None where nobody counts.

    Raises:
        ConnectorError: The address or the credentials cannot be used.
    """

    # A message that was sent cannot be made a note: no call changes whether it is public.
    capabilities = Capabilities(reply_as_agent=True, save_hook=False, make_private=False)

    def __init__(
        self,
        access: AccountAccess,
        *,
        allow_private: bool,
        clock: Clock = REAL,
        rates: RateBudget | None = None,
    ) -> None:
        self._client = GorgiasClient(access, allow_private=allow_private, clock=clock, rates=rates)
        self._known = Known(self._client, clock)
        domain = access.vendor_account or domain_of(self._client.base)
        self._administration = GorgiasAdministration(self._client, domain, clock)
        self._me = ("", -inf)
        self._clock = clock

    def me(self) -> Person:
        """Whom our own writes are made as."""
        found = understood(people.person, self._client.get(_ME))
        self._me = (found.id, self._clock.now())
        return found

    def _my_id(self) -> str:
        """The same, looked up once in a while: another may consent to the same credentials."""
        my_id, looked_at = self._me
        return my_id if self._clock.now() - looked_at < _KEPT_SECONDS else self.me().id

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it stands now."""
        return understood(mapping.ticket, self._ticket(ticket_id))

    def _ticket(self, ticket_id: str) -> Fields:
        return self._client.get(f"tickets/{number(ticket_id, 'ticket')}")

    def has_ticket(self, ticket_id: str) -> bool:
        """Whether the ticket is there; not where it is in the trash."""
        try:
            return not mapping.is_trashed(self._ticket(ticket_id))
        except NotFoundError:
            return False

    def has_user(self, user_id: str) -> bool:
        """Whether a customer is there. Who was merged into another is not."""
        try:
            self._client.get(f"customers/{number(user_id, 'customer')}")
        except NotFoundError:
            return False
        return True

    def conversation(self, ticket_id: str) -> tuple[Message, ...]:
        """All messages and notes, oldest first, at most 5,000."""
        with self._client.within(_READ_SECONDS):
            return conversation.read(self._client, self._known, ticket_id)

    def origin(self, ticket_id: str, message_id: str) -> Origin:
        """Who made a message and through what, by message and audit log."""
        with self._client.within(_READ_SECONDS):
            return conversation.origin(self._client, self._known, ticket_id, message_id)

    def add_note(self, ticket_id: str, html: str, *, tags: TagChange, effect_id: str) -> Receipt:
        """Change tags, then write an internal note."""
        with self._client.within(WRITE_SECONDS):
            sender = int(self._my_id())
            self._retag(ticket_id, tags)
            return self._post(ticket_id, writing.note(html, sender=sender, effect_id=effect_id))

    def edit_note(self, ticket_id: str, message_id: str, html: str, *, effect_id: str) -> None:
        """Change a note of ours in place. It carries the new effect from then on.

        Raises:
            RejectedError: It is not a note, or not one of ours.
        """
        with self._client.within(WRITE_SECONDS):
            sender = int(self._my_id())
            now = conversation.message(self._client, ticket_id, message_id)
            if not understood(mapping.is_note_of, now, self._my_id()):
                raise RejectedError("only a note of ours is edited")
            body = writing.rewritten_note(html, sender=sender, effect_id=effect_id)
            ticket, message = number(ticket_id, "ticket"), number(message_id, "message")
            self._client.change("PUT", f"tickets/{ticket}/messages/{message}", body)

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
        """Change tags, send a public reply, then change the status.

        A status that cannot be changed while there is time is logged: the reply has left, and the
        ticket stays as it was.
        """
        with self._client.within(WRITE_SECONDS):
            sender = self._sender(author_id)
            wanted = gorgias_word(status)
            ticket = self._ticket(ticket_id)
            newest_first = conversation.newest_first(self._client, ticket_id)
            route = understood(routing.route, ticket, newest_first, self._address_of)
            body = writing.reply(text, route, sender=sender, effect_id=effect_id)
            self._retag(ticket_id, tags, now=ticket)
            receipt = self._post(ticket_id, body)
            if wanted is not None and wanted != ticket.raw().get("status"):
                set_in_time(self._client, self._clock, ticket_id, wanted)
            return receipt

    def _sender(self, author_id: str | None) -> int:
        if author_id is None:
            return int(self._my_id())
        if not (author_id.isascii() and author_id.isdigit()):
            raise RejectedError("the author's Gorgias id is not a number")
        return int(author_id)

    def _address_of(self, integration_id: str) -> str | None:
        try:
            integration = self._client.get(f"integrations/{number(integration_id, 'integration')}")
        except NotFoundError:
            return None
        meta = integration.optional_child("meta")
        return meta.optional_text("address") if meta else None

    def _post(self, ticket_id: str, body: writing.Body) -> Receipt:
        path = f"tickets/{number(ticket_id, 'ticket')}/messages"
        return done(mapping.receipt, self._client.write("POST", path, body))

    def change_tags(self, ticket_id: str, tags: TagChange, *, effect_id: str) -> None:
        """Put tags on and off without losing others'. Nothing is sent where all is so already."""
        del effect_id  # done as often as one likes, it need not be found again
        with self._client.within(WRITE_SECONDS):
            self._retag(ticket_id, tags)

    def _retag(self, ticket_id: str, tags: TagChange, *, now: Fields | None = None) -> None:
        """Add what is lacking and take off what is there, and never replace all.

        Raises:
            UnavailableError: Among others, where nobody can say whether it was done: it can be
                asked for once more, and nothing else was done.
        """
        if tags == TagChange():
            return
        there = understood(mapping.ticket, now or self._ticket(ticket_id)).tags
        wanted = tags.apply(there)
        path = f"tickets/{number(ticket_id, 'ticket')}/tags"
        for method, names in (("POST", wanted - there), ("DELETE", there - wanted)):
            if names:
                _harmless(self._client.change, method, path, {"names": sorted(names)})

    def tag_edits(self, ticket_id: str) -> tuple[TagEdit, ...]:
        """The latest updates of a ticket's tags by its events, newest first."""
        with self._client.within(_READ_SECONDS):
            return conversation.tag_edits(self._client, self._known, ticket_id, me=self._my_id)

    def make_private(self, ticket_id: str, message_id: str) -> None:
        """Not in Gorgias.

        Raises:
            RejectedError: Always.
        """
        del ticket_id, message_id
        raise RejectedError("Gorgias cannot make a message private that was sent")

    def group(self, group_id: str) -> str:
        """The name of a team."""
        with self._client.within(_READ_SECONDS):
            team = self._client.get(f"teams/{number(group_id, 'team')}")
            return understood(team.text, "name")

    def assign(
        self, ticket_id: str, group_id: str, *, since: datetime, effect_id: str
    ) -> Receipt | None:
        """Give a ticket to a team, unless it is there, or somebody assigned it since.

        Asked for once more, it is there: it need not be found again by its effect.
        """
        del effect_id
        with self._client.within(WRITE_SECONDS):
            team = number(group_id, "team")
            ticket = self._ticket(ticket_id)
            now = understood(ticket.optional_child, "assignee_team")
            if now is not None and understood(now.number_id, "id") == group_id:
                return None
            events = conversation.events(self._client, "Ticket", ticket_id)
            roles = self._known.roles()
            me = self._my_id()
            if audit_log.assigned_by_others(events, since=since, me=me, roles=roles):
                return None
            path = f"tickets/{number(ticket_id, 'ticket')}"
            answer = _harmless(self._client.write, "PUT", path, {"assignee_team": {"id": team}})
            return done(mapping.assignment, answer, group_id)

    def tags(self) -> tuple[str, ...]:
        """Tags that tickets have, the most used first. A person waits for them."""
        with self._client.within(_SUGGESTION_SECONDS):
            found = self._client.listed("tags", {}, MOST_TAGS)
            return understood(lambda: mapping.tags_in_use(found))

    def administration(self) -> GorgiasAdministration:
        """The account as its admin sees it, on the same connection."""
        return self._administration

    def find_effect(self, ticket_id: str, effect_id: str) -> Receipt | None:
        """The receipt of our message that carries `effect_id`, if it was written."""
        with self._client.within(_READ_SECONDS):
            return conversation.find_effect(self._client, ticket_id, effect_id)

    def changes(self, since: datetime | str) -> Changes:
        """A page of messages, or of tickets, from the newest back."""
        with self._client.within(_CHANGES_SECONDS):
            return changes.page(self._client, since)


def _harmless(write: Callable[..., T], *what: object) -> T:
    """A write that can be repeated: where nobody knows, it counts as not done."""
    try:
        return write(*what)
    except AmbiguousError as error:
        raise UnavailableError(f"{error}; it can be asked for once more") from None
