from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app

from .support import ADMIN, ADMIN_ID, ADMIN_TOKEN, AGENT, AGENT_ID, CLIENT_ID, CLIENT_SECRET, Caller

GRANT = {
    "grant_type": "client_credentials",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "scope": "read write",
}


def _bearer(anyone: Caller, **changes: object) -> Caller:
    token = anyone.post("/oauth/tokens", {**GRANT, **changes})["access_token"]
    return Caller(anyone.base, headers={"Authorization": f"Bearer {token}"})


def test_client_credentials_give_a_token_without_a_refresh_token(anyone: Caller) -> None:
    answer = anyone.post("/oauth/tokens", GRANT)
    assert set(answer) == {"access_token", "token_type", "scope", "expires_in"}
    assert (answer["token_type"], answer["scope"], answer["expires_in"]) == (
        "bearer",
        "read write",
        1800,
    )
    assert _bearer(anyone).get("/api/v2/users/me.json")["user"]["id"] == ADMIN_ID


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"expires_in": 300}, 400, "invalid_request"),
        ({"expires_in": 172800}, 400, "invalid_request"),
    ],
)
def test_a_wrong_grant_is_refused(
    anyone: Caller, changes: dict[str, object], status: int, error: str
) -> None:
    refused = anyone("POST", "/oauth/tokens", {**GRANT, **changes})
    assert (refused.status_code, refused.json()["error"]) == (status, error)


def test_a_form_is_no_grant(anyone: Caller) -> None:
    assert anyone("POST", "/oauth/tokens", data=GRANT).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["tickets.json", "tickets/1.json", "users/me.json", "webhooks", "no/such/thing"],
)
def test_every_call_needs_a_credential(anyone: Caller, path: str) -> None:
    refused = anyone("GET", f"/api/v2/{path}")
    assert refused.status_code == 401
    assert refused.json() == {"error": "Couldn't authenticate you"}


@pytest.mark.parametrize(
    "auth",
    [
        (f"{ADMIN}/token", "wrong"),
        (f"{ADMIN}/token", ""),
        (ADMIN, ADMIN_TOKEN),
        (f"{AGENT}/token", ADMIN_TOKEN),
        ("nobody@shop.example/token", ADMIN_TOKEN),
    ],
)
def test_a_wrong_api_token_is_401(anyone: Caller, auth: tuple[str, str]) -> None:
    refused = Caller(anyone.base, auth)("GET", "/api/v2/users/me.json")
    assert refused.status_code == 401


@pytest.mark.parametrize("header", ["Basic !!!", "Basic /w==", "Bearer nothing", "Digest x"])
def test_a_wrong_header_is_401(anyone: Caller, header: str) -> None:
    refused = Caller(anyone.base, headers={"Authorization": header})("GET", "/api/v2/users")
    assert refused.status_code == 401


def test_a_refused_write_writes_nothing(anyone: Caller, admin: Caller) -> None:
    admin.open_ticket()
    body = {"ticket": {"comment": {"body": "Hello", "public": True}}}
    assert anyone("PUT", "/api/v2/tickets/1.json", body).status_code == 401
    assert len(admin.get("/sandbox/log")["public_comments"]) == 1


def test_a_token_runs_out() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    config = SandboxConfig(
        agents=(Seat("Ada", ADMIN, "admin"),),
        oauth_clients={CLIENT_ID: OAuthClient(CLIENT_SECRET, ADMIN)},
        clock=lambda: now,
    )
    with SandboxServer(create_app(config)) as running:
        caller = _bearer(Caller(running.url), expires_in=600)
        now += timedelta(seconds=599)
        assert caller("GET", "/api/v2/users/me.json").status_code == 200
        now += timedelta(seconds=1)
        refused = caller("GET", "/api/v2/users/me.json")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("read", 200, 403),
        ("write", 403, 200),
        ("tickets:read tickets:write", 200, 200),
        ("users:read", 403, 403),
        ("nonsense", 403, 403),
    ],
)
def test_a_token_is_issued_for_any_scope_and_its_calls_are_held_to_it(
    anyone: Caller, scope: str, reads: int, writes: int
) -> None:
    anyone.open_ticket()
    caller = _bearer(anyone, scope=scope)
    assert caller("GET", "/api/v2/tickets.json").status_code == reads
    body = {"ticket": {"tags": ["a"]}}
    assert caller("PUT", "/api/v2/tickets/1.json", body).status_code == writes


def test_webhooks_need_an_admin(agent: Caller) -> None:
    assert agent("GET", "/api/v2/webhooks").status_code == 403
    assert agent("GET", "/api/v2/tickets").status_code == 200


def test_users(agent: Caller) -> None:
    users = agent.get("/api/v2/users.json")["users"]
    assert [(user["id"], user["email"], user["role"]) for user in users] == [
        (ADMIN_ID, ADMIN, "admin"),
        (AGENT_ID, AGENT, "agent"),
    ]
    assert agent.get("/api/v2/users/me.json")["user"] == users[1]
    assert agent.get(f"/api/v2/users/{ADMIN_ID}.json")["user"] == users[0]
    assert agent("GET", "/api/v2/users/7.json").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"agents": ()},
        {"agents": (Seat("A", "a@x.example"), Seat("B", "A@x.example"))},
        {"api_users": {"nobody@x.example": "t"}},
        {"oauth_clients": {"c": OAuthClient("s", "nobody@x.example")}},
    ],
)
def test_a_wrong_configuration_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"agents:|not among the agents"):
        SandboxConfig(**{"agents": (Seat("Ada", ADMIN),), **wrong})


def test_no_secret_is_shown_by_repr(config: SandboxConfig) -> None:
    assert ADMIN_TOKEN not in repr(config)
    assert CLIENT_SECRET not in repr(config)
