"""What install makes in a helpdesk account, and what it leaves alone."""

import re
from collections.abc import Iterator

import pytest

from connectors.zendesk.webhooks import SUBSCRIPTIONS
from plugin.store import merchants
from plugin.store.scope import Scope
from tests.bench.databases import Databases
from tests.cli.test_merchants import reading
from tests.installing.desk import Desk, opened

NOTIFY = "Notify requester and CCs of comment update"
EVERYTHING = ("--ticket-fields", "--email-gate")


@pytest.fixture(scope="module")
def ready(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An account that is installed, to look at."""
    url = all_databases.fresh("sqlite")
    with opened(url, tmp_path_factory.mktemp("ready")) as running:
        ran = running.install()
        assert (ran.code, ran.out.splitlines()[-1]) == (0, "installed"), ran.err
        yield running
    all_databases.drop(url)


def test_a_clean_account_gets_all_that_is_needed(ready: Desk) -> None:
    webhook = ready.one("webhooks", "Bookbag")
    assert (webhook["endpoint"], webhook["status"]) == (ready.webhook_url, "active")
    assert set(webhook["subscriptions"]) == set(SUBSCRIPTIONS)
    assert {one["title"] for one in ready.all("views")} == {"Needs approval", "AI drafts"}
    commands = {one["title"]: one["actions"][1]["value"] for one in ready.all("macros")}
    assert commands == {
        "Bookbag::Approve": "/approve",
        "Bookbag::Approve, actions done": "/approve done",
        "Bookbag::Reject": "/reject ",
        "Bookbag::I answer myself": "/respond",
        "Bookbag::Status of the draft": "/status",
    }
    notes = {one["actions"][0]["value"] for one in ready.all("macros")}
    assert notes == {"false"}
    assert ready.all("ticket_fields") == []
    assert ready.one("triggers", NOTIFY)["active"]


def test_the_app_is_installed_and_leads_here(ready: Desk) -> None:
    (installation,) = ready.all("apps/installations")
    assert installation["settings"] == {
        "name": "Bookbag",
        "backend_url": "https://support.example",
        "account_id": ready.account,
    }
    sidebar = f"https://support.example/zendesk/{ready.account}/sidebar"
    assert ready.box.installation.url == sidebar


def test_the_secret_and_the_apps_key_are_learned(ready: Desk) -> None:
    webhook = ready.one("webhooks", "Bookbag")
    path = f"/api/v2/webhooks/{webhook['id']}/signing_secret"
    secret = ready.api("GET", path)["signing_secret"]["secret"]
    app = ready.api("GET", "/sandbox/app")
    with reading(ready.shell) as session:
        scope = Scope(ready.merchant)
        account = merchants.account(session, scope, ready.account)
        assert merchants.webhook_secrets(session, scope, ready.account)[0] == secret
        assert account.app_audience == app["audience"]
        assert account.app_key == app["public_key"].strip()


def test_a_second_run_changes_nothing(desk: Desk) -> None:
    assert desk.install(*EVERYTHING).code == 0
    state, writes = desk.state(), desk.writes()
    for again in (EVERYTHING, ()):
        ran = desk.install(*again)
        assert (ran.code, ran.out.splitlines()[-1]) == (0, "nothing to do"), ran.out
    assert (desk.state(), desk.writes()) == (state, writes)


@pytest.mark.parametrize(
    ("words", "code"),
    [((), 1), (("--dry-run",), 0), (("--json",), 1), (("--json", "--dry-run"), 0)],
)
def test_without_a_yes_nothing_is_done(desk: Desk, words: tuple[str, ...], code: int) -> None:
    state, writes = desk.state(), desk.writes()
    ran = desk("install", "zendesk", *words)
    assert ran.code == code
    assert "nothing was done" in ran.out + ran.err
    if "--json" in words:
        steps = ran.json["steps"]
        assert {"do": "create", "kind": "view", "name": "AI drafts"}.items() <= steps[2].items()
    else:
        assert re.search(r"create +webhook +Bookbag", ran.out)
    assert (desk.state(), desk.writes()) == (state, writes)


@pytest.mark.parametrize(
    ("answer", "code", "last"), [("y", 0, "installed"), ("n", 1, "nothing was done")]
)
def test_on_a_terminal_it_asks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, last: str
) -> None:
    monkeypatch.setattr("plugin.cli.install._is_terminal", lambda: True)
    words = ("install", "zendesk", "--merchant", desk.merchant, "--email-gate")
    ran = desk.shell(*words, given=f"{answer}\n")
    assert (ran.code, ran.out.splitlines()[-1]) == (code, last)
    assert "does not mail it to the customer" in ran.out.partition("Go on?")[0]
    assert (desk.all("webhooks") == []) == (answer == "n")


def test_a_secret_that_is_hidden_is_asked_for(desk: Desk) -> None:
    # An app's webhook: Zendesk shows its secret to nobody.
    path = "/api/v2/webhooks/*/signing_secret"
    desk.api("POST", "/sandbox/faults", {"fault": 401, "match": {"path": path}})
    ran = desk.install()
    assert (ran.code, "bookbag account add-secret" in ran.err) == (3, True)
    assert desk.checks()["signing secret"]["health"] == "warn"
    again = desk.install()
    assert (again.code, again.out.splitlines()[-1]) == (0, "installed")


def test_a_webhook_made_by_hand_is_adopted(desk: Desk) -> None:
    by_hand = {
        "name": "Made by me",
        "status": "inactive",
        "endpoint": desk.webhook_url,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["zen:event-type:ticket.created", "zen:event-type:ticket.type_changed"],
    }
    made = desk.api("POST", "/api/v2/webhooks", {"webhook": by_hand})["webhook"]
    before = desk.state()
    assert desk.install().code == 0
    (webhook,) = desk.all("webhooks")
    assert (webhook["id"], webhook["name"]) == (made["id"], "Made by me")
    assert webhook["status"] == "active"
    assert set(webhook["subscriptions"]) == {*SUBSCRIPTIONS, "zen:event-type:ticket.type_changed"}
    assert desk.uninstall().code == 0
    assert desk.state() == before


def test_events_that_go_not_together_are_told(desk: Desk) -> None:
    desk.fault(422, "POST", "/api/v2/webhooks")
    assert desk.install().code == 0
    kinds = {one.split(":")[2].split(".")[0] for one in desk.all("webhooks")[0]["subscriptions"]}
    assert kinds == {"ticket"}
    assert desk.install().out.splitlines()[-1] == "nothing to do"
    check = desk.checks()["webhook"]
    assert (check["health"], "user.deleted" in check["found"]) == ("warn", True)


def test_a_webhook_that_triggers_call_is_left_alone(desk: Desk) -> None:
    by_hand = {
        "name": "By triggers",
        "status": "active",
        "endpoint": desk.webhook_url,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["conditional_ticket_events"],
    }
    desk.api("POST", "/api/v2/webhooks", {"webhook": by_hand})
    assert desk.install().code == 0
    assert {one["name"] for one in desk.all("webhooks")} == {"By triggers", "Bookbag"}


def test_a_view_of_the_same_name_stays_beside_ours(desk: Desk) -> None:
    theirs = {
        "title": "Needs approval",
        "all": [{"field": "status", "operator": "is", "value": "hold"}],
        "output": {"columns": ["subject"]},
    }
    desk.api("POST", "/api/v2/views", {"view": theirs})
    (before,) = desk.all("views")
    ran = desk.install()
    assert "one of this name is yours" in ran.out
    assert before in desk.all("views")
    assert len(desk.all("views")) == 3


def test_a_view_that_a_merchant_arranged_keeps_its_columns(desk: Desk) -> None:
    assert desk.install().code == 0
    view = desk.one("views", "AI drafts")
    change = {"output": {"columns": ["subject", "priority"]}}
    desk.api("PUT", f"/api/v2/views/{view['id']}", {"view": change})
    arranged = desk.one("views", "AI drafts")
    ran = desk.install()
    assert "changed by hand since, and left as it is" in ran.out
    assert desk.one("views", "AI drafts") == arranged


def test_a_webhook_that_lost_its_events_gets_them_back(desk: Desk) -> None:
    assert desk.install().code == 0
    webhook = desk.one("webhooks", "Bookbag")
    change = {"status": "inactive", "subscriptions": ["zen:event-type:ticket.created"]}
    desk.api("PATCH", f"/api/v2/webhooks/{webhook['id']}", {"webhook": change})
    assert desk.install().code == 0
    assert desk.one("webhooks", "Bookbag") | {"updated_at": ""} == webhook | {"updated_at": ""}


def test_a_secret_that_was_reset_is_learned_again(desk: Desk) -> None:
    assert desk.install().code == 0
    webhook = desk.one("webhooks", "Bookbag")
    path = f"/api/v2/webhooks/{webhook['id']}/signing_secret"
    secret = desk.api("POST", path)["signing_secret"]["secret"]
    assert desk.install().code == 0
    with reading(desk.shell) as session:
        assert secret in merchants.webhook_secrets(session, Scope(desk.merchant), desk.account)


def test_a_key_that_is_not_told_is_asked_for(desk: Desk) -> None:
    for path in ("public_key.pem", "public_key"):
        desk.fault(404, "GET", f"/api/v2/apps/*/{path}")
    ran = desk.install()
    assert ran.code == 1
    assert f"bookbag account add-app --merchant {desk.merchant} --account {desk.account}" in ran.err
    assert desk.install().code == 0


@pytest.mark.parametrize("missing", ["public_key", "public_key.pem"])
def test_either_way_to_the_key_will_do(desk: Desk, missing: str) -> None:
    key = desk.box.installation.public_key()
    desk.fault(404, "GET", f"/api/v2/apps/*/{missing}")
    assert desk.install().code == 0
    with reading(desk.shell) as session:
        account = merchants.account(session, Scope(desk.merchant), desk.account)
    assert account.app_key == key.strip()


def test_an_account_must_be_named_where_there_are_several(desk: Desk) -> None:
    other = desk.shell.account(desk.merchant, **{"vendor-account": "7"}).json
    ran = desk.install()
    assert (ran.code, "account: name one of" in ran.err) == (2, True)
    for named in (f"{desk.account} ({desk.url})", f"{other['id']} (https://larkspur.zendesk.com)"):
        assert named in ran.line
    nobody = desk.shell.merchant("Nobody")
    ran = desk.shell("doctor", "zendesk", "--merchant", nobody)
    assert (ran.code, "run `bookbag connect zendesk`" in ran.line) == (2, True)
    assert desk.install("--account", desk.account).code == 0


def test_what_leads_to_an_old_address_leads_here_again(desk: Desk) -> None:
    assert desk.install().code == 0
    moved = desk.shell.having(BOOKBAG_PUBLIC_URL="https://moved.example")
    words = ("install", "zendesk", "--yes", "--merchant", desk.merchant)
    assert moved(*words).code == 0
    endpoint = f"https://moved.example/webhooks/zendesk/{desk.account}"
    assert [one["endpoint"] for one in desk.all("webhooks")] == [endpoint]
    (installation,) = desk.all("apps/installations")
    assert installation["settings"]["backend_url"] == "https://moved.example"
    assert moved(*words).out.splitlines()[-1] == "nothing to do"


def test_an_address_that_no_helpdesk_reaches_is_refused(desk: Desk) -> None:
    plain = desk.shell.having(
        BOOKBAG_PUBLIC_URL="http://localhost:8080", BOOKBAG_ALLOW_PRIVATE_ADDRESSES="no"
    )
    account = desk.shell.account(desk.merchant, **{"vendor-account": "7"}).json["id"]
    words = ("install", "zendesk", "--yes", "--account", account)
    ran = plain(*words, "--merchant", desk.merchant)
    assert (ran.code, ran.line.startswith("bookbag: BOOKBAG_PUBLIC_URL: ")) == (2, True)


def test_a_busy_helpdesk_is_waited_for(desk: Desk) -> None:
    for method, path in (("GET", "/api/v2/webhooks"), ("POST", "/api/v2/views")):
        desk.fault(429, method, path, retry_after=0)
    assert desk.install().code == 0
    desk.fault(429, "GET", "/api/v2/views", retry_after=600)
    ran = desk.install()
    assert (ran.code, "look at views: " in ran.err, "wait a minute" in ran.err) == (3, True, True)


def test_a_stand_in_that_a_merchant_words_anew_keeps_its_words(desk: Desk) -> None:
    assert desk.install("--email-gate").code == 0
    clone = desk.one("triggers", f"{NOTIFY} (Bookbag)")
    actions = [{"field": "notification_user", "value": ["requester_id", "Hi", "New words"]}]
    desk.api("PUT", f"/api/v2/triggers/{clone['id']}", {"trigger": {"actions": actions}})
    assert desk.install("--email-gate").out.splitlines()[-1] == "nothing to do"
    opened_up = {"all": [{"field": "comment_is_public", "operator": "is", "value": "true"}]}
    change = {"trigger": {"conditions": opened_up}}
    desk.api("PUT", f"/api/v2/triggers/{clone['id']}", change)
    assert desk.install("--email-gate").code == 0
    closed = desk.one("triggers", f"{NOTIFY} (Bookbag)")
    assert closed["conditions"]["all"][-1]["operator"] == "not_includes"
    assert closed["active"]


def test_a_merchants_own_field_for_a_tag_is_adopted_as_it_is(desk: Desk) -> None:
    own = {"title": "KI-Entwurf", "type": "checkbox", "tag": "bookbag_draft"}
    desk.api("POST", "/api/v2/ticket_fields", {"ticket_field": own})
    before = desk.state()
    assert desk.install("--ticket-fields").code == 0
    assert {one["title"] for one in desk.all("ticket_fields")} == {
        "KI-Entwurf",
        "AI draft needs approval",
    }
    assert desk.uninstall().code == 0
    assert desk.state() == before
