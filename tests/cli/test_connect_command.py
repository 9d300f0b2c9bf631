"""``bookbag connect``: by a consent, by the client itself, by a token; tried before stored."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app
from plugin.app import Service
from plugin.config import load_settings
from plugin.connecting import consents
from plugin.connecting.consents import Answer, Begun, NotConnectedError
from plugin.runtime import Runtime
from plugin.store import audit
from plugin.store.audit import Wanted
from plugin.store.scope import Scope
from tests.bench.world import Clock
from tests.cli.support import Ran, Shell
from tests.connecting.consented import Desk, answered

BOT, BEN = "ai@larkspur.example", "ben@larkspur.example"
BACK = "https://support.example/connect/zendesk/callback"
SECRET, TOKEN = "client-secret", "an-api-token"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    config = SandboxConfig(
        agents=(Seat("AI drafts", BOT, "admin"), Seat("Ben", BEN)),
        api_users={BOT: TOKEN, BEN: TOKEN},
        oauth_clients={
            "bookbag": OAuthClient(SECRET, BOT, (BACK,)),
            "bens": OAuthClient(SECRET, BEN),
        },
    )
    with SandboxServer(create_app(config)) as running:
        yield Desk(running.url, Clock())


@pytest.fixture
def local(shell: Shell) -> Shell:
    """A shell whose service may talk to the sandbox."""
    return shell.having(BOOKBAG_ALLOW_PRIVATE_ADDRESSES="true")


def connect(shell: Shell, merchant: str, url: str, *words: str) -> Ran:
    return shell("connect", "zendesk", "--merchant", merchant, "--url", url, *words)


def by_client(shell: Shell, client: str = "bookbag", secret: str = SECRET) -> list[str]:
    file = shell.file(f"{secret}.txt", f"{secret}\n")
    return ["--client-credentials", "--client-id", client, "--client-secret-file", file]


def by_token(shell: Shell, user: str = BOT, token: str = TOKEN) -> list[str]:
    return ["--api-user", user, "--api-token-file", shell.file(f"{token}.txt", token)]


def accounts(shell: Shell, merchant: str) -> list[Any]:
    return shell("account", "list", "--merchant", merchant, "--json").records


def happened(shell: Shell, merchant: str) -> list[tuple[str, str]]:
    service = Service(load_settings(shell.env))
    try:
        with service.database.read() as session:
            rows, _ = audit.newest(session, Scope(merchant), Wanted(), before=None, limit=20)
        return [(row.event, row.detail["by"]) for row in rows if "by" in row.detail]
    finally:
        service.close()


def test_an_account_is_kept_however_it_is_reached(local: Shell, desk: Desk) -> None:
    merchant = local.merchant()
    first = connect(local, merchant, desk.url, *by_client(local), "--json")
    assert first.code == 0, first.err
    account_id = first.json["id"]
    assert first.json["webhook_url"] == f"https://support.example/webhooks/zendesk/{account_id}"
    again = connect(local, merchant, f"{desk.url}/", *by_client(local), "--json")
    token = connect(local, merchant, desk.url, *by_token(local), "--vendor-account", "77", "--json")
    numbered = connect(
        local, merchant, desk.url, *by_client(local), "--vendor-account", "77", "--json"
    )
    assert {ran.json["id"] for ran in (again, token, numbered)} == {account_id}
    assert len(accounts(local, merchant)) == 1
    other = connect(local, merchant, desk.url, *by_client(local), "--vendor-account", "78")
    assert other.code == 2
    assert "has the number 77" in other.line
    assert happened(local, merchant) == [
        ("credentials_replaced", "client_credentials"),
        ("credentials_replaced", "api_token"),
        ("credentials_replaced", "client_credentials"),
        ("account_connected", "client_credentials"),
    ]
    assert connect(local, local.merchant("Other"), desk.url, *by_token(local)).code == 0


def test_nothing_is_stored_of_what_does_not_work(local: Shell, desk: Desk) -> None:
    merchant = local.merchant()
    nobody = "http://127.0.0.1:9"
    secret = local.file("client.txt", SECRET)
    for words, code, told in (
        (by_client(local, secret="wrong-wrong"), 3, "does not let this credential in"),
        (by_token(local, token="wrong-wrong"), 3, "does not let this credential in"),
        (by_client(local, "bens"), 2, "Ben (ben@larkspur.example) cannot be used. It is not an"),
        (by_token(local, BEN), 2, "It is not an admin."),
        ([*by_token(local), "--client-id", "bookbag"], 2, "an API token needs --api-user and"),
        (["--api-user", BOT], 2, "an API token needs --api-user and --api-token-file"),
        ([], 2, "give --client-id"),
        (["--client-credentials", "--client-id", "bookbag"], 2, "give --client-id"),
        (["--client-secret-file", secret], 2, "give --client-id"),
    ):
        ran = connect(local, merchant, desk.url, *words)
        assert (ran.code, ran.out) == (code, ""), ran
        assert told in ran.line
        assert "wrong-wrong" not in ran.err
    away = connect(local, merchant, nobody, *by_token(local))
    assert (away.code, f"{nobody} does not answer; is the address right?" in away.line) == (3, True)
    assert connect(local, merchant, "lark spur", *by_token(local)).code == 2
    assert connect(local, "nobody", desk.url, *by_token(local)).code == 2
    # Only where private addresses are allowed is an account elsewhere than at Zendesk.
    strict = local.having(BOOKBAG_ALLOW_PRIVATE_ADDRESSES="false")
    assert (
        "expected the account's subdomain"
        in connect(strict, merchant, desk.url, *by_token(local)).line
    )
    assert accounts(local, merchant) == []


def answering(
    monkeypatch: pytest.MonkeyPatch, shell: Shell, answer: Callable[[Runtime, Begun], None]
) -> None:
    """Somebody answers as soon as a consent is asked for, through a running service."""
    real = consents.begin

    def begin(*args: Any, **kwargs: Any) -> Begun:
        begun = real(*args, **kwargs)

        def elsewhere() -> None:
            service = Service(load_settings(shell.env))
            answer(service.runtime, begun)
            service.close()

        threading.Thread(target=elsewhere).start()
        return begun

    monkeypatch.setattr(consents, "begin", begin)


def given(desk: Desk, page: str, decision: str = "allow") -> Answer:
    return answered(desk.consent(page, BOT, decision))


def test_a_consent_is_waited_for(local: Shell, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def allow(runtime: Runtime, begun: Begun) -> None:
        consents.finish(runtime, "zendesk", given(desk, begun.page), person_id=None)

    answering(monkeypatch, local, allow)
    merchant = local.merchant()
    client = ["--client-id", "bookbag", "--client-secret-file", local.file("c.txt", SECRET)]
    ran = connect(local, merchant, desk.url, *client, "--json")
    assert ran.code == 0, ran.err
    assert [ran.json["id"]] == [one["id"] for one in accounts(local, merchant)]
    assert f"redirect address must be {BACK}" in ran.err
    assert f"{desk.url}/oauth/authorizations/new?" in ran.err
    assert SECRET not in ran.err
    assert happened(local, merchant) == [("account_connected", "consent")]


def test_a_refused_consent_is_told_and_no_account_made(
    local: Shell, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(runtime: Runtime, begun: Begun) -> None:
        with pytest.raises(NotConnectedError):
            consents.finish(runtime, "zendesk", given(desk, begun.page, "deny"), person_id=None)

    answering(monkeypatch, local, deny)
    merchant = local.merchant()
    ran = connect(local, merchant, desk.url, "--client-id", "bookbag")
    assert ran.code == 1
    assert "not connected. Whoever was asked in the helpdesk said no." in ran.err
    assert accounts(local, merchant) == []


def test_nobody_need_wait(local: Shell, desk: Desk) -> None:
    merchant = local.merchant()
    words = ["--client-id", "bookbag", "--no-wait"]
    asked = connect(local, merchant, desk.url, *words, "--json").json
    assert set(asked) == {"consent_page", "until"}
    plain = connect(local, merchant, desk.url, *words)
    assert plain.code == 0
    assert plain.out.strip().startswith(f"{desk.url}/oauth/authorizations/new?")
    service = Service(load_settings(local.env))
    answer = given(desk, asked["consent_page"])
    connected = consents.finish(service.runtime, "zendesk", answer, person_id=None)
    service.close()
    assert [connected.account_id] == [one["id"] for one in accounts(local, merchant)]
