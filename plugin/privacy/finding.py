"""Finds what we hold about a customer: on which tickets they asked or wrote.

Not found are those who are only spoken of in somebody else's message, and somebody in copy who
never wrote. docs/privacy.md says so, too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.errors import UnreadablePayloadError
from plugin.errors import InvalidInputError
from plugin.runtime import Runtime
from plugin.store import customers, merchants
from plugin.store.customers import OnTicket, folded
from plugin.store.scope import Scope

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom somebody asks about: by e-mail, or by account and the helpdesk's id in it.

    Raises:
        InvalidInputError: Neither is given, or the e-mail is none.
    """

    email: str = ""
    helpdesk_user: OnTicket | None = None

    def __post_init__(self) -> None:
        if not self.email and self.helpdesk_user is None:
            raise InvalidInputError("", "say who: an e-mail, or an account and a helpdesk user")
        if self.email and "@" not in self.email:
            raise InvalidInputError("email", "expected an e-mail address")

    @property
    def word(self) -> str:
        """What their digest is made of."""
        return folded(self.email) or ":".join(self.helpdesk_user or ())


@dataclass(frozen=True, slots=True)
class Found:
    """Where a customer's data is.

    Attributes:
        emails: Folded; those we know of them beside the one that was asked for.
        ids: Each with its account.
        tickets: Everything else hangs on these.
        webhooks: Stored webhooks that name them and could not be laid to a ticket.
    """

    emails: frozenset[str]
    ids: frozenset[OnTicket]
    tickets: frozenset[OnTicket]
    webhooks: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """We hold nothing about them."""
        return not self.tickets and not self.webhooks


def find(runtime: Runtime, scope: Scope, subject: Subject) -> Found:
    """Look for a customer by all names we know of them."""
    emails, ids, tickets = _noted(runtime, scope, subject)
    named, loose = _in_bodies(runtime, scope, emails, ids)
    return Found(emails, ids, tickets | named, loose)


def _noted(
    runtime: Runtime, scope: Scope, subject: Subject
) -> tuple[frozenset[str], frozenset[OnTicket], frozenset[OnTicket]]:
    """An e-mail leads to ids and these to other e-mails, until nothing new turns up."""
    emails = {folded(subject.email)} - {""}
    ids = {subject.helpdesk_user} if subject.helpdesk_user else set()
    tickets: set[OnTicket] = set()
    todo: list[str | OnTicket] = [*emails, *ids]
    with runtime.database.read() as session:
        while todo:
            name = todo.pop()
            if isinstance(name, str):
                rows = customers.by_email(session, scope, name)
            else:
                rows = customers.by_id(session, scope, name)
            for row in rows:
                tickets.add((row.account_id, row.ticket_id))
                one = (row.account_id, row.customer_id)
                if row.email and row.email not in emails:
                    emails.add(row.email)
                    todo.append(row.email)
                if row.customer_id and one not in ids:
                    ids.add(one)
                    todo.append(one)
    return frozenset(emails), frozenset(ids), frozenset(tickets)


def _in_bodies(
    runtime: Runtime, scope: Scope, emails: Iterable[str], ids: frozenset[OnTicket]
) -> tuple[frozenset[OnTicket], frozenset[str]]:
    """Read through the stored webhooks: of some no ticket was ever read in the helpdesk."""
    written = [email.encode() for email in emails]
    numbers = [customer_id.encode() for _, customer_id in ids]
    with runtime.database.read() as session:
        kinds = {row.id: row.helpdesk for row in merchants.accounts(session, scope)}
    tickets: set[OnTicket] = set()
    loose: set[str] = set()
    for event_id, account_id, ticket_id, body in _bodies(runtime, scope):
        by_email = any(email in body.lower() for email in written)
        if not by_email and not any(number in body for number in numbers):
            continue
        try:
            event = runtime.webhooks(kinds[account_id]).parse(body)
        except UnreadablePayloadError:
            loose |= {event_id} if by_email else set()
            continue
        whose = {(account_id, one) for one in (event.author_id, event.requester_id, event.user_id)}
        if whose & ids and ticket_id:
            tickets.add((account_id, ticket_id))
        elif (whose & ids or by_email) and not ticket_id:
            loose.add(event_id)
    return frozenset(tickets), frozenset(loose)


def _bodies(runtime: Runtime, scope: Scope) -> Iterator[tuple[str, str, str | None, bytes]]:
    """All of them, a page a transaction: none stays open for long."""
    last = ""
    while True:
        with runtime.database.read() as session:
            page = customers.bodies_page(session, scope, after=last, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1][0]
