"""The Gorgias `Administration`: one account's integrations, views, macros and widget."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

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
from connectors.errors import AuthError, NotFoundError, RejectedError
from connectors.gorgias import limits, people
from connectors.gorgias.administration import shapes
from connectors.gorgias.administration.wanted import wanted as all_wanted
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.reading import done, number, understood
from connectors.patience import patiently
from connectors.reading import Fields

T = TypeVar("T")

_MOST_THINGS = 2_000
_SECRET_BYTES = 32
_AREAS = {
    Kind.WEBHOOK: "integrations",
    Kind.VIEW: "views",
    Kind.MACRO: "macros",
    Kind.WIDGET: "widgets",
}
_READ: dict[Kind, Callable[[Fields], Thing]] = {
    Kind.WEBHOOK: shapes.webhook,
    Kind.VIEW: shapes.view,
    Kind.MACRO: shapes.macro,
}


class GorgiasAdministration:
    """One Gorgias account, seen by its admin. Serves one thread.

    Args:
        client: The account's connection.
        domain: The account's, which its integrations name.
        clock: Measures the waits where Gorgias asks for them.
    """

    def __init__(self, client: GorgiasClient, domain: str, clock: Clock) -> None:
        self._client = client
        self._domain = domain
        self._clock = clock

    def kinds(self) -> tuple[Kind, ...]:
        """What Gorgias has; it knows no apps."""
        return tuple(_AREAS)

    def wanted(self, setup: Setup, things: Sequence[Thing]) -> tuple[Wanted, ...]:
        """What Bookbag needs."""
        del things
        return all_wanted(setup)

    def things(self, kind: Kind) -> tuple[Thing, ...]:
        """All of a kind, whoever made them. Of integrations those over HTTP, of widgets theirs."""
        if kind not in _AREAS:
            return ()
        found = self._listed(_AREAS[kind])
        if kind is Kind.WIDGET:
            endpoints = {one.id: one.shape["endpoint"] for one in self.things(Kind.WEBHOOK)}
            return understood(lambda: tuple(shapes.widget(one, endpoints) for one in found))
        if kind is Kind.WEBHOOK:
            found = [one for one in found if one.raw().get("type") == shapes.HTTP]
        return understood(lambda: tuple(_READ[kind](one) for one in found))

    def is_it(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether a thing is the wanted one."""
        return shapes.is_it(wanted, thing)

    def fits(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether it has all that is wanted of it."""
        return shapes.fits(wanted, thing)

    def create(self, wanted: Wanted, *, tell: Tell) -> Thing:
        """Make it. An integration gets a secret of its own, which it shows us from then on."""
        if wanted.kind is Kind.WIDGET:
            return self._make_widget(wanted, tell)
        if wanted.kind is Kind.WEBHOOK:
            made = self._integrate(wanted.shape, secrets.token_urlsafe(_SECRET_BYTES))
            return done(shapes.webhook, made)
        made = self._write("POST", _AREAS[wanted.kind], wanted.shape)
        return done(_READ[wanted.kind], made)

    def _integrate(self, shape: Shape, secret: str) -> Fields:
        body: Shape = {
            "name": shape["name"],
            "description": shape.get("description"),
            "type": shapes.HTTP,
            "http": shapes.http_of(shape, secret=secret, domain=self._domain),
        }
        told = {key: value for key, value in body.items() if value is not None}
        return self._write("POST", "integrations", told)

    def _make_widget(self, wanted: Wanted, tell: Tell) -> Thing:
        """Its feed first, known by where it asks, so that a repetition makes no second one."""
        endpoint = wanted.shape["endpoint"]
        feed = self._feed_at(endpoint)
        if feed is None:
            tell("making what the widget shows")
            made = self._integrate(shapes.feed(endpoint), self._shared_secret(endpoint))
            feed = done(shapes.webhook, made)
        body: Shape = {
            "type": shapes.HTTP,
            "context": "ticket",
            "integration_id": int(feed.id),
            "order": 0,
            "template": wanted.shape["template"],
        }
        made = self._write("POST", "widgets", body)
        return done(shapes.widget, made, {feed.id: endpoint})

    def _feed_at(self, endpoint: object) -> Thing | None:
        found = (one for one in self.things(Kind.WEBHOOK) if one.shape["endpoint"] == endpoint)
        return next(found, None)

    def _shared_secret(self, endpoint: object) -> str:
        """The webhook's, which is the one that we know.

        Raises:
            RejectedError: There is no webhook for this account of ours, or its secret is hidden.
        """
        account = str(endpoint).split("/")[-2]
        for one in self._listed(_AREAS[Kind.WEBHOOK]):
            leads_to = str(understood(shapes.webhook, one).shape["endpoint"])
            secret = shapes.secret_of(one)
            if leads_to.endswith(f"/webhooks/gorgias/{account}") and secret is not None:
                return secret
        raise RejectedError("the widget needs the webhook's secret, and no webhook shows one")

    def update(self, thing: Thing, wanted: Wanted, *, tell: Tell) -> Thing:
        """Let a thing be as it is wanted. An integration keeps its secret, its name and more."""
        del tell
        if wanted.kind is Kind.WEBHOOK:
            both = {*_texts(thing.shape["subscriptions"]), *_texts(wanted.shape["subscriptions"])}
            shape = {**wanted.shape, "subscriptions": sorted(both)}
            return self._change_webhook(thing, shape, {"deactivated_datetime": None})
        if wanted.kind is Kind.WIDGET:
            return self._change_widget(thing, wanted.shape)
        return self._change(thing, wanted.shape)

    def restore(self, thing: Thing, shape: Shape) -> None:
        """Give a thing back what it was."""
        if thing.kind is Kind.WEBHOOK:
            self._change_webhook(thing, shape, {})
        elif thing.kind is Kind.WIDGET:
            self._change_widget(thing, shape)
        else:
            self._change(thing, shape)

    def _change_webhook(self, thing: Thing, shape: Shape, more: Shape) -> Thing:
        secret = shapes.secret_of(self._one(Kind.WEBHOOK, thing.id))
        http = shapes.http_of(shape, secret=secret, domain=self._domain)
        return self._change(thing, {"http": http, **more})

    def _change_widget(self, thing: Thing, shape: Shape) -> Thing:
        """A widget is replaced whole."""
        now = self._one(Kind.WIDGET, thing.id).raw()
        kept = {key: now.get(key) for key in ("type", "context", "integration_id", "order")}
        body = {**kept, "template": shape["template"], "deactivated_datetime": None}
        return self._change(thing, body)

    def _change(self, thing: Thing, body: Shape) -> Thing:
        told = {key: value for key, value in body.items() if value is not None or key in _CLEARED}
        self._patiently(
            lambda: self._client.change("PUT", f"{_AREAS[thing.kind]}/{_id(thing)}", told)
        )
        after = next((one for one in self.things(thing.kind) if one.id == thing.id), None)
        if after is None:
            raise NotFoundError(f"the {thing.kind.value} is there no more")
        return after

    def delete(self, thing: Thing) -> None:
        """Take it away; with a widget what it shows."""
        self._delete(_AREAS[thing.kind], thing.id)
        if thing.kind is Kind.WIDGET:
            feed = self._feed_at(thing.shape["endpoint"])
            if feed is not None:
                self._delete("integrations", feed.id)

    def _delete(self, area: str, thing_id: str) -> None:
        path = f"{area}/{number(thing_id, 'thing')}"
        try:
            self._patiently(lambda: self._client.call("DELETE", path))
        except NotFoundError:
            return

    def switch(self, *, on: Sequence[str], off: Sequence[str]) -> None:
        """Nothing of ours stands in for a rule here.

        Raises:
            RejectedError: Always.
        """
        del on, off
        raise RejectedError("no rule of Gorgias' is switched by us")

    def webhook_secret(self, webhook_id: str) -> str:
        """What proves the calls of an integration of ours.

        Raises:
            AuthError: It has none, or does not show it.
        """
        secret = shapes.secret_of(self._one(Kind.WEBHOOK, webhook_id))
        if secret is None:
            raise AuthError("the integration has no secret of ours, or does not show it")
        return secret

    def trust(self, app_id: str, installation_id: str) -> Trust:
        """Gorgias opens no page of ours in a frame.

        Raises:
            RejectedError: Always.
        """
        del app_id, installation_id
        raise RejectedError("Gorgias has no apps in a frame")

    def standing(self) -> Standing:
        """How our credential stands."""
        answer = self._patiently(lambda: self._client.call("GET", "users/0"))
        person = understood(lambda: people.person(Fields(_json(answer))))
        return Standing(person, None, _clock(answer), _headroom(answer))

    def failures(self, webhook_id: str, *, most: int) -> tuple[int, tuple[Failure, ...]]:
        """No call tells them; the integration's own page in Gorgias does. None are known here."""
        del webhook_id, most
        return 0, ()

    def _one(self, kind: Kind, thing_id: str) -> Fields:
        path = f"{_AREAS[kind]}/{number(thing_id, kind.value)}"
        return self._patiently(lambda: self._client.get(path))

    def _listed(self, area: str) -> list[Fields]:
        return self._patiently(lambda: list(self._client.listed(area, {}, _MOST_THINGS)))

    def _write(self, method: str, path: str, body: Shape) -> Fields:
        return self._patiently(lambda: self._client.write(method, path, body))

    def _patiently(self, ask: Callable[[], T]) -> T:
        return patiently(self._clock, ask)


# What is set to nothing where that means something.
_CLEARED = frozenset({"deactivated_datetime"})


def domain_of(url: str) -> str:
    """What stands before ``.gorgias.com`` in an account's address."""
    return (urlsplit(url).hostname or "").partition(".")[0]


def _id(thing: Thing) -> int:
    return number(thing.id, thing.kind.value)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _json(answer: requests.Response) -> object:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _clock(answer: requests.Response) -> datetime | None:
    try:
        at = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else None


def _headroom(answer: requests.Response) -> Headroom | None:
    most, left = limits.level(answer.headers)
    return None if most is None or left is None else Headroom(left, most)
