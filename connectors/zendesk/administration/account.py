"""The Zendesk `Administration`: one account's webhooks, rules and apps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import ParamSpec, TypeVar

import requests

from connectors.administration import (
    Failure,
    Headroom,
    Kind,
    Setup,
    Shape,
    Standing,
    Tell,
    Thing,
    Trust,
    Wanted,
)
from connectors.clock import Clock
from connectors.errors import AmbiguousError, AuthError, ConnectorError, RejectedError
from connectors.zendesk import mapping
from connectors.zendesk.administration import apps, gate
from connectors.zendesk.administration.apps import Apps
from connectors.zendesk.administration.patience import Patience
from connectors.zendesk.administration.shapes import AREAS, read_thing
from connectors.zendesk.administration.wanted import SUBSCRIPTIONS, TICKET_EVENT
from connectors.zendesk.administration.wanted import wanted as all_wanted
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.reading import Fields, WrongShapeError

P = ParamSpec("P")
T = TypeVar("T")

_MOST_THINGS = 5_000
_SWITCH_READS = 10
_BY_TRIGGERS = ["conditional_ticket_events"]
# What no other thing of the kind has: where it sends to, its app, its tag.
_TOLD_BY = {
    Kind.WEBHOOK: "endpoint",
    Kind.APP: "name",
    Kind.INSTALLATION: "app_id",
    Kind.FIELD: "tag",
}
_FAILED = frozenset(
    {"failed", "timeout", "circuit broken", "throttled", "client error", "server error"}
)
# Zendesk names how many calls are left in either of two ways.
_HEADERS = (("ratelimit-remaining", "ratelimit-limit"), ("x-rate-limit-remaining", "x-rate-limit"))


class ZendeskAdministration:
    """One Zendesk account, seen by its admin. Serves one thread.

    Args:
        client: The account's connection.
        base: The account's address.
        clock: Measures the waits for what Zendesk does by and by.
    """

    def __init__(self, client: ZendeskClient, base: str, clock: Clock) -> None:
        self._client = Patience(client, clock)
        self._apps = Apps(self._client, base, clock)
        self._clock = clock

    def kinds(self) -> tuple[Kind, ...]:
        """All there are."""
        return tuple(Kind)

    def wanted(self, setup: Setup, things: Sequence[Thing]) -> tuple[Wanted, ...]:
        """What Bookbag needs."""
        return all_wanted(setup, [one for one in things if one.kind is Kind.RULE])

    def things(self, kind: Kind) -> tuple[Thing, ...]:
        """All of a kind, whoever made them."""
        if kind is Kind.APP:
            return _understood(self._apps.apps)
        if kind is Kind.INSTALLATION:
            return _understood(self._apps.installations)
        area = AREAS[kind]
        return _understood(
            lambda: tuple(
                read_thing(kind, one)
                for one in self._client.listed(area.path, area.items, _MOST_THINGS)
            )
        )

    def is_it(self, wanted: Wanted, thing: Thing) -> bool:
        """By where it sends to, by its app, or by our mark.

        A webhook that triggers call can never be subscribed to events: it is another thing.
        """
        if wanted.kind is not thing.kind:
            return False
        told_by = _TOLD_BY.get(wanted.kind)
        if told_by is not None:
            same = thing.shape[told_by] == wanted.shape[told_by]
            return same and thing.shape.get("subscriptions") != _BY_TRIGGERS
        if wanted.kind is Kind.RULE:
            described = thing.shape.get("description") == wanted.shape["description"]
            return thing.marked and described
        return thing.name == wanted.name and (thing.marked or self.fits(wanted, thing))

    def fits(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether it has all that is wanted of it."""
        match wanted.kind:
            case Kind.WEBHOOK:
                leads_here = thing.shape["endpoint"] == wanted.shape["endpoint"]
                return leads_here and thing.active and not _missing(wanted, thing)
            case Kind.APP:
                # Zendesk tells no digest: what is not remembered is uploaded again.
                return False
            case Kind.INSTALLATION:
                return thing.active and apps.leads_here(thing, wanted)
            case Kind.FIELD:
                # A merchant's own field for the tag may be called as they like.
                asked = {key: wanted.shape[key] for key in ("type", "tag", "active")}
                return _has(thing.shape, asked)
            case Kind.RULE:
                # Whoever words the mail anew words the stand-in.
                return gate.is_closed(thing, wanted)
        return _has(thing.shape, wanted.shape)

    def create(self, wanted: Wanted, *, tell: Tell) -> Thing:
        """Make it."""
        if wanted.kind is Kind.APP:
            return _done(self._apps.make, wanted, None, tell)
        if wanted.kind is Kind.INSTALLATION:
            return _done(self._apps.install, wanted)
        if wanted.kind is Kind.WEBHOOK:
            return _as_far_as_taken(self._post, wanted, set(SUBSCRIPTIONS))
        return self._post(wanted, {})

    def _post(self, wanted: Wanted, change: Shape) -> Thing:
        area = AREAS[wanted.kind]
        body = {area.item: area.written({**wanted.shape, **change})}
        answer = self._client.call("POST", f"v2/{area.path}", body=body)
        return _done(lambda: read_thing(wanted.kind, Fields(answer.json()).child(area.item)))

    def update(self, thing: Thing, wanted: Wanted, *, tell: Tell) -> Thing:
        """Let a thing be as it is wanted. A webhook keeps its name and what else it subscribes."""
        if wanted.kind is Kind.APP:
            return _done(self._apps.make, wanted, thing, tell)
        if wanted.kind is Kind.INSTALLATION:
            return _done(self._apps.set_up, thing, wanted.shape)
        if wanted.kind is Kind.WEBHOOK:
            both = {*_subscriptions(thing), *_missing(wanted, thing)}
            change = {"status": "active", "endpoint": wanted.shape["endpoint"]}
            return _as_far_as_taken(
                lambda known, events: self._change(known, {**change, **events}), thing, both
            )
        # Whether a stand-in is on is decided by what it replaces.
        on = wanted.shape["active"] if wanted.replaces is None else thing.active
        shape = {**wanted.shape, "active": on}
        return self._change(thing, AREAS[thing.kind].written(shape))

    def restore(self, thing: Thing, shape: Shape) -> None:
        """Give a thing back what it was."""
        if thing.kind is Kind.INSTALLATION:
            _done(self._apps.set_up, thing, shape)
        elif thing.kind is Kind.WEBHOOK:
            ours = ("status", "endpoint", "subscriptions")
            self._change(thing, {key: shape[key] for key in ours})
        else:
            self._change(thing, AREAS[thing.kind].written(shape))

    def _change(self, thing: Thing, fields: Mapping[str, object]) -> Thing:
        area = AREAS[thing.kind]
        method = "PATCH" if thing.kind is Kind.WEBHOOK else "PUT"
        self._client.call(method, f"v2/{area.path}/{thing.id}", body={area.item: fields})
        return self._read(thing)

    def _read(self, known: Thing) -> Thing:
        area = AREAS[known.kind]
        answer = self._client.call("GET", f"v2/{area.path}/{known.id}")
        return _understood(lambda: read_thing(known.kind, Fields(answer.json()).child(area.item)))

    def delete(self, thing: Thing) -> None:
        """Take it away."""
        if thing.kind in {Kind.APP, Kind.INSTALLATION}:
            self._apps.delete(thing)
        else:
            self._client.call("DELETE", f"v2/{AREAS[thing.kind].path}/{thing.id}")

    def switch(self, *, on: Sequence[str], off: Sequence[str]) -> None:
        """Switch triggers in one update, and wait until they are: Zendesk may do it by a job."""
        wanted = {**dict.fromkeys(on, True), **dict.fromkeys(off, False)}
        switched = [{"id": int(one), "active": active} for one, active in wanted.items()]
        self._client.call("PUT", "v2/triggers/update_many", body={"triggers": switched})
        for _ in range(_SWITCH_READS):
            found = {one.id: one.active for one in self.things(Kind.RULE) if one.id in wanted}
            if found == wanted:
                return
            self._clock.sleep(1)
        raise AmbiguousError("Zendesk did not switch the triggers within ten seconds; it may yet")

    def webhook_secret(self, webhook_id: str) -> str:
        """What a webhook is signed with. Zendesk hides it where an app made the webhook."""
        answer = self._client.call("GET", f"v2/webhooks/{webhook_id}/signing_secret")
        return _understood(lambda: Fields(answer.json()).child("signing_secret").text("secret"))

    def trust(self, app_id: str, installation_id: str) -> Trust:
        """How an installation proves itself."""
        return _understood(self._apps.trust, app_id, installation_id)

    def standing(self) -> Standing:
        """How our credential stands."""
        answer = self._client.call("GET", "v2/users/me.json")
        user = _understood(lambda: Fields(answer.json()).child("user"))
        # Zendesk answers an unknown caller with 200 and a user without an id.
        if not user.has("id"):
            raise AuthError("Zendesk does not know the credential: it sees an anonymous user")
        person = _understood(mapping.person, user)
        return Standing(person, self._scopes(), _clock(answer), _headroom(answer))

    def _scopes(self) -> frozenset[str] | None:
        """Where the credential is an OAuth token, Zendesk tells what it may do."""
        try:
            answer = self._client.call("GET", "v2/oauth/tokens/current.json")
            return Fields(answer.json()).child("token").texts("scopes")
        except (ConnectorError, WrongShapeError):
            return None

    def failures(self, webhook_id: str, *, most: int) -> tuple[int, tuple[Failure, ...]]:
        """Of the newest deliveries, those that failed; Zendesk keeps them for seven days."""
        path = f"v2/webhooks/{webhook_id}/invocations?sort=-latest_completed_at&page[size]={most}"
        answer = self._client.call("GET", path)
        found = _understood(lambda: Fields(answer.json()).children("invocations"))
        failed = tuple(
            Failure(_time(one), str(one.raw().get("status")))
            for one in found
            if one.raw().get("status") in _FAILED
        )
        return len(found), failed


