"""The Zendesk `Administration`: one account's webhooks, rules and apps."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from connectors.administration import (
    Failure,
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
from connectors.errors import AmbiguousError, RejectedError
from connectors.zendesk.administration import comparing, standing
from connectors.zendesk.administration.answers import done, understood
from connectors.zendesk.administration.apps import Apps
from connectors.zendesk.administration.patience import Patience
from connectors.zendesk.administration.shapes import AREAS, read_thing
from connectors.zendesk.administration.wanted import TICKET_EVENT
from connectors.zendesk.administration.wanted import wanted as all_wanted
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.reading import Fields
from connectors.zendesk.webhooks import SUBSCRIPTIONS

T = TypeVar("T")

_MOST_THINGS = 5_000
_SWITCH_READS = 10


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
        """All but the one that apps stand in for."""
        return tuple(kind for kind in Kind if kind is not Kind.WIDGET)

    def wanted(self, setup: Setup, things: Sequence[Thing]) -> tuple[Wanted, ...]:
        """What Bookbag needs."""
        return all_wanted(setup, [one for one in things if one.kind is Kind.RULE])

    def things(self, kind: Kind) -> tuple[Thing, ...]:
        """All of a kind, whoever made them."""
        if kind is Kind.APP:
            return understood(self._apps.apps)
        if kind is Kind.INSTALLATION:
            return understood(self._apps.installations)
        area = AREAS[kind]
        return understood(
            lambda: tuple(
                read_thing(kind, one)
                for one in self._client.listed(area.path, area.items, _MOST_THINGS)
            )
        )

    def is_it(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether a thing is the wanted one."""
        return comparing.is_it(wanted, thing)

    def fits(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether it has all that is wanted of it."""
        return comparing.fits(wanted, thing)

    def create(self, wanted: Wanted, *, tell: Tell) -> Thing:
        """Make it."""
        if wanted.kind is Kind.APP:
            return done(self._apps.make, wanted, None, tell)
        if wanted.kind is Kind.INSTALLATION:
            return done(self._apps.install, wanted)
        if wanted.kind is Kind.WEBHOOK:
            return _as_far_as_taken(self._post, wanted, set(SUBSCRIPTIONS))
        return self._post(wanted, {})

    def _post(self, wanted: Wanted, change: Shape) -> Thing:
        area = AREAS[wanted.kind]
        body = {area.item: area.written({**wanted.shape, **change})}
        answer = self._client.call("POST", f"v2/{area.path}", body=body)
        return done(lambda: read_thing(wanted.kind, Fields(answer.json()).child(area.item)))

    def update(self, thing: Thing, wanted: Wanted, *, tell: Tell) -> Thing:
        """Let a thing be as it is wanted. A webhook keeps its name and what else it subscribes."""
        if wanted.kind is Kind.APP:
            return done(self._apps.make, wanted, thing, tell)
        if wanted.kind is Kind.INSTALLATION:
            return done(self._apps.set_up, thing, wanted.shape)
        if wanted.kind is Kind.WEBHOOK:
            both = {*comparing.subscriptions(thing), *comparing.missing(wanted, thing)}
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
            done(self._apps.set_up, thing, shape)
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
        return understood(lambda: read_thing(known.kind, Fields(answer.json()).child(area.item)))

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
        return understood(lambda: Fields(answer.json()).child("signing_secret").text("secret"))

    def trust(self, app_id: str, installation_id: str) -> Trust:
        """How an installation proves itself."""
        return understood(self._apps.trust, app_id, installation_id)

    def standing(self) -> Standing:
        """How our credential stands."""
        return standing.standing(self._client)

    def failures(self, webhook_id: str, *, most: int) -> tuple[int, tuple[Failure, ...]]:
        """Of the newest deliveries, those that failed; Zendesk keeps them for seven days."""
        return standing.failures(self._client, webhook_id, most=most)


def _as_far_as_taken(write: Callable[[T, Shape], Thing], what: T, events: set[str]) -> Thing:
    """Subscribe to events. That those of tickets go together with others is unconfirmed."""
    try:
        return write(what, {"subscriptions": sorted(events)})
    except RejectedError:
        of_tickets = sorted(one for one in events if one.startswith(TICKET_EVENT))
        if len(of_tickets) == len(events):
            raise
        return write(what, {"subscriptions": of_tickets})
