"""Private apps: checked, uploaded, made by a job, installed once, with all their settings."""

import io
import zipfile
from typing import Any

import pytest
import requests

from plugin.zendesk_app.package import package

from .support import DEADLINE_SECONDS, Caller

SETTINGS = {"name": "Bookbag", "backend_url": "https://a.example", "account_id": "7"}


def send(admin: Caller, path: str, field: str, data: bytes) -> requests.Response:
    files = {field: ("app.zip", data, "application/zip")}
    address = f"{admin.base}/api/v2/apps/{path}"
    return requests.post(address, files=files, auth=admin.auth, timeout=DEADLINE_SECONDS)


def made(admin: Caller, name: str = "Bookbag") -> dict[str, Any]:
    """The end of a job that makes an app."""
    upload = send(admin, "uploads.json", "uploaded_data", package()).json()["id"]
    job = admin("POST", "/api/apps.json", {"upload_id": upload, "name": name}).json()["job_id"]
    path = f"/api/v2/apps/job_statuses/{job}.json"
    assert admin.get(path)["status"] == "working"
    status: dict[str, Any] = admin.get(path)
    return status


def without(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package())) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"no zip",
        without("manifest.json"),
        without("assets/logo.png"),
        without("translations/en.json"),
    ],
)
def test_a_wrong_package_is_refused(admin: Caller, data: bytes) -> None:
    assert send(admin, "validate", "file", data).status_code == 422
    assert send(admin, "uploads.json", "uploaded_data", data).status_code == 422
    assert send(admin, "validate", "wrong_field", package()).status_code == 422


def test_an_app_is_made_updated_and_taken_away(admin: Caller) -> None:
    done = made(admin)
    assert (done["status"], bool(done["app_id"])) == ("completed", True)
    (app,) = admin.get("/api/v2/apps/owned.json")["apps"]
    assert (app["id"], app["name"], app["version"]) == (done["app_id"], "Bookbag", "0.1.0")
    again = made(admin)
    assert (again["status"], "already been taken" in again["message"]) == ("failed", True)
    upload = send(admin, "uploads.json", "uploaded_data", package()).json()["id"]
    path = f"/api/v2/apps/{app['id']}"
    assert "job_id" in admin("PUT", path, {"upload_id": upload}).json()
    assert admin("PUT", path, {"upload_id": upload}).status_code == 422
    assert admin("DELETE", path).status_code == 204
    assert admin.get("/api/v2/apps/owned.json")["apps"] == []


def test_an_installation_shows_the_app_with_its_settings(admin: Caller) -> None:
    app = made(admin)["app_id"]
    installations = "/api/support/apps/installations.json"
    for wrong in ({"name": "Bookbag"}, {**SETTINGS, "name": ""}, {**SETTINGS, "account_id": ""}):
        body = {"app_id": str(app), "settings": wrong}
        assert admin("POST", installations, body).status_code == 422
    body = {"app_id": str(app), "settings": SETTINGS}
    shown = admin.post(installations, body)
    assert admin("POST", installations, body).status_code == 422
    assert admin.get("/sandbox/app")["url"] == "https://a.example/zendesk/7/sidebar"
    assert shown["url"] == admin.get("/sandbox/app")["audience"]
    path = f"/api/support/apps/installations/{shown['id']}.json"
    changed = admin.put(path, {"settings": {"account_id": "8"}})
    assert changed["settings"] == {**SETTINGS, "account_id": "8"}
    assert admin.get("/sandbox/app")["url"] == "https://a.example/zendesk/8/sidebar"
    assert admin("DELETE", path).status_code == 204
    assert admin.get(installations)["installations"] == []
    assert admin.get("/sandbox/app")["url"] is None


def test_the_key_is_the_one_that_openings_are_signed_with(admin: Caller) -> None:
    app = made(admin)["app_id"]
    key = admin.get("/sandbox/app")["public_key"]
    assert admin.get(f"/api/v2/apps/{app}/public_key") == key
    assert admin("GET", f"/api/v2/apps/{app}/public_key.pem").text == key
    assert admin("GET", "/api/v2/apps/7/public_key").status_code == 404


def test_a_token_tells_what_it_may_do(anyone: Caller, admin: Caller) -> None:
    body = {"grant_type": "client_credentials", "client_id": "bookbag"}
    body |= {"client_secret": "client-secret", "scope": "read tickets:write"}
    token = anyone("POST", "/oauth/tokens", body).json()["access_token"]
    bearer = Caller(anyone.base, headers={"Authorization": f"Bearer {token}"})
    current = bearer.get("/api/v2/oauth/tokens/current.json")
    assert current == {"token": {"scopes": ["read", "tickets:write"]}}
    assert admin("GET", "/api/v2/oauth/tokens/current").status_code == 404


def test_a_webhook_that_triggers_call_stays_one(admin: Caller) -> None:
    webhook = {
        "name": "By triggers",
        "status": "active",
        "endpoint": "https://a.example",
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["conditional_ticket_events"],
    }
    made = admin.post("/api/v2/webhooks", {"webhook": webhook})["webhook"]
    events = {"subscriptions": ["zen:event-type:ticket.created"]}
    path = f"/api/v2/webhooks/{made['id']}"
    assert admin("PATCH", path, {"webhook": events}).status_code == 400
    assert admin.get(path)["webhook"] == made