def _as_far_as_taken(write: Callable[[T, Shape], Thing], what: T, events: set[str]) -> Thing:
    """Subscribe to events. That those of tickets go together with others is unconfirmed."""
    try:
        return write(what, {"subscriptions": sorted(events)})
    except RejectedError:
        of_tickets = sorted(one for one in events if one.startswith(TICKET_EVENT))
        if len(of_tickets) == len(events):
            raise
        return write(what, {"subscriptions": of_tickets})


def _has(there: object, asked: object) -> bool:
    if not isinstance(there, Mapping) or not isinstance(asked, Mapping):
        return there == asked
    return all(key in there and there[key] == value for key, value in asked.items())


def _missing(wanted: Wanted, thing: Thing) -> set[str]:
    asked = wanted.shape["subscriptions"]
    return set(asked if isinstance(asked, list) else []) - _subscriptions(thing)


def _subscriptions(thing: Thing) -> set[str]:
    found = thing.shape["subscriptions"]
    return set(found if isinstance(found, list) else [])


def _clock(answer: requests.Response) -> datetime | None:
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else None


def _headroom(answer: requests.Response) -> Headroom | None:
    for left, limit in _HEADERS:
        values = [answer.headers.get(name, "") for name in (left, limit)]
        if all(value.isascii() and value.isdigit() for value in values):
            return Headroom(int(values[0]), int(values[1]))
    return None


def _time(invocation: Fields) -> datetime | None:
    try:
        return invocation.time("latest_completed_at")
    except WrongShapeError:
        return None


def _understood(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return read(*args, **kwargs)
    except (WrongShapeError, requests.exceptions.JSONDecodeError) as bad:
        raise RejectedError(f"Zendesk's answer is not understood: {bad}") from None


def _done(write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A write whose answer is not understood may have been done."""
    try:
        return write(*args, **kwargs)
    except (WrongShapeError, requests.exceptions.JSONDecodeError) as bad:
        raise AmbiguousError(f"done, but Zendesk's answer is not understood: {bad}") from None
