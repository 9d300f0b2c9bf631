"""Consent, codes and rotating refresh tokens, as the sandbox gives them."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app

from .support import ADMIN, ADMIN_ID, AGENT, CLIENT_SECRET, Caller

BACK = "https://bookbag.example/connect/zendesk/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-1"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
ASKED = {
    "response_type": "code",
    "client_id": "public",
    "redirect_uri": BACK,
    "scope": "read write",
    "state": "a state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


class Clock:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def anyone(clock: Clock) -> Iterator[Caller]:
    config = SandboxConfig(
        agents=(Seat("Ada", ADMIN, "admin"), Seat("Ben", AGENT)),
        oauth_clients={
            "public": OAuthClient("", ADMIN, (BACK,)),
            "secretive": OAuthClient(CLIENT_SECRET, ADMIN, (BACK,)),
        },
        clock=clock,
    )
    with SandboxServer(create_app(config)) as running:
        yield Caller(running.url)


def answer_to(anyone: Caller, decision: str = "allow", **changes: str) -> dict[str, str]:
    """What the client is told in the address that somebody's answer leads to."""
    form = {**ASKED, "decision": decision, "agent": ADMIN, **changes}
    got = anyone("POST", "/oauth/authorizations", data=form, allow_redirects=False)
    assert got.status_code == 302, got.text
    address = got.headers["Location"]
    assert address.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def exchange(anyone: Caller, **changes: object) -> Any:
    body = {
        "grant_type": "authorization_code",
        "client_id": "public",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    if "code" not in body:
        body["code"] = answer_to(anyone)["code"]
    return anyone("POST", "/oauth/tokens", body)


def refresh(anyone: Caller, token: str, **changes: object) -> Any:
    body = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "public", **changes}
    return anyone("POST", "/oauth/tokens", body)


def me(anyone: Caller, token: str) -> int:
    caller = Caller(anyone.base, headers={"Authorization": f"Bearer {token}"})
    return caller("GET", "/api/v2/users/me").status_code


def test_somebody_is_asked_who_lets_what_in(anyone: Caller) -> None:
    page = anyone("GET", f"/oauth/authorizations/new?{urlencode(ASKED)}")
    assert page.status_code == 200
    assert "<code>write</code>" in page.text
    assert "form-action 'self' https://bookbag.example" in page.headers["Content-Security-Policy"]


def test_yes_gives_a_code_that_becomes_tokens_of_who_said_so(anyone: Caller) -> None:
    told = answer_to(anyone)
    assert set(told) == {"code", "state"}
    assert told["state"] == "a state"
    pair = exchange(anyone, code=told["code"]).json()
    caller = Caller(anyone.base, headers={"Authorization": f"Bearer {pair['access_token']}"})
    assert caller.get("/api/v2/users/me.json")["user"]["id"] == ADMIN_ID
    assert (pair["scope"], pair["expires_in"]) == ("read write", 1800)


def test_no_is_told_as_the_standard_says(anyone: Caller) -> None:
    assert answer_to(anyone, "deny")["error"] == "access_denied"


@pytest.mark.parametrize(
    "changes", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}]
)
def test_nobody_is_led_to_an_address_that_is_not_the_clients(
    anyone: Caller, changes: dict[str, str]
) -> None:
    for path in ("/oauth/authorizations/new?" + urlencode({**ASKED, **changes}),):
        got = anyone("GET", path, allow_redirects=False)
        assert got.status_code == 400
    form = {**ASKED, "decision": "allow", **changes}
    assert anyone("POST", "/oauth/authorizations", data=form).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": " "}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
    ],
)
def test_a_client_that_asks_wrongly_is_told_so(
    anyone: Caller, changes: dict[str, str], error: str
) -> None:
    assert answer_to(anyone, **changes) == {"error": error, "state": "a state"}


def test_a_code_works_once_and_not_for_long(anyone: Caller, clock: Clock) -> None:
    code = answer_to(anyone)["code"]
    assert exchange(anyone, code=code).status_code == 200
    again = exchange(anyone, code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    late = answer_to(anyone)["code"]
    clock.now += timedelta(seconds=120)
    assert exchange(anyone, code=late).status_code == 400


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"code_verifier": "another"}, 400),
        ({"code_verifier": ""}, 400),
        ({"redirect_uri": "https://bookbag.example/"}, 400),
        ({"client_id": "secretive", "client_secret": CLIENT_SECRET}, 400),
        ({"client_id": "nobody"}, 401),
        ({"client_secret": "some"}, 401),
        ({"expires_in": 300}, 400),
    ],
)
def test_a_code_is_good_for_whoever_asked_alone(
    anyone: Caller, changes: dict[str, object], status: int
) -> None:
    code = answer_to(anyone)["code"]
    assert exchange(anyone, code=code, **changes).status_code == status


def test_a_client_with_a_secret_needs_no_pkce(anyone: Caller) -> None:
    mine = {"client_id": "secretive"}
    bare = {"code_challenge": "", "code_challenge_method": ""}
    code = answer_to(anyone, **mine, **bare)["code"]
    assert exchange(anyone, **mine, code=code, code_verifier="").status_code == 401
    code = answer_to(anyone, **mine, **bare)["code"]
    shown = {"client_secret": CLIENT_SECRET, "code_verifier": ""}
    pair = exchange(anyone, **mine, **shown, code=code).json()
    assert refresh(anyone, pair["refresh_token"], **mine).status_code == 401
    assert refresh(anyone, pair["refresh_token"], **mine, **shown).status_code == 200


def test_a_refresh_deletes_the_old_pair(anyone: Caller) -> None:
    old = exchange(anyone).json()
    new = refresh(anyone, old["refresh_token"]).json()
    assert (me(anyone, old["access_token"]), me(anyone, new["access_token"])) == (401, 200)
    again = refresh(anyone, old["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert me(anyone, new["access_token"]) == 200


def test_tokens_end(anyone: Caller, clock: Clock) -> None:
    pair = exchange(anyone, expires_in=301).json()
    clock.now += timedelta(seconds=301)
    assert me(anyone, pair["access_token"]) == 401
    pair = refresh(anyone, pair["refresh_token"]).json()
    clock.now += timedelta(days=30)
    assert refresh(anyone, pair["refresh_token"]).status_code == 400


def test_of_many_at_once_one_refreshes(anyone: Caller) -> None:
    token = exchange(anyone).json()["refresh_token"]
    got: list[int] = []
    threads = [
        threading.Thread(target=lambda: got.append(refresh(anyone, token).status_code))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [200, 400, 400, 400, 400, 400]


def test_scopes_limit_what_a_token_may_call(anyone: Caller) -> None:
    code = answer_to(anyone, scope="tickets:read")["code"]
    token = exchange(anyone, code=code).json()["access_token"]
    caller = Caller(anyone.base, headers={"Authorization": f"Bearer {token}"})
    assert caller("GET", "/api/v2/tickets").status_code == 200
    assert caller("PUT", "/api/v2/tickets/1", {"ticket": {}}).status_code == 403
    assert caller("GET", "/api/v2/users/me").status_code == 403


def test_an_admin_may_revoke_it_all(anyone: Caller) -> None:
    pair = exchange(anyone).json()
    assert anyone("DELETE", "/sandbox/oauth/tokens").status_code == 200
    assert me(anyone, pair["access_token"]) == 401
    assert refresh(anyone, pair["refresh_token"]).status_code == 400
