"""Making merchants, accounts, people, shops and files by command, with answers as promised."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.models import Role
from plugin.store import audit, credentials, files, merchants, people, unscoped
from plugin.store.audit_tables import AuditRow
from plugin.store.engine import Database
from plugin.store.scope import Scope
from tests.bench.databases import KEY
from tests.cli.support import POLICY, Ran, Shell

BAD_POLICY = POLICY.replace("require: approval", "requires: approval")
MACROS = """
- id: hello
  title: Hello
  intent: greeting
  language: en
  text: Hello {customer_name}.
  examples: [Hello there]
"""


@contextmanager
def reading(shell: Shell) -> Iterator[Session]:
    database = Database(shell.env["BOOKBAG_DATABASE_URL"])
    try:
        with database.read() as session:
            yield session
    finally:
        database.close()


@contextmanager
def writing(shell: Shell) -> Iterator[Session]:
    database = Database(shell.env["BOOKBAG_DATABASE_URL"])
    try:
        with database.write() as session:
            yield session
    finally:
        database.close()


def refused(ran: Ran, words: str) -> None:
    assert (ran.code, ran.out) == (2, "")
    assert ran.line.startswith("bookbag: ")
    assert words in ran.line


def test_a_merchant_is_made_and_its_id_told(shell: Shell) -> None:
    told = shell("merchant", "add", "--name", "Larkspur", "--json")
    assert (told.code, set(told.json)) == (0, {"id"})
    plain = shell("merchant", "add", "--name", "Another")
    assert plain.out.startswith("id: ")
    with reading(shell) as session:
        assert merchants.require_merchant(session, told.json["id"])
    refused(shell("merchant", "add", "--name", "  "), "name: a merchant needs a name")


def test_an_account_is_made_with_its_webhook_address(shell: Shell) -> None:
    merchant = shell.merchant()
    told = shell.account(merchant)
    assert set(told.json) == {"id", "webhook_url"}
    account_id = told.json["id"]
    assert told.json["webhook_url"] == (f"https://support.example/webhooks/zendesk/{account_id}")
    assert len(account_id) == 32
    assert int(account_id, 16)
    with reading(shell) as session:
        kept = merchants.account(session, Scope(merchant), account_id)
        assert kept.credentials == (
            '{"api_user": "bot@larkspur.example", "api_token": "the api token"}'
        )
        assert kept.url == "https://larkspur.zendesk.com"
        secrets = merchants.webhook_secrets(session, Scope(merchant), account_id)
        assert secrets == ("the webhook secret",)
    more = shell(
        *("account", "add-secret", "--merchant", merchant, "--account", account_id),
        *("--webhook-secret-file", shell.file("next.txt", "the next one\n")),
    )
    assert more.code == 0
    with reading(shell) as session:
        secrets = merchants.webhook_secrets(session, Scope(merchant), account_id)
    assert secrets == ("the next one", "the webhook secret")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"helpdesk": "pigeon"}, "helpdesk: expected one of: "),
        ({"url": "larkspur"}, "url: expected an address"),
        ({"status-after-send": "gone"}, "status-after-send: expected one of: open, pending"),
        ({"client-id": "both"}, "give --client-id and --client-secret-file, or --api-user"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    shell: Shell, change: dict[str, str], words: str
) -> None:
    refused(shell.account(shell.merchant(), **change), words)


def test_an_account_needs_a_secret_that_can_be_read(shell: Shell) -> None:
    merchant = shell.merchant()
    empty = shell.file("empty.txt", " \n")
    refused(
        shell.account(merchant, **{"webhook-secret-file": empty}),
        "webhook-secret-file: the file holds no secret",
    )
    (shell.folder / "binary").write_bytes(b"\xff\xfe")
    binary = str(shell.folder / "binary")
    refused(shell.account(merchant, **{"webhook-secret-file": binary}), "binary: cannot be read")


def test_a_person_is_added_with_limit_and_helpdesk_user_and_invited(shell: Shell) -> None:
    merchant = shell.merchant()
    account_id = shell.account(merchant).json["id"]
    words = ("user", "add", "--merchant", merchant, "--name", "Lena Ortiz", "--role", "lead")
    told = shell(
        *words,
        *("--email", "Lena@larkspur.example", "--limit", "100.00"),
        *("--helpdesk-user", f"{account_id}:360001", "--json"),
    )
    assert set(told.json) == {"id"}
    with reading(shell) as session:
        lena = people.person(session, Scope(merchant), told.json["id"])
        assert (lena.email, lena.role) == ("lena@larkspur.example", Role.LEAD)
        assert str(people.limit_of(lena)) == "100.00 USD"
        assert (lena.account_id, lena.helpdesk_user) == (account_id, "360001")
    refused(shell(*words, "--email", "lena@larkspur.example"), "already here")
    invited = shell("user", "invite", "--merchant", merchant, "--email", "lena@larkspur.example")
    assert invited.out.startswith("link: https://support.example/sign-in/")
    token = invited.out.strip().rpartition("/")[2]
    with reading(shell) as session:
        for kept in session.scalars(select(AuditRow.detail)):
            assert token not in str(kept)
        found = unscoped.sign_in_link(session, credentials.digest(token), at=lena.created_at)
    assert found is not None
    assert found.person_id == told.json["id"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--limit", "a lot"), "limit: "),
        (("--limit", "1.005"), "limit: "),
        (("--limit", "5", "--currency", "dollars"), "limit: "),
        (("--limit", "-5"), "limit: "),
        (("--helpdesk-user", "360001"), "helpdesk-user: expected ACCOUNT:ID"),
        (("--helpdesk-user", "nobody:360001"), "There is no account nobody"),
    ],
)
def test_a_person_that_cannot_be_is_refused(
    shell: Shell, more: tuple[str, ...], words: str
) -> None:
    person = ("--email", "a@b.example", "--name", "A", "--role", "agent")
    refused(shell("user", "add", "--merchant", shell.merchant(), *person, *more), words)


def test_somebody_who_is_here_already_is_linked_to_the_helpdesk(shell: Shell) -> None:
    merchant = shell.merchant()
    account_id = shell.account(merchant).json["id"]
    ids = {}
    for name in ("lena", "ben"):
        person = ("--email", f"{name}@larkspur.example", "--name", name, "--role", "agent")
        ids[name] = shell("user", "add", "--merchant", merchant, *person, "--json").json["id"]

    def link(name: str, user: str) -> Ran:
        who = ("--email", f"{name}@larkspur.example", "--helpdesk-user", user)
        return shell("user", "link", "--merchant", merchant, *who, "--json")

    for user in ("360001", "360002"):
        assert link("lena", f"{account_id}:{user}").json == {"id": ids["lena"]}
        with reading(shell) as session:
            found = people.by_helpdesk_user(session, Scope(merchant), account_id, user)
        assert found is not None
        assert found.id == ids["lena"]
    refused(link("ben", f"{account_id}:360002"), "helpdesk-user: somebody else is this user")
    refused(link("ben", "360003"), "helpdesk-user: expected ACCOUNT:ID")
    refused(link("ben", "nobody:360003"), "There is no account nobody")
    refused(link("ada", f"{account_id}:360003"), "Nobody here has the e-mail")


def test_a_shop_and_macros_are_added(shell: Shell) -> None:
    merchant = shell.merchant()
    token = shell.file("token.txt", "shop token\n")
    words = ("shop", "add", "--merchant", merchant, "--url", "https://shop.example/api/")
    told = shell(*words, "--token-file", token, "--json")
    assert set(told.json) == {"id"}
    refused(shell(*words, "--token-file", token, "--kind", "barter"), "kind: expected one of")
    good = shell.file("macros.yaml", MACROS)
    assert (
        shell("macros", "load", good, "--merchant", merchant).out
        == "version 1 is in use: 1 macro\n"
    )
    bad = shell.file("bad.yaml", MACROS.replace("language: en", "language: 7"))
    assert shell("macros", "load", bad, "--merchant", merchant).code == 2
    with reading(shell) as session:
        (shop,) = merchants.shops(session, Scope(merchant))
        assert (shop.url, shop.token) == ("https://shop.example/api", "shop token")
        in_use = files.macros_in_use(session, Scope(merchant))
    assert in_use is not None
    assert (in_use.number, in_use.source) == (1, MACROS)


def test_a_policy_is_activated_and_a_bad_one_leaves_it_in_force(shell: Shell) -> None:
    merchant = shell.merchant()
    good = shell.file("policies.yaml", POLICY)
    activate = ("policy", "activate")
    assert shell(*activate, good, "--merchant", merchant, "--json").json == {"version": 1}
    bad = shell.file("bad.yaml", BAD_POLICY)
    wrong = shell(*activate, bad, "--merchant", merchant)
    refused(wrong, "; line 6: policies[0].requires: unknown key; did you mean require?")
    again = shell(*activate, good, "--merchant", merchant)
    assert again.out == "version 2 is in force\n"
    with reading(shell) as session:
        in_force = files.policy_in_force(session, Scope(merchant))
        events = list(session.scalars(select(AuditRow.event).order_by(AuditRow.id)))
        assert in_force is not None
        assert (in_force.number, in_force.source) == (2, POLICY)
        assert events == ["merchant_added", "policy_activated", "policy_activated"]
        assert audit.of_draft(session, Scope(merchant), "none") == []
    refused(shell(*activate, shell.file("x", "\x00"), "--merchant", merchant), "line 1: ")
    refused(shell(*activate, str(shell.folder / "gone"), "--merchant", merchant), "gone: cannot")


def test_what_a_policy_file_changes_is_shown_before_it_is_in_force(shell: Shell) -> None:
    merchant = shell.merchant()
    old, new = shell.file("old.yaml", POLICY), shell.file("new.yaml", POLICY.replace("50", "80"))
    first = shell("policy", "activate", old, "--merchant", merchant, "--dry-run")
    assert (first.code, first.out) == (0, "")
    assert first.err.startswith("--- none in force\n+++ this file\n")
    assert shell("policy", "activate", old, "--merchant", merchant).code == 0
    tried = shell("policy", "activate", new, "--merchant", merchant, "--dry-run", "--json")
    changes = tried.json["changes"]
    assert changes == tried.err
    assert "--- version 1\n" in changes
    changed = [line for line in changes.splitlines() if line[:2] in ("- ", "+ ")]
    assert changed == [
        "-    when: {action: refund, amount_over: 50.00}",
        "+    when: {action: refund, amount_over: 80.00}",
    ]
    with reading(shell) as session:
        in_force = files.policy_in_force(session, Scope(merchant))
        assert in_force is not None
        assert in_force.number == 1
    same = shell("policy", "activate", old, "--merchant", merchant, "--dry-run")
    assert same.err == "nothing changes\n"


def test_a_merchant_that_is_not_there_is_said_to_be_missing(shell: Shell) -> None:
    good = shell.file("policies.yaml", POLICY)
    for words in (
        ("policy", "activate", good, "--merchant", "nobody"),
        ("user", "invite", "--merchant", "nobody", "--email", "a@b.example"),
        ("events", "list", "--merchant", "nobody"),
        ("corrections", "list", "--merchant", "nobody"),
        ("events", "replay", "1", "--merchant", "nobody"),
    ):
        refused(shell(*words), "There is no merchant nobody.")


def test_no_secret_is_ever_shown(shell: Shell) -> None:
    merchant = shell.merchant()
    told = shell.account(merchant)
    for words in ("the webhook secret", "the api token", KEY):
        assert words not in told.out + told.err


def test_a_person_is_changed_deactivated_and_signed_out(shell: Shell) -> None:
    merchant = shell.merchant()
    for name, role in (("lena", "agent"), ("ada", "admin")):
        person = ("--email", f"{name}@b.example", "--name", name, "--role", role)
        shell("user", "add", "--merchant", merchant, *person)

    def ran(command: str, name: str, *more: str) -> Ran:
        who = ("--merchant", merchant, "--email", f"{name}@b.example")
        return shell("user", command, *who, *more)

    changed = ran("set", "lena", "--role", "lead", "--limit", "70", "--json")
    assert changed.json["changed"] == "yes"
    assert "lead  70.00 USD  active" in shell("user", "list", "--merchant", merchant).out
    assert ran("set", "lena", "--name", "Lena Ortiz").code == 0
    assert ran("set", "lena", "--no-limit", "--json").json["changed"] == "yes"
    assert "Lena Ortiz  lead  none" in shell("user", "list", "--merchant", merchant).out
    assert ran("set", "lena", "--json").json["changed"] == "no"
    assert ran("set", "lena", "--limit", "1", "--no-limit").code == 2
    refused(ran("set", "ada", "--role", "lead"), "This is the only admin.")
    refused(ran("deactivate", "ada"), "This is the only admin.")

    with writing(shell) as session:
        scope = Scope(merchant)
        lena = people.by_email(session, scope, "lena@b.example")
        assert lena is not None
        now = datetime.now(UTC)
        credentials.add_session(
            session, scope, lena.id, digest="d", at=now, expires_at=now + timedelta(hours=1)
        )
    (shown,) = ran("sessions", "lena", "--json").records
    assert set(shown) == {"surface", "since", "last_seen", "until"}
    ran("sessions", "lena", "--end")
    assert ran("sessions", "lena", "--json").out == ""
    assert ran("deactivate", "lena", "--json").json["state"] == "deactivated"
    refused(ran("invite", "lena"), "Lena Ortiz is deactivated. Reactivate them first.")
    assert "deactivated" in shell("user", "list", "--merchant", merchant).out
    assert ran("reactivate", "lena").code == 0
    assert ran("invite", "lena").code == 0


def test_what_was_made_can_be_listed(shell: Shell) -> None:
    merchant = shell.merchant()
    account = shell.account(merchant).json
    person = ("--email", "ana@b.example", "--name", "Ana", "--role", "agent", "--limit", "50.00")
    shell("user", "add", "--merchant", merchant, *person)
    assert merchant in shell("merchant", "list").out
    listed = shell("account", "list", "--merchant", merchant, "--json").json
    assert (listed["id"], listed["webhook_url"]) == (account["id"], account["webhook_url"])
    people_listed = shell("user", "list", "--merchant", merchant).out
    assert "ana@b.example  Ana  agent  50.00 USD  active" in people_listed


def test_the_sidebars_key_is_kept_and_only_a_strong_public_one_is(shell: Shell) -> None:
    merchant = shell.merchant()
    account_id = shell.account(merchant).json["id"]
    audience = "https://larkspur.zendesk.com/api/v2/apps/installations/1.json"

    def add(key: str, to: str = audience) -> Ran:
        return shell(
            *("account", "add-app", "--merchant", merchant, "--account", account_id),
            *("--public-key-file", shell.file("app.pem", key), "--audience", to),
        )

    assert add(_public_key(2048)).out == "accepted\n"
    with reading(shell) as session:
        kept = merchants.account(session, Scope(merchant), account_id)
    assert (kept.app_audience, kept.app_key) == (audience, _public_key(2048).strip())
    for weak in (_public_key(1024), "no key", ""):
        refused(add(weak), "public-key-file: expected an RSA public key of 2048 bits as PEM")
    refused(add(_public_key(2048), "larkspur"), "audience: expected an address")


@cache
def _public_key(bits: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form).decode()


def test_reading_habits_are_switched(shell: Shell) -> None:
    merchant = shell.merchant()
    for switch, is_on in (("off", False), ("on", True)):
        assert shell("merchant", "set-habits", switch, "--merchant", merchant).code == 0
        assert f"habits: {switch}" in shell("merchant", "show", "--merchant", merchant).out
        with reading(shell) as session:
            assert merchants.has_habits(session, Scope(merchant)) is is_on
    refused(shell("merchant", "set-habits", "off", "--merchant", "nobody"), "no merchant")


def test_the_same_account_is_not_connected_twice(shell: Shell) -> None:
    merchant = shell.merchant()
    first = shell.account(merchant).json["id"]
    refused(shell.account(merchant), first)


def test_an_empty_macro_file_is_refused(shell: Shell) -> None:
    merchant = shell.merchant()
    path = shell.file("empty.yaml", "[]")
    refused(shell("macros", "load", path, "--merchant", merchant), "no macro")


def test_what_becomes_of_a_bypass_is_chosen(shell: Shell) -> None:
    merchant = shell.merchant()
    account = shell.account(merchant).json["id"]
    words = ("account", "set-bypass", "--merchant", merchant, "--account", account)
    assert shell(*words).code == 2
    for choice, said in (("--make-private", "made private\n"), ("--leave", "left as it is\n")):
        assert shell(*words, choice).out == said
        with reading(shell) as session:
            kept = merchants.account(session, Scope(merchant), account)
            assert kept.make_private_on_bypass is (choice == "--make-private")
    nobodys = ("account", "set-bypass", "--merchant", merchant, "--account", "x", "--leave")
    refused(shell(*nobodys), "no account x")
