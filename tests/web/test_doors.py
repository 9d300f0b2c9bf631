"""Who gets in where: every route, as nobody, in each role, and as another merchant's admin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from plugin import onboarding
from plugin.models import Role
from plugin.store import credentials, people
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope
from plugin.web.doors import Door, Proof, door_of, open_to, require_doors
from plugin.web.sign_in import LASTS, SESSION_COOKIE
from tests.bench.world import Bench
from tests.web.visitor import JSON

# Every route that opens without anybody signed in. A new one must be written down here.
OPEN_TO_STRANGERS = {
    "GET /",
    "GET /audit/check",
    "GET /connect/<helpdesk>/callback",
    "GET /drafts/<uuid:draft_id>/verdict",
    "GET /healthz",
    "GET /metrics",
    "GET /policies/activate",
    "GET /policies/preview",
    "GET /readyz",
    "GET /sign-in",
    "GET /sign-in/provider",
    "GET /sign-in/provider/back",
    "GET /sign-in/<token>",
    "GET /static/<path:filename>",
    "POST /sign-in",
    "POST /sign-in/<token>",
    "POST /webhooks/<helpdesk>/<account_id>",
    "POST /zendesk/<account_id>/sidebar",
}
REFUSALS = {401, 403, 404, 405}
SIGN_IN = "Sign in first: press “Open the review page” beside the ticket in your helpdesk"


@dataclass(frozen=True)
class Route:
    """One method of one rule."""

    method: str
    rule: Rule
    door: Door

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.rule}"


@dataclass(frozen=True)
class Walker:
    """Opens routes as whoever it is told to."""

    bench: Bench
    client: FlaskClient
    known: dict[str, str]

    def open(
        self,
        route: Route,
        person: PersonRow | None,
        *,
        bearer: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """A fresh session each time: one of the routes ends it."""
        unknown = {*route.rule.arguments} - {*self.known}
        assert not unknown, f"{route.rule}: add a value for {unknown} to `known`"
        _, path = route.rule.build({name: self.known[name] for name in route.rule.arguments})  # type: ignore[misc] # it says None for what may not fit
        self.client.delete_cookie(SESSION_COOKIE)
        if person is not None:
            token = self._session(person)
            if bearer:
                headers = {"Authorization": f"Bearer {token}"}
            else:
                self.client.set_cookie(SESSION_COOKIE, token)
        return self.client.open(path, method=route.method, headers=headers)

    def _session(self, person: PersonRow) -> str:
        runtime, token = self.bench.runtime, f"token-{next(_numbers)}"
        with runtime.database.write() as session:
            credentials.add_session(
                session,
                Scope(person.merchant_id),
                person.id,
                digest=credentials.digest(token),
                at=runtime.now(),
                expires_at=runtime.now() + LASTS,
            )
        return token


_numbers = iter(range(1_000_000))


def routes(web: Flask) -> Iterator[Route]:
    for rule in web.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            door = door_of(web, rule.endpoint)
            assert door is not None, rule
            yield Route(method, rule, door)


@pytest.fixture
def walker(sqlite_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """Forms need no token: else that alone would refuse."""
    monkeypatch.setitem(sqlite_bench.web.config, "WTF_CSRF_ENABLED", False)
    draft = sqlite_bench.draft(sqlite_bench.opened("refund_under_limit"))
    known = {
        "draft_id": draft.id,
        "account_id": sqlite_bench.account_id,
        "ticket_id": draft.ticket_id,
        "number": "1",
        "way": "next",
        "person_id": add_person(sqlite_bench, Role.AGENT, sqlite_bench.scope.merchant_id).id,
    }
    return Walker(sqlite_bench, sqlite_bench.web.test_client(), known)


def add_person(bench: Bench, role: Role, merchant_id: str) -> PersonRow:
    email = f"{role.value}-{next(_numbers)}@walk.example"
    onboarding.add_person(bench.runtime, merchant_id, email=email, name="Walker", role=role)
    with bench.runtime.database.read() as session:
        found = people.by_email(session, Scope(merchant_id), email)
    assert found is not None
    return found


def ways(door: Door) -> list[bool]:
    """Whether by bearer, for each proof that a door takes."""
    return {Proof.COOKIE: [False], Proof.SIDEBAR: [True], Proof.EITHER: [False, True]}[door.proof]


def guarded(web: Flask) -> list[Route]:
    found = [route for route in routes(web) if route.door.roles]
    assert len(found) >= 20
    return found


def test_what_opens_to_strangers_is_written_down(sqlite_bench: Bench) -> None:
    found = {route.name for route in routes(sqlite_bench.web) if not route.door.roles}
    assert found == OPEN_TO_STRANGERS
    assert all(r.door.instead for r in routes(sqlite_bench.web) if not r.door.roles)


def test_nobody_gets_in(walker: Walker) -> None:
    for route in guarded(walker.bench.web):
        answer = walker.open(route, None)
        assert answer.status_code == 401, route.name
        if route.door.proof is Proof.COOKIE and not route.door.in_own_words:
            assert SIGN_IN in answer.text
            assert "<h1>You are not signed in</h1>" in answer.text
            told = walker.open(route, None, headers=JSON).get_json()["error"]
            assert told["code"] == "unauthenticated"
        forged = walker.open(route, None, headers={"Authorization": "Bearer made-up"})
        assert forged.status_code == 401, route.name


def test_no_proof_stands_in_for_another(walker: Walker) -> None:
    """A cookie opens none of the sidebar's own doors, nor its token one of ours."""
    admin = add_person(walker.bench, Role.ADMIN, walker.bench.scope.merchant_id)
    for route in guarded(walker.bench.web):
        if route.door.proof is not Proof.EITHER:
            wrong = route.door.proof is Proof.COOKIE
            assert walker.open(route, admin, bearer=wrong).status_code == 401, route.name


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_in_where_its_door_is_open(walker: Walker, role: Role) -> None:
    person = add_person(walker.bench, role, walker.bench.scope.merchant_id)
    for route in guarded(walker.bench.web):
        for bearer in ways(route.door):
            answer = walker.open(route, person, bearer=bearer)
            if role in route.door.roles:
                assert answer.status_code not in REFUSALS, route.name
                assert answer.status_code < 500, route.name
            else:
                assert answer.status_code == 403, route.name
                assert route.door.otherwise in answer.text


def test_another_merchants_admin_finds_nothing(walker: Walker) -> None:
    bench = walker.bench
    other = onboarding.add_merchant(bench.runtime, "Harbour Books")
    eve = add_person(bench, Role.ADMIN, other)
    with bench.runtime.database.read() as session:
        ours = [person.email for person in people.everybody(session, bench.scope)]
    ours.append(bench.tickets["refund_under_limit"]["subject"])
    for route in guarded(bench.web):
        for bearer in ways(route.door):
            answer = walker.open(route, eve, bearer=bearer)
            if Role.ADMIN not in route.door.roles:
                assert answer.status_code == 403, route.name
            elif route.rule.arguments:
                assert answer.status_code == 404, route.name
            else:
                assert answer.status_code not in REFUSALS, route.name
            assert [words for words in ours if words in answer.text] == [], route.name


def test_no_service_starts_with_a_route_that_is_silent() -> None:
    web = Flask("silent", static_folder=None)
    web.add_url_rule("/silent", "silent", lambda: "")
    web.add_url_rule("/said", "said", open_to(Role.ADMIN)(lambda: ""))
    with pytest.raises(LookupError, match=r"who may open them: /silent$"):
        require_doors(web)
    with pytest.raises(TypeError):
        open_to()
