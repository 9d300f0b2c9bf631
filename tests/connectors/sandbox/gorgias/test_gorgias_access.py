"""Credentials, OAuth's tokens, and the leaky bucket."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.sandbox.gorgias import create_app
from connectors.sandbox.server import SandboxServer

from .support import ADMIN, AGENT, BACK, CLIENT_ID, CLIENT_SECRET, KEYS, STRICT, Caller, refused

SCOPES = "openid offline tickets:read tickets:write users:read"
HEADER = "X-Gorgias-Account-Api-Call-Limit"


class Clock:
    """A present that moves when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def goes(self, **more: float) -> None:
        self.now += timedelta(**more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def strict(clock: Clock) -> Iterator[str]:
    """The address of an account with Gorgias's own limits."""
    with SandboxServer(create_app(replace(STRICT, clock=clock))) as running:
        yield running.url


def code(url: str, *, scope: str = SCOPES, **form: str) -> dict[str, str]:
    """What the consent leads back with."""
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "scope": scope,
        "state": "s",
    }
    page = requests.get(f"{url}/oauth/authorize", params=asked, timeout=5)
    assert "Bookbag wants to work with sandbox" in page.text
    said = requests.post(
        f"{url}/oauth/authorize", params=asked, data=form, timeout=5, allow_redirects=False
    )
    assert said.status_code == 303
    assert said.headers["Location"].startswith(BACK)
    return {
        name: one for name, (one,) in parse_qs(urlsplit(said.headers["Location"]).query).items()
    }


def tokens(url: str, secret: str = CLIENT_SECRET, **form: str) -> requests.Response:
    return requests.post(f"{url}/oauth/token", data=form, auth=(CLIENT_ID, secret), timeout=5)


def redeem(url: str, given: str, **more: str) -> requests.Response:
    return tokens(url, grant_type="authorization_code", code=given, redirect_uri=BACK, **more)


@pytest.mark.parametrize(
    "auth", [None, (ADMIN, "wrong"), ("nobody@shop.example", KEYS[ADMIN]), (AGENT, KEYS[ADMIN])]
)
def test_without_the_right_key_it_is_401(strict: str, auth: tuple[str, str] | None) -> None:
    assert refused(Caller(strict, auth)("GET", "/api/tickets"), 401) == {"msg": "Unauthorized"}
    assert refused(Caller(strict, bearer="wrong")("GET", "/api/tickets"), 401)


def test_tokens_live_for_a_day_and_are_renewed(strict: str, clock: Clock) -> None:
    told = code(strict, agent=ADMIN)
    assert told["state"] == "s"
    first = redeem(strict, told["code"]).json()
    assert (first["expires_in"], first["token_type"]) == (86_400, "Bearer")
    assert Caller(strict, bearer=first["access_token"]).get("/api/users/0")["email"] == ADMIN
    clock.goes(hours=24)
    refused(Caller(strict, bearer=first["access_token"])("GET", "/api/users/0"), 401)
    again = [
        tokens(strict, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
        for _ in range(2)
    ]
    for one in again:
        assert one["refresh_token"] == first["refresh_token"]
        assert Caller(strict, bearer=one["access_token"]).get("/api/users/0")


def test_a_code_is_good_once_and_for_its_own(strict: str, clock: Clock) -> None:
    used = code(strict)["code"]
    assert redeem(strict, used).ok
    assert redeem(strict, used).json() == {"error": "invalid_grant"}
    late = code(strict)["code"]
    clock.goes(minutes=2)
    assert redeem(strict, late).status_code == 400
    assert redeem(strict, code(strict)["code"], secret="wrong").status_code == 401
    assert code(strict, answer="no") == {"state": "s", "error": "access_denied"}


def test_without_offline_there_is_nothing_to_renew_with(strict: str) -> None:
    granted = redeem(strict, code(strict, scope="tickets:read")["code"]).json()
    assert "refresh_token" not in granted
    caller = Caller(strict, bearer=granted["access_token"])
    ticket_id = caller.opened()
    assert caller.get(f"/api/tickets/{ticket_id}")
    refused(caller("PUT", f"/api/tickets/{ticket_id}", {"status": "closed"}), 403)
    refused(caller("GET", "/api/users"), 403)


def test_a_bucket_of_40_leaks_two_a_second(strict: str, clock: Clock) -> None:
    admin, agent = (Caller(strict, (email, KEYS[email])) for email in (ADMIN, AGENT))
    for number in range(1, 41):
        got = (admin, agent)[number % 2]("GET", "/api/tickets?limit=1")
        assert (got.status_code, got.headers[HEADER]) == (200, f"{number}/40")
    full = admin("GET", "/api/tickets")
    assert refused(full, 429) == {"msg": "Rate limit exceeded"}
    assert (full.headers[HEADER], full.headers["Retry-After"]) == ("40/40", "1")
    clock.goes(seconds=1)
    assert [admin("GET", "/api/tickets").status_code for _ in range(3)] == [200, 200, 429]
    clock.goes(seconds=20)
    assert admin("GET", "/api/tickets").headers[HEADER] == "1/40"
    assert admin.get("/sandbox/log")["rates"]["key"] == {"peak": 40, "refused": 2}


def test_a_token_has_80_and_refusals_have_the_headers(strict: str) -> None:
    token = redeem(strict, code(strict)["code"]).json()["access_token"]
    caller = Caller(strict, bearer=token)
    statuses = [caller("GET", "/api/tickets?limit=1") for _ in range(81)]
    assert [one.status_code for one in statuses] == [200] * 80 + [429]
    assert statuses[0].headers[HEADER] == "1/80"
    for got in (Caller(strict)("GET", "/api/tickets"), Caller(strict)("GET", "/api/nothing")):
        assert not got.ok
        assert got.headers[HEADER].endswith("/40")
        assert "Retry-After" in got.headers


def test_armed_faults_speak_gorgias(strict: str) -> None:
    admin = Caller(strict, (ADMIN, KEYS[ADMIN]))
    ticket_id = admin.opened()
    match = {"path": f"/api/tickets/{ticket_id}"}
    for fault in (404, 429, 500):
        admin.post("/sandbox/faults", {"fault": fault, "calls": 1, "match": match})
        got = admin("GET", f"/api/tickets/{ticket_id}")
        assert refused(got, fault)["msg"]
        assert HEADER in got.headers
    admin.post("/sandbox/faults", {"fault": 502, "calls": 1, "match": match})
    assert (
        admin("GET", f"/api/tickets/{ticket_id}").headers["Content-Type"]
        == "text/html; charset=utf-8"
    )
    assert [one["fault"] for one in admin.get("/sandbox/log")["faults"]] == [404, 429, 500, 502]
    assert admin.get(f"/api/tickets/{ticket_id}")["status"] == "open"


def test_a_cursor_lives_shortly(strict: str, clock: Clock) -> None:
    admin = Caller(strict, (ADMIN, KEYS[ADMIN]))
    for _ in range(3):
        admin.opened()
    cursor = admin.get("/api/tickets", limit=1)["meta"]["next_cursor"]
    clock.goes(seconds=301)
    assert refused(admin("GET", "/api/tickets", params={"limit": 1, "cursor": cursor}))
