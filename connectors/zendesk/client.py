"""The one module that imports zenpy, and the cure for each of its traps.

zenpy 2.0.57 repeats a PUT up to four times, sleeps on a 429, caches tickets, writes datetimes as
dates, names errors by coarse classes whose text holds its local variables, and speaks https to
``{subdomain}.{domain}`` only. So it gets a session of ours that

- sends once, ends in time and raises our errors by status code, before zenpy sees the answer;
- has an adapter for one made-up host alone, which delivers to the account's address. Whatever
  address zenpy makes up or an answer names, the credential goes nowhere else;

and it is asked for single objects only. Side-loads, headers and bounded cursor paging, which it
keeps from us, use the same session directly. A client serves one thread: zenpy and sessions keep
state.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import Ticket as ZenpyTicket

from connectors.base import AccountAccess, RateBudget
from connectors.clock import REAL, Clock
from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from connectors.http import (
    ANSWER_BYTES,
    OutboundSession,
    base_url,
    failure,
    outbound_session,
    translate,
)
from connectors.reading import WrongShapeError
from connectors.transport import READ_SECONDS, Budget, GuardedAdapter
from connectors.zendesk.limits import ZendeskLimits
from connectors.zendesk.oauth import TokenCache, authentication
from connectors.zendesk.reading import Fields

_log = logging.getLogger(__name__)
# zenpy writes whole requests, customers' words included, to its debug log.
logging.getLogger("zenpy").setLevel(logging.WARNING)

_SUBDOMAIN, _DOMAIN = "account", "zendesk.invalid"
_ALIAS = f"https://{_SUBDOMAIN}.{_DOMAIN}"
_PAGE = 100
_WRITE_NEEDS_SECONDS = 3
_MAX_ID_DIGITS = 20


class ZendeskClient:
    """One account's ticket API, as checked JSON.

    Args:
        access: Address and credentials.
        allow_private: Also talk to loopback and private addresses, and plain http.
        tokens: Where OAuth tokens are kept; the process's own by default.
        clock: Measures its time limits and waits between tries.
        rates: What all who call the account may spend together; None where nobody counts.

    Raises:
        AuthError: The credentials lack their keys.
        RejectedError: The address cannot be used.
    """

    def __init__(
        self,
        access: AccountAccess,
        *,
        allow_private: bool,
        tokens: TokenCache | None = None,
        clock: Clock = REAL,
        rates: RateBudget | None = None,
    ) -> None:
        try:
            base = base_url(access.url, allow_private=allow_private)
        except ValueError as bad:
            raise RejectedError(f"the Zendesk account's address: {bad}") from None
        self._budget = Budget(clock)
        self._session = self._open(base, access, allow_private=allow_private, tokens=tokens)
        self._session.watch = None if rates is None else ZendeskLimits(rates)
        self._zenpy = Zenpy(
            subdomain=_SUBDOMAIN,
            domain=_DOMAIN,
            session=self._session,
            timeout=READ_SECONDS,
            disable_cache=True,
        )

    def _open(
        self, base: str, access: AccountAccess, *, allow_private: bool, tokens: TokenCache | None
    ) -> OutboundSession:
        own_secrets = (access.credentials.get(key, "") for key in ("api_token", "client_secret"))
        token_session = outbound_session(
            allow_private=allow_private, secrets=own_secrets, budget=self._budget
        )
        session = outbound_session(budget=self._budget)
        session.secrets = token_session.secrets
        session.auth = authentication(
            base,
            access.credentials,
            session=token_session,
            tokens=tokens,
            grant=access.grant,
            allow_private=allow_private,
        )
        session.hooks["response"].append(_log_ignored)
        # Without this zenpy refuses the session, with all its credentials in the error's text.
        session.authorized = True  # type: ignore[attr-defined]  # zenpy asks for it
        session.adapters.clear()
        session.mount(
            f"{_ALIAS}/",
            GuardedAdapter(
                self._budget,
                allow_private=allow_private,
                cap=ANSWER_BYTES,
                base=base,
                alias=_ALIAS,
            ),
        )
        return session

    def within(self, seconds: float) -> AbstractContextManager[None]:
        """Limit the time of all calls inside together."""
        return self._budget.within(seconds)

    def me(self) -> Fields:
        """The user our credential belongs to."""
        with _only_our_errors(writing=False):
            user = Fields(self._zenpy.users.me().to_dict(), "user")
        # Zendesk answers an unknown caller with 200 and a user without an id.
        if not user.has("id"):
            raise AuthError("Zendesk does not know the credential: it sees an anonymous user")
        return user

    def user(self, user_id: str) -> Fields:
        """One user, where a side-load left them out."""
        with _only_our_errors(writing=False):
            return Fields(self._zenpy.users(id=int(user_id)).to_dict(), "user")

    def ticket(self, ticket_id: str) -> Fields:
        """A ticket with its users side-loaded."""
        return self._page(f"tickets/{_number(ticket_id)}.json", {"include": "users"})

    def comments(self, ticket_id: str, most: int) -> Iterator[tuple[Fields, Fields]]:
        """A ticket's comments, oldest first, each with the page that side-loads its author."""
        path = f"tickets/{_number(ticket_id)}/comments"
        return islice(self._items(path, "comments", {"include": "users"}), most)

    def conversation_log(self, ticket_id: str, most: int) -> Iterator[Fields]:
        """Comments and chat messages of a ticket, oldest first."""
        path = f"tickets/{_number(ticket_id)}/conversation_log"
        items = self._items(path, "events", {"sort": "created_at"})
        return (event for event, _ in islice(items, most))

    def make_private(self, ticket_id: str, comment_id: str) -> None:
        """Turn a public comment into a note, asked once.

        Raises:
            AmbiguousError: It may have been done.
        """
        path = f"tickets/{_number(ticket_id)}/comments/{_number(comment_id, 'comment')}"
        with _only_our_errors(writing=True):
            self._session.put(f"{_ALIAS}/api/v2/{path}/make_private")

    def audits(self, ticket_id: str, most: int) -> Iterator[Fields]:
        """A ticket's updates, newest first."""
        path = f"tickets/{_number(ticket_id)}/audits"
        items = self._items(path, "audits", {"sort": "-created_at"})
        return (audit for audit, _ in islice(items, most))

    def group(self, group_id: str) -> Fields:
        """One group of agents."""
        page = self._page(f"groups/{group_number(group_id)}.json", {})
        with _only_our_errors(writing=False):
            return page.child("group")

    def tags(self, most: int) -> Iterator[Fields]:
        """The tags of the last 60 days, the most used first."""
        return (tag for tag, _ in islice(self._items("tags", "tags", {}), most))

    def ticket_events(self, since: int, most: int) -> Fields:
        """A page of at most so many updates with their comments. Admins only.

        Args:
            since: Unix seconds, a minute ago or more.
            most: Up to 1,000.
        """
        query = {
            "start_time": str(since),
            "include": "comment_events",
            "per_page": str(most),
        }
        return self._page("incremental/ticket_events.json", query)

    def changed_tickets(self, query: Mapping[str, str]) -> Fields:
        """A page of tickets that changed since a ``start_time`` or a ``cursor``. Admins only."""
        return self._page("incremental/tickets/cursor.json", query)

    def current(self, ticket_id: str) -> tuple[Fields, datetime | None]:
        """The bare ticket, for its tags and its stamp, and Zendesk's clock at the reading."""
        with _only_our_errors(writing=False):
            answer = self._get(f"tickets/{_number(ticket_id)}.json", {})
            return Fields(answer.json()).child("ticket"), _date(answer.headers.get("Date"))

    def update_ticket(self, ticket_id: str, change: Mapping[str, Any]) -> Fields:
        """Change a ticket in one PUT, sent once. Returns the audit of it.

        Times in `change` must be strings: zenpy writes a datetime as a date.

        Raises:
            AmbiguousError: It may have been done.
            UnavailableError: Among others, where the time left would cut it off half-way.
        """
        if self._budget.left() < _WRITE_NEEDS_SECONDS:
            raise UnavailableError("the update was not sent: too little time was left for it")
        with _only_our_errors(writing=True):
            answer = self._zenpy.tickets.update(ZenpyTicket(id=_number(ticket_id), **change))
            return Fields(answer.to_dict(), "answer").child("audit")

    def listed(self, path: str, key: str, most: int) -> Iterator[Fields]:
        """The objects of one of the account's lists, such as its triggers."""
        return (item for item, _ in islice(self._items(path, key, {}), most))

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        """One call of what an admin may do, sent once where it writes.

        Args:
            method: GET, POST, PUT, PATCH or DELETE.
            path: Below ``/api/``.
            body: Sent as JSON.
            files: Sent as a form: a file's name, bytes and type by its field.
        """
        with _only_our_errors(writing=method != "GET"):
            return self._session.request(method, f"{_ALIAS}/api/{path}", json=body, files=files)

    def _items(
        self, path: str, key: str, query: Mapping[str, str]
    ) -> Iterator[tuple[Fields, Fields]]:
        """Each item of a list with its page, page after page by cursor."""
        cursor: str | None = None
        while True:
            more = {"page[after]": cursor} if cursor else {}
            page = self._page(path, {**query, "page[size]": str(_PAGE), **more})
            with _only_our_errors(writing=False):
                items = page.children(key)
                following = _next_cursor(page)
            yield from ((item, page) for item in items)
            if following is None or following == cursor or not items:
                return
            cursor = following

    def _page(self, path: str, query: Mapping[str, str]) -> Fields:
        with _only_our_errors(writing=False):
            return Fields(self._get(path, query).json())

    def _get(self, path: str, query: Mapping[str, str]) -> requests.Response:
        return self._session.get(f"{_ALIAS}/api/v2/{path}", params=query)


