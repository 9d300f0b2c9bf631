"""Settings: from the environment, all faults at once, secrets from files too."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.config import load_settings
from plugin.errors import ConfigError
from plugin.jobs import QUEUES
from tests.bench.databases import KEY

GOOD = {"BOOKBAG_SECRET_KEYS": KEY}
MAIL = {
    "BOOKBAG_SMTP_URL": "smtp://bookbag@mail.example",
    "BOOKBAG_SMTP_PASSWORD": "secret",
    "BOOKBAG_MAIL_FROM": "Bookbag <bookbag@shop.example>",
}


def problems(environ: Mapping[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refused:
        load_settings(environ)
    return refused.value.problems


def test_a_key_is_all_that_must_be_set() -> None:
    settings = load_settings(GOOD)
    assert settings.database_url == "sqlite:///data/bookbag.db"
    assert settings.is_sqlite
    assert settings.data == Path("data")
    assert settings.secret_keys == (KEY,)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.undo_seconds == 10
    assert not settings.allow_private_addresses


def test_everything_can_be_set() -> None:
    settings = load_settings(
        {
            "BOOKBAG_SECRET_KEYS": f" {KEY} ,{KEY}, ",
            "BOOKBAG_DATABASE_URL": "postgres://u:p@db/bookbag?sslmode=require",
            "BOOKBAG_DATA": "/var/lib/bookbag",
            "BOOKBAG_PUBLIC_URL": "https://support.example/bookbag/",
            "BOOKBAG_BIND": "[::]:443",
            "BOOKBAG_UNDO_SECONDS": "0",
            "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "Yes",
            "BOOKBAG_WORKER_THREADS": "3",
        }
    )
    assert settings.secret_keys == (KEY, KEY)
    assert settings.database_url == "postgresql+psycopg://u:p@db/bookbag?sslmode=require"
    assert not settings.is_sqlite
    assert settings.public_url == "https://support.example/bookbag"
    assert (settings.host, settings.port) == ("::", 443)
    assert (settings.undo_seconds, settings.worker_threads) == (0, 3)
    assert settings.allow_private_addresses


PROVIDER = {
    "BOOKBAG_OIDC_ISSUER": "https://accounts.example.com",
    "BOOKBAG_OIDC_CLIENT_ID": "bookbag",
    "BOOKBAG_OIDC_CLIENT_SECRET": "a secret",
}


def test_a_provider_is_all_three_or_none() -> None:
    assert load_settings(GOOD).provider is None
    found = load_settings(GOOD | PROVIDER).provider
    assert found is not None
    assert (found.issuer, found.client_id) == ("https://accounts.example.com", "bookbag")
    assert "a secret" not in repr(found)
    for name in PROVIDER:
        (problem,) = problems({**GOOD, **PROVIDER, name: ""})
        assert problem == f"{name}: is missing; a provider needs all three"
    (problem,) = problems({**GOOD, **PROVIDER, "BOOKBAG_OIDC_ISSUER": "accounts"})
    assert problem.startswith("BOOKBAG_OIDC_ISSUER: expected an http(s) address")
    (problem,) = problems({**GOOD, "BOOKBAG_PROXIES": "6"})
    assert problem == "BOOKBAG_PROXIES: expected a whole number, from 0 to 5"


@pytest.mark.parametrize("threads", ["0", "33", "-1", "many", "1000000", "4.0"])
def test_a_worker_has_no_more_threads_than_a_server_has_connections_for(threads: str) -> None:
    (problem,) = problems({**GOOD, "BOOKBAG_WORKER_THREADS": threads})
    assert problem == "BOOKBAG_WORKER_THREADS: expected a whole number, from 1 to 32"


def test_connections_follow_the_threads() -> None:
    most = load_settings({**GOOD, "BOOKBAG_WORKER_THREADS": "32"})
    few = load_settings({**GOOD, "BOOKBAG_WORKER_THREADS": "1"})
    assert most.connections - few.connections == 31 * len(QUEUES)
    assert most.connections < 97, "what PostgreSQL gives to all, as it comes"


def test_all_faults_are_told_at_once_and_by_name() -> None:
    found = problems(
        {
            "BOOKBAG_DATABASE_URL": "mysql://x/y",
            "BOOKBAG_PUBLIC_URL": "support.example",
            "BOOKBAG_BIND": "8080",
            "BOOKBAG_UNDO_SECONDS": "ten",
            "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "perhaps",
            "BOOKBAG_WORKER_THREADS": "0",
        }
    )
    assert {problem.partition(":")[0] for problem in found} == {
        "BOOKBAG_SECRET_KEYS",
        "BOOKBAG_DATABASE_URL",
        "BOOKBAG_PUBLIC_URL",
        "BOOKBAG_BIND",
        "BOOKBAG_UNDO_SECONDS",
        "BOOKBAG_ALLOW_PRIVATE_ADDRESSES",
        "BOOKBAG_WORKER_THREADS",
    }
    assert all("expected" in problem or "set a key" in problem for problem in found)


def test_a_command_that_touches_no_secret_needs_no_key() -> None:
    assert load_settings({}, need_keys=False).secret_keys == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOOKBAG_SECRET_KEYS", KEY),
        ("BOOKBAG_DATABASE_URL", "sqlite:////x.db"),
        ("BOOKBAG_METRICS_TOKEN", "a-token"),
        ("BOOKBAG_SMTP_PASSWORD", "a-password"),
    ],
)
def test_a_secret_may_come_from_a_file(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{value}\n", encoding="utf-8")
    settings = load_settings({**GOOD, **MAIL, name: "", f"{name}_FILE": str(path)})
    assert settings.mail is not None
    kept = (settings.database_url, settings.metrics_token, settings.mail.password)
    assert value in (*kept, *settings.secret_keys)


@pytest.mark.parametrize("name", ["BOOKBAG_SECRET_KEYS", "BOOKBAG_DATABASE_URL"])
def test_a_secret_file_that_cannot_be_read_is_named_and_not_shown(
    tmp_path: Path, name: str
) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing", tmp_path, binary):
        found = problems({**GOOD, name: "", f"{name}_FILE": str(path)})
        assert found[0].startswith(f"{name}_FILE: cannot be read (")
        assert str(path) not in found[0]


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(KEY, encoding="utf-8")
    (problem,) = problems({**GOOD, "BOOKBAG_SECRET_KEYS_FILE": str(path)})
    assert problem.startswith("BOOKBAG_SECRET_KEYS: set either")


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite://", "postgresql:", "http://x", "postgresql+psycopg2://u@h/d"),
        pytest.param("sqlite", id="no address"),
    ],
)
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    (problem,) = problems({**GOOD, "BOOKBAG_DATABASE_URL": url})
    assert problem.startswith("BOOKBAG_DATABASE_URL: expected")


@pytest.mark.parametrize("address", [":80", "host:", "host:x", "host:70000", "host:-1", "host:²"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    (problem,) = problems({**GOOD, "BOOKBAG_BIND": address})
    assert problem.startswith("BOOKBAG_BIND: expected HOST:PORT")


@pytest.mark.parametrize("url", ["support.example", "ftp://x", "https://", "http://[::1", "//x"])
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    (problem,) = problems({**GOOD, "BOOKBAG_PUBLIC_URL": url})
    assert problem.startswith("BOOKBAG_PUBLIC_URL: expected an http(s) address")


_NAMES = (
    "BOOKBAG_PUBLIC_URL",
    "BOOKBAG_BIND",
    "BOOKBAG_UNDO_SECONDS",
    "BOOKBAG_WORKER_THREADS",
    "BOOKBAG_DATABASE_URL",
    "BOOKBAG_ALLOW_PRIVATE_ADDRESSES",
)


@given(st.dictionaries(st.sampled_from(_NAMES), st.text(max_size=20)))
def test_whatever_is_set_it_is_settings_or_faults_by_name(environ: dict[str, str]) -> None:
    told: tuple[str, ...] = ()
    try:
        load_settings({**environ, **GOOD})
    except ConfigError as refused:
        told = refused.problems
    assert all(problem.startswith(_NAMES) for problem in told)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://bookbag@mail.example", ("mail.example", 587, "starttls", "bookbag")),
        ("smtps://book%40bag@mail.example/", ("mail.example", 465, "tls", "book@bag")),
        ("smtp://bookbag@[::1]:2525", ("::1", 2525, "starttls", "bookbag")),
    ],
)
def test_a_mail_server_is_read_from_its_url(url: str, server: tuple[str, int, str, str]) -> None:
    mail = load_settings({**GOOD, **MAIL, "BOOKBAG_SMTP_URL": url}).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.security, mail.user) == server
    assert (mail.password, mail.sender) == ("secret", MAIL["BOOKBAG_MAIL_FROM"])
    assert "secret" not in repr(mail)


def test_a_mail_server_of_this_machine_needs_neither_tls_nor_password() -> None:
    local = {"BOOKBAG_SMTP_URL": "smtp://localhost:25?tls=none", "BOOKBAG_MAIL_FROM": "a@b.example"}
    mail = load_settings({**GOOD, **local}).mail
    assert mail is not None
    assert (mail.security, mail.user) == ("none", None)
    assert load_settings(GOOD).mail is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"BOOKBAG_SMTP_URL": "mail.example:587"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_URL": "http://u@mail.example"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_URL": "smtp://u@mail.example:mail"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_URL": "smtp://u@mail.example?tls=perhaps"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_URL": "smtps://u@mail.example?tls=none"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_URL": "smtp://u@mail.example?tls=none"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_URL": "smtp://mail.example"}, ["BOOKBAG_SMTP_URL"]),
        ({"BOOKBAG_SMTP_PASSWORD": ""}, ["BOOKBAG_SMTP_PASSWORD"]),
        ({"BOOKBAG_MAIL_FROM": ""}, ["BOOKBAG_MAIL_FROM"]),
        ({"BOOKBAG_MAIL_FROM": "Bookbag"}, ["BOOKBAG_MAIL_FROM"]),
        ({"BOOKBAG_MAIL_FROM": "a@b.example\nBcc: c@d.example"}, ["BOOKBAG_MAIL_FROM"]),
        ({"BOOKBAG_SMTP_URL": ""}, ["BOOKBAG_SMTP_PASSWORD", "BOOKBAG_MAIL_FROM"]),
        (
            {"BOOKBAG_SMTP_URL": "mail", "BOOKBAG_MAIL_FROM": "x"},
            ["BOOKBAG_MAIL_FROM", "BOOKBAG_SMTP_URL"],
        ),
    ],
)
def test_every_fault_of_the_mail_settings_is_named(
    changes: Mapping[str, str], named: list[str]
) -> None:
    found = problems({**GOOD, **MAIL, **changes})
    assert [problem.partition(":")[0] for problem in found] == named
    assert not any("secret" in problem for problem in found)
