"""Each fault: what the caller sees, and what the log says was done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from flask import Response, request

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, create_app

from .faulting import FAULTS, NOTE, TICKET, arm, met, writes
from .support import ADMIN, ADMIN_TOKEN, CLIENT_ID, CLIENT_SECRET, Caller


@pytest.fixture(autouse=True)
def _a_ticket(anyone: Caller) -> None:
    anyone.open_ticket()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": "Couldn't authenticate you"}),
        (404, {"error": "RecordNotFound", "description": "Not found"}),
        (500, {"error": "InternalServerError"}),
        (503, {"error": "ServiceUnavailable"}),
    ],
)
def test_a_refusal_in_zendesks_words_and_nothing_is_done(
    admin: Caller, status: int, body: dict[str, str]
) -> None:
    arm(admin, status, calls=1)
    refused = admin("PUT", TICKET, NOTE)
    assert (refused.status_code, refused.json()) == (status, body)
    assert "Retry-After" not in refused.headers
    assert writes(admin) == 0
    assert admin.get("/sandbox/log")["notes"] == []
    assert met(admin) == [
        {
            "fault": status,
            "method": "PUT",
            "path": TICKET,
            "done": False,
            "status": None,
            "answer": status,
        }
    ]
    assert admin("PUT", TICKET, NOTE).status_code == 200
    assert writes(admin) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(409, "UpdateConflict"), (422, "RecordInvalid"), (429, "APIRateLimitExceeded")],
)
def test_other_refusals_have_their_own_error(admin: Caller, status: int, error: str) -> None:
    arm(admin, status, calls=1)
    refused = admin("PUT", TICKET, NOTE)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert isinstance(refused.json()["description"], str)
    assert writes(admin) == 0


@pytest.mark.parametrize(("given", "header"), [({}, "1"), ({"retry_after": 7}, "7")])
def test_429_comes_with_a_time_to_wait(admin: Caller, given: dict[str, int], header: str) -> None:
    arm(admin, 429, calls=1, **given)
    assert admin("GET", TICKET).headers["Retry-After"] == header


def test_503_names_a_time_where_it_is_told_to(admin: Caller) -> None:
    arm(admin, "503", calls=1, retry_after=30)
    assert admin("GET", TICKET).headers["Retry-After"] == "30"


def test_a_bearer_token_is_refused_in_other_words(anyone: Caller) -> None:
    arm(anyone, 401, calls=1)
    bearer = replace(anyone, headers={"Authorization": "Bearer anything"})
    assert bearer("GET", TICKET).json()["error"] == "invalid_token"


def test_502_is_a_proxys_page(admin: Caller) -> None:
    arm(admin, 502, calls=1)
    got = admin("PUT", TICKET, NOTE)
    assert got.status_code == 502
    assert got.headers["Content-Type"].startswith("text/html")
    assert "<h1>502 Bad Gateway</h1>" in got.text
    assert writes(admin) == 0


def test_a_server_can_fail_after_its_work_was_done(admin: Caller) -> None:
    arm(admin, 502, calls=1, done=True)
    assert admin("PUT", TICKET, NOTE).status_code == 502
    assert writes(admin) == 1
    assert [(one["done"], one["status"], one["answer"]) for one in met(admin)] == [(True, 200, 502)]


def test_dropped_is_done_and_not_answered(admin: Caller) -> None:
    arm(admin, "dropped", calls=1)
    with pytest.raises(requests.ConnectionError) as dropped:
        admin("PUT", TICKET, NOTE)
    assert "without response" in str(dropped.value) or "reset" in str(dropped.value)
    log = admin.get("/sandbox/log")
    assert (writes(admin), [note["body"] for note in log["notes"]]) == (1, ["Note"])
    assert [(one["done"], one["status"], one["answer"]) for one in met(admin)] == [
        (True, 200, None)
    ]


def test_dropped_work_that_was_refused_is_not_done(admin: Caller) -> None:
    arm(admin, "dropped", calls=1)
    with pytest.raises(requests.ConnectionError):
        admin("PUT", TICKET, {"ticket": {"tags": ["!"]}})
    assert writes(admin) == 0
    assert [(one["done"], one["status"]) for one in met(admin)] == [(False, 422)]


def test_calls_are_matched_by_method_and_path(admin: Caller) -> None:
    admin.open_ticket()
    arm(admin, 404, match={"method": "get", "path": "/api/v2/tickets/1.json"})
    asked = [
        ("GET", TICKET),
        ("GET", f"{TICKET}.json"),
        ("GET", f"{TICKET}/comments.json"),
        ("GET", "/api/v2/tickets/2"),
        ("GET", "/api/v2/tickets"),
        ("PUT", TICKET),
    ]
    codes = [admin(method, path, NOTE).status_code for method, path in asked]
    assert codes == [404, 404, 404, 200, 200, 200]
    assert admin.get(FAULTS)["faults"][0]["fired"] == 3


def test_a_prefix_ends_at_a_part_of_the_path(admin: Caller) -> None:
    arm(admin, 500, match={"path": "/api/v2/tick"})
    arm(admin, 500, match={"path": "/api/v2/tickets/"})
    assert admin("GET", "/api/v2/ticks").status_code == 404
    assert admin("GET", TICKET).status_code == 500
    assert [one["fired"] for one in admin.get(FAULTS)["faults"]] == [0, 1]


def test_a_glob_goes_over_slashes(admin: Caller) -> None:
    arm(admin, 500, match={"path": "*/tickets/*/comments"})
    assert admin("GET", f"{TICKET}/comments").status_code == 500
    assert admin("GET", TICKET).status_code == 200


def test_some_calls_pass_first_and_then_some_are_faulted(admin: Caller) -> None:
    shown = arm(admin, 500, calls=2, after=1)
    assert (shown["calls"], shown["left"], shown["fired"]) == (2, 2, 0)
    codes = [admin("GET", TICKET).status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    shown = admin.get(FAULTS)["faults"][0]
    assert (shown["seen"], shown["fired"], shown["left"]) == (3, 2, 0)


def test_what_is_armed_first_comes_first(admin: Caller) -> None:
    arm(admin, 409, calls=1)
    arm(admin, 422, calls=2)
    assert [admin("GET", TICKET).status_code for _ in range(4)] == [409, 422, 422, 200]


def test_a_share_of_calls_is_the_same_in_every_run(config: SandboxConfig) -> None:
    runs = []
    for seed in (4, 4, 5):
        with SandboxServer(create_app(config)) as server:
            admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
            admin.open_ticket()
            arm(admin, 500, share=0.3, seed=seed)
            runs.append([admin("GET", TICKET).status_code for _ in range(40)])
    assert runs[0] == runs[1] != runs[2]
    assert 4 <= runs[0].count(500) <= 20


def test_no_share_is_never_and_a_whole_share_is_always(admin: Caller) -> None:
    arm(admin, 500, share=0)
    arm(admin, 409, share=1)
    assert {admin("GET", TICKET).status_code for _ in range(20)} == {409}


def test_disarming_ends_it_and_the_log_stays(admin: Caller) -> None:
    arm(admin, 500)
    admin("GET", TICKET)
    told = admin("DELETE", FAULTS).json()
    assert told["faults"][0]["fired"] == 1
    assert admin("GET", TICKET).status_code == 200
    assert len(met(admin)) == 1


def test_control_calls_and_pages_are_never_faulted(admin: Caller) -> None:
    arm(admin, 500)
    arm(admin, "dropped", match={"path": "*"})
    assert admin("GET", FAULTS).status_code == 200
    assert admin("GET", "/sandbox/log").status_code == 200
    admin.open_ticket()
    assert admin("GET", "/").status_code == 200
    assert admin.get(FAULTS)["faults"][0]["fired"] == 0


def test_the_token_endpoint_is_part_of_the_interface(anyone: Caller) -> None:
    arm(anyone, 500, calls=1)
    grant = {"grant_type": "client_credentials", "client_id": CLIENT_ID}
    body = {**grant, "client_secret": CLIENT_SECRET, "scope": "read write"}
    assert anyone("POST", "/oauth/tokens", body).status_code == 500
    assert anyone("POST", "/oauth/tokens", body).status_code == 200


def test_a_fault_comes_before_authentication(anyone: Caller) -> None:
    arm(anyone, 500, calls=1)
    assert anyone("GET", TICKET).status_code == 500
    assert anyone("GET", TICKET).status_code == 401


def test_a_wrong_fault_is_refused_and_not_armed(admin: Caller) -> None:
    for wrong in (None, {"fault": 500, "share": 1.5}):
        refused = admin("POST", FAULTS, wrong)
        assert refused.status_code == 422
        assert refused.json()["error"] == "invalid_fault"
    assert refused.json()["description"] == "share: expected a number from 0 to 1"
    assert admin.get(FAULTS)["faults"] == []


def test_a_rate_window_by_the_sandboxs_clock(config: SandboxConfig) -> None:
    moments = [datetime(2026, 11, 22, tzinfo=UTC)]
    with SandboxServer(create_app(replace(config, clock=lambda: moments[-1]))) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.open_ticket()
        window = {"limit": 2, "window_seconds": 60, "match": {"method": "PUT"}}
        arm(admin, "rate_window", **window)

        def ask() -> requests.Response:
            return admin("PUT", TICKET, NOTE)

        assert [ask().status_code for _ in range(2)] == [200, 200]
        moments.append(moments[-1] + timedelta(seconds=17.5))
        refused = ask()
        assert refused.status_code == 429
        assert refused.json()["error"] == "APIRateLimitExceeded"
        assert refused.headers["Retry-After"] == "43"
        assert admin("GET", TICKET).status_code == 200
        moments.append(moments[-1] + timedelta(seconds=42))
        assert ask().headers["Retry-After"] == "1"
        moments.append(moments[-1] + timedelta(seconds=0.5))
        assert [ask().status_code for _ in range(3)] == [200, 200, 429]
        assert writes(admin) == 4
        shown = admin.get(FAULTS)["faults"][0]
    assert (shown["fault"], shown["seen"], shown["fired"]) == ("rate_window", 7, 3)


class _OwnSeam:
    """A seam of a caller's own: refuses PATCH, marks every answer."""

    def before(self) -> Response | None:
        return Response("mine", status=418) if request.method == "PATCH" else None

    def after(self, response: Response) -> Response:
        response.headers["X-Seam"] = "mine"
        return response


def test_a_seam_of_ones_own_goes_around_the_faults(config: SandboxConfig) -> None:
    with SandboxServer(create_app(config, seam=_OwnSeam())) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        arm(admin, 500)
        faulted = admin("GET", TICKET)
        assert (faulted.status_code, faulted.headers["X-Seam"]) == (500, "mine")
        assert admin("PATCH", TICKET).status_code == 418
        assert admin.get(FAULTS)["faults"][0]["fired"] == 1