def _log_ignored(response: requests.Response, **_: Any) -> None:
    """Zendesk names the keys of a request that it ignored; zenpy's ``id`` is always one."""
    warning = response.headers.get("x-zendesk-api-warn")
    if warning:
        _log.info("Zendesk ignored something: %a", warning[:200])


def group_number(group_id: str) -> int:
    """A group's id as Zendesk takes it."""
    return _number(group_id, "group")


def _number(text: str, thing: str = "ticket") -> int:
    """An id as a number, so that no other text gets into an address."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_ID_DIGITS):
        raise NotFoundError(f"a Zendesk {thing}'s id is a number")
    return int(text)


def _date(header: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(header or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else None


def _next_cursor(page: Fields) -> str | None:
    """Where the next page begins. A link is only read for its cursor, never followed."""
    meta = page.optional_child("meta")
    if meta is None or not meta.optional_flag("has_more"):
        return None
    if meta.has("after_cursor"):
        return meta.text("after_cursor")
    query = parse_qs(urlsplit(page.child("links").text("next")).query)
    return next(iter(query.get("page[after]", [])), None)


@contextmanager
def _only_our_errors(*, writing: bool) -> Iterator[None]:
    """Turn whatever zenpy or a strange answer raises into our own error.

    An error's text never gets out but for our own: zenpy's holds its local variables.
    """
    try:
        yield
    except ConnectorError:
        raise
    except WrongShapeError as bad:
        kind = AmbiguousError if writing else RejectedError
        raise kind(f"Zendesk's answer is not understood: {bad}") from None
    except Exception as error:  # noqa: BLE001 - zenpy raises whatever it stumbles over
        raise _translated(error, writing=writing) from None


def _translated(error: Exception, *, writing: bool) -> ConnectorError:
    """By the answer's status where the error has one, never by zenpy's class."""
    answer = getattr(error, "response", None)
    if answer is not None:
        try:
            translate(answer)
        except ConnectorError as ours:
            return ours
        except AttributeError:
            _log.debug("an error's answer was not an answer")
    return failure(error, writing=writing, what="Zendesk")
