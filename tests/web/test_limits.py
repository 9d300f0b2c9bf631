"""How often anybody may try: guessing ends early, and locks out nobody but the guesser."""

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from plugin import onboarding
from plugin.config import Settings
from plugin.store import credentials
from plugin.web import create_web
from tests.bench.world import ANA, BEN, Bench

GOOD = "grass lantern orbit 5"
WRONG = "not it at all"
OFFICE, STRANGER = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def web(sqlite_bench: Bench) -> Flask:
    """The same service with its limits on. Counts are its own: each test begins anew."""
    return limited(sqlite_bench)


def limited(bench: Bench, **changes: int) -> Flask:
    settings: Settings = dataclasses.replace(
        bench.runtime.settings, rate_limits=True, proxies=changes.get("proxies", 0)
    )
    return create_web(dataclasses.replace(bench.runtime, settings=settings))


def token_of(client: FlaskClient, path: str, address: str) -> str:
    page = client.get(path, environ_base={"REMOTE_ADDR": address})
    (field, *_) = LexborHTMLParser(page.text).css("input[name=csrf_token]")
    return str(field.attributes["value"])


def tries(
    client: FlaskClient, email: str, password: str = WRONG, *, address: str = STRANGER
) -> TestResponse:
    form = {"csrf_token": token_of(client, "/sign-in", address)}
    return client.post(
        "/sign-in",
        data=form | {"email": email, "password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def with_password(bench: Bench, web: Flask, email: str, address: str = OFFICE) -> FlaskClient:
    """A browser in which somebody has chosen a password and signed in with it."""
    link = onboarding.invite(bench.runtime, bench.scope.merchant_id, email)
    path, client = link.removeprefix(bench.url), web.test_client()
    form = {"csrf_token": token_of(client, path, address), "password": GOOD, "again": GOOD}
    client.post(path, data=form, environ_base={"REMOTE_ADDR": address})
    client.delete_cookie("bookbag_session")
    assert tries(client, email, GOOD, address=address).status_code == 302
    client.delete_cookie("bookbag_session")
    return client


def test_a_guesser_is_told_when_to_come_back(sqlite_bench: Bench, web: Flask) -> None:
    guesser = web.test_client()
    for _ in range(5):
        assert tries(guesser, ANA).status_code == 401
    refused = tries(guesser, ANA)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    words = LexborHTMLParser(refused.text).css_first("main")
    assert words is not None
    assert "This was tried too often. Wait " in words.text()
    assert "The sidebar beside a ticket and a link from your admin let you in" in words.text()
    machine = guesser.post(
        "/sign-in",
        data={"csrf_token": token_of(guesser, "/sign-in", STRANGER), "email": ANA},
        headers={"Accept": "application/json"},
        environ_base={"REMOTE_ADDR": STRANGER},
    )
    assert machine.get_json()["error"]["code"] == "too_often"
    assert sqlite_bench.person(ANA).deactivated_at is None


def test_a_guesser_locks_out_nobody_but_themself(sqlite_bench: Bench, web: Flask) -> None:
    """Neither from one address, nor from very many at once."""
    with_password(sqlite_bench, web, ANA)
    guesser = web.test_client()
    for _ in range(6):
        last = tries(guesser, ANA)
    assert last.status_code == 429
    known = with_password(sqlite_bench, web, ANA)
    for number in range(60):
        last = tries(guesser, ANA, address=f"192.0.2.{number}")
    assert last.status_code == 429
    assert tries(web.test_client(), ANA, GOOD, address="192.0.2.200").status_code == 429
    assert tries(known, ANA, GOOD, address=OFFICE).status_code == 302
    link = onboarding.invite(sqlite_bench.runtime, sqlite_bench.scope.merchant_id, ANA)
    path, client = link.removeprefix(sqlite_bench.url), web.test_client()
    form = {"csrf_token": token_of(client, path, OFFICE)}
    used = client.post(path, data=form, environ_base={"REMOTE_ADDR": OFFICE})
    assert used.status_code == 302


def test_a_known_browser_is_known_for_its_own_e_mail_alone(sqlite_bench: Bench, web: Flask) -> None:
    known = with_password(sqlite_bench, web, BEN)
    for number in range(30):
        tries(web.test_client(), ANA, address=f"192.0.2.{number}")
    assert tries(known, ANA, address="192.0.2.100").status_code == 429
    known.set_cookie("bookbag_known", credentials.digest(ANA))
    assert tries(known, ANA, address="192.0.2.101").status_code == 429


def test_one_address_tries_only_so_many_e_mails(web: Flask) -> None:
    client = web.test_client()
    answers = [tries(client, f"{number}@x.example").status_code for number in range(21)]
    assert answers == [401] * 20 + [429]
    neighbour = [tries(client, f"{n}@x.example", address="2001:db8::1") for n in range(20)]
    assert {answer.status_code for answer in neighbour} == {401}
    assert tries(client, "y@x.example", address="2001:db8::ffff").status_code == 429


def test_links_cannot_be_guessed_at_speed(web: Flask) -> None:
    client = web.test_client()
    answers = [client.get(f"/sign-in/guess-{number}").status_code for number in range(61)]
    assert answers == [404] * 60 + [429]


def test_whoever_is_signed_in_acts_only_as_fast_as_hands(sqlite_bench: Bench, web: Flask) -> None:
    client = with_password(sqlite_bench, web, ANA)
    tries(client, ANA, GOOD, address=OFFICE)
    token = token_of(client, "/you", OFFICE)
    form = {"csrf_token": token, "session": "none"}
    answers = [client.post("/you/sessions/end", data=form).status_code for _ in range(121)]
    assert answers == [302] * 120 + [429]


@pytest.mark.parametrize(
    ("proxies", "named", "counted"),
    [(0, "203.0.113.1", False), (1, "203.0.113.1", True), (1, "9.9.9.9, 203.0.113.1", True)],
)
def test_an_address_counts_as_our_own_proxy_names_it(
    sqlite_bench: Bench, proxies: int, named: str, counted: bool
) -> None:
    """Whatever a client writes into the header itself stands before it, and counts for nothing."""
    client = limited(sqlite_bench, proxies=proxies).test_client()

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return client.get("/sign-in/guess", headers=headers).status_code

    assert {ask(named) for _ in range(60)} == {404}
    assert ask(named) == 429
    assert ask("203.0.113.2") == (404 if counted else 429)
