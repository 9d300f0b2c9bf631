"""Each trap of zenpy, sprung."""

import inspect
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests
import responses
import urllib3.exceptions
from zenpy.lib import exception as zenpy_exceptions

import connectors
from connectors.base import AccountAccess
from connectors.errors import (
    AuthError,
    ConflictError,
    ConnectorError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.types import TagChange
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.helpdesk import ZendeskHelpdesk

from .answers import API, TICKET, access, helpdesk, ticket, updated, wrote

pytestmark = pytest.mark.usefixtures("edge", "no_waiting")


def client() -> ZendeskClient:
    return ZendeskClient(access(), allow_private=False)


def note() -> None:
    helpdesk().add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")


def test_only_the_wrapper_imports_zenpy() -> None:
    folder = Path(connectors.__file__).parent
    importers = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if "sandbox" not in path.parts
        and any(
            "zenpy" in line and "import" in line.split() for line in path.read_text().splitlines()
        )
    ]
    assert importers == ["zendesk/client.py"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30.0), ("0", 0.0), (None, None), ("soon", None)],
)
def test_a_429_never_sleeps(header: str | None, seconds: float | None) -> None:
    put = responses.put(
        TICKET,
        status=429,
        headers={"Retry-After": header} if header else {},
        json={"error": "APIRateLimitExceeded", "description": "…"},
    )
    started = time.monotonic()
    with pytest.raises(RateLimitedError) as error:
        note()
    assert error.value.retry_after == seconds
    assert put.call_count == 1
    assert time.monotonic() - started < 1


def test_a_429_with_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    responses.put(TICKET, status=429, headers={"Retry-After": later})
    with pytest.raises(RateLimitedError) as error:
        note()
    assert error.value.retry_after == pytest.approx(60, abs=5)


def test_a_422_invalid_is_a_refusal_not_a_search_limit() -> None:
    responses.put(TICKET, status=422, json={"error": "invalid", "description": "closed"})
    with pytest.raises(RejectedError, match="closed"):
        note()


def test_a_409_is_a_conflict() -> None:
    responses.put(TICKET, status=409, json={"error": "UpdateConflict"})
    with pytest.raises(ConflictError):
        note()


def test_nothing_is_cached() -> None:
    read = responses.get(TICKET, json={"ticket": ticket()})
    one = client()
    one.current("35")
    one.current("35")
    assert read.call_count == 2


def test_a_stamp_goes_out_as_it_came_in() -> None:
    stamp = "2026-11-22T09:00:00.000Z"
    responses.get(TICKET, json={"ticket": ticket(updated_at=stamp)})
    put = responses.put(TICKET, json=updated(wrote(901)))
    tags = TagChange(add=frozenset({"a"}))
    helpdesk().add_note("35", "<p>x</p>", tags=tags, effect_id="e")
    assert put.call_count == 1
    assert f'"updated_stamp": "{stamp}"'.encode() in (responses.calls[1].request.body or b"")


def test_the_credential_goes_to_the_account_only() -> None:
    inside = client()._session
    for foreign in (
        "https://evil.example/",
        "http://acme.zendesk.com/",
        "https://acme.zendesk.com",
    ):
        with pytest.raises(RejectedError):
            inside.get(foreign)
    assert not responses.calls


def test_a_redirect_takes_the_credential_nowhere() -> None:
    evil = responses.get("https://evil.example/x", json={})
    responses.get(TICKET, status=302, headers={"Location": "https://evil.example/x"})
    with pytest.raises(RejectedError):
        helpdesk().ticket("35")
    assert evil.call_count == 0


def test_the_environment_cannot_send_zenpy_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", "evil.example")
    evil = responses.put("https://evil.example/api/v2/tickets/35.json", json={})
    with pytest.raises(RejectedError):
        note()
    assert evil.call_count == 0


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9999", "http://localhost:9999/", "https://127.0.0.1:9443/desk"]
)
def test_a_sandbox_at_any_address_works(url: str) -> None:
    me = responses.get(f"{url.rstrip('/')}/api/v2/users/me.json", json={"user": {"id": 1}})
    local = AccountAccess(url=url, vendor_account="1", credentials=access().credentials)
    assert ZendeskHelpdesk(local, allow_private=True).me().id == "1"
    assert me.call_count == 1


@pytest.mark.parametrize("url", ["http://acme.zendesk.com", "acme.zendesk.com", ""])
def test_an_address_that_cannot_be_used(url: str) -> None:
    wrong = AccountAccess(url=url, vendor_account="1", credentials=access().credentials)
    with pytest.raises(RejectedError, match="address"):
        ZendeskHelpdesk(wrong, allow_private=False)


def test_the_credential_is_on_every_call_and_in_no_error() -> None:
    responses.put(TICKET, status=422, json={"error": "t0ken-t0ken is odd"})
    with pytest.raises(RejectedError) as error:
        note()
    sent = responses.calls[0].request.headers["Authorization"]
    assert sent == "Basic YWlAYWNtZS5leGFtcGxlL3Rva2VuOnQwa2VuLXQwa2Vu"
    assert "t0ken" not in str(error.value)
    assert error.value.__context__ is None


def test_zenpy_does_not_log_what_customers_write() -> None:
    assert logging.getLogger("zenpy.lib.api").getEffectiveLevel() >= logging.WARNING


def test_a_write_without_time_for_its_answer_is_not_begun() -> None:
    put = responses.put(TICKET, json=updated(wrote(901)))
    one = client()
    with one.within(2), pytest.raises(UnavailableError):
        one.update_ticket("35", {"status": "open"})
    assert put.call_count == 0


def test_ignored_keys_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    warn = 'Removed restricted keys ["id"]'
    responses.put(TICKET, json=updated(wrote(901)), headers={"x-zendesk-api-warn": warn})
    note()
    assert warn in caplog.text


def exception_classes() -> list[type[Exception]]:
    modules = [requests.exceptions, urllib3.exceptions, zenpy_exceptions]
    found = {
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and not issubclass(member, Warning)
    }
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


@pytest.mark.parametrize("kind", exception_classes(), ids=lambda kind: kind.__name__)
def test_no_foreign_exception_gets_out_of_zenpy(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = helpdesk()
    zenpy = desk._client._zenpy

    def fail(*_: object, **__: object) -> None:
        raise kind.__new__(kind)

    monkeypatch.setattr(zenpy.tickets, "update", fail)
    monkeypatch.setattr(zenpy.users, "me", fail)
    with pytest.raises(ConnectorError):
        desk.me()
    with pytest.raises(ConnectorError):
        desk.add_note("35", "<p>x</p>", tags=TagChange(), effect_id="e")


@pytest.mark.parametrize("status", [400, 401, 404, 409, 429, 500])
def test_an_error_with_an_answer_is_read_by_its_status(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = helpdesk()
    answer = requests.Response()
    answer.status_code = status

    def fail(*_: object, **__: object) -> None:
        raise zenpy_exceptions.SearchResponseLimitExceeded("locals", response=answer)

    monkeypatch.setattr(desk._client._zenpy.users, "me", fail)
    with pytest.raises(ConnectorError) as error:
        desk.me()
    assert f"status {status}" in str(error.value)
    assert "locals" not in str(error.value)


def test_credentials_need_their_keys() -> None:
    with pytest.raises(AuthError, match="client_id and client_secret"):
        ZendeskHelpdesk(access(api_user="ai@acme.example"), allow_private=False)


def test_a_401_with_an_api_token_is_final() -> None:
    me = responses.get(f"{API}/users/me.json", status=401)
    with pytest.raises(AuthError):
        helpdesk().me()
    assert me.call_count == 1
