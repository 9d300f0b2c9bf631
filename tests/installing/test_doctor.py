"""The doctor finds each kind of damage, and says how to mend it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plugin.store.columns import Keyring
from tests.bench.databases import KEY, Databases
from tests.installing.desk import AGENT, TOKEN, Desk, opened
from tests.installing.test_install import EVERYTHING, NOTIFY

Damage = Callable[[Desk], Any]
# No webhook has come yet, and no worker runs.
QUIET = {"last event": "warn", "catching up": "warn"}


@pytest.fixture(scope="module")
def sound(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An account that is installed; each test damages it, and install mends it."""
    url = all_databases.fresh("sqlite")
    with opened(url, tmp_path_factory.mktemp("sound"), oauth=True) as running:
        assert running.install(*EVERYTHING).code == 0
        yield running
    all_databases.drop(url)


@pytest.fixture(autouse=True)
def _key() -> None:
    Keyring.use((KEY,))


def found(checks: dict[str, Any]) -> dict[str, str]:
    """What is not in order, by check."""
    return {name: check["health"] for name, check in checks.items() if check["health"] != "ok"}


def of(desk: Desk, path: str, title: str) -> str:
    return f"/api/v2/{path}/{desk.one(path, title)['id']}"


def patched(**change: Any) -> Damage:
    return lambda desk: desk.api("PATCH", of(desk, "webhooks", "Bookbag"), {"webhook": change})


def put(path: str, title: str, item: str, **change: Any) -> Damage:
    return lambda desk: desk.api("PUT", of(desk, path, title), {item: change})


def deleted(path: str, title: str) -> Damage:
    return lambda desk: desk.api("DELETE", of(desk, path, title))


def installation(**change: Any) -> Damage:
    def damage(desk: Desk) -> Any:
        path = f"/api/support/apps/installations/{desk.all('apps/installations')[0]['id']}"
        return desk.api("PUT", path, change)

    return damage


def twin(desk: Desk) -> Any:
    webhook = {
        "name": "By triggers",
        "status": "active",
        "endpoint": desk.webhook_url,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["conditional_ticket_events"],
    }
    return desk.api("POST", "/api/v2/webhooks", {"webhook": webhook})


def reset(desk: Desk) -> Any:
    return desk.api("POST", f"{of(desk, 'webhooks', 'Bookbag')}/signing_secret")


def both(*titles: str, active: bool) -> Damage:
    def damage(desk: Desk) -> None:
        for title in titles:
            put("triggers", title, "trigger", active=active)(desk)

    return damage


def another_trigger(desk: Desk) -> Any:
    public = {"field": "comment_is_public", "operator": "is", "value": "true"}
    mail = {"field": "notification_user", "value": ["requester_id", "Hi", "Text"]}
    trigger = {"title": "Our own mail", "conditions": {"all": [public]}, "actions": [mail]}
    return desk.api("POST", "/api/v2/triggers", {"trigger": trigger})


CLONE = f"{NOTIFY} (Bookbag)"
DAMAGES: dict[str, tuple[Damage, dict[str, str]]] = {
    "webhook deleted": (deleted("webhooks", "Bookbag"), {"webhook": "fail"}),
    "webhook off": (patched(status="inactive"), {"webhook": "fail"}),
    "events lost": (
        patched(subscriptions=["zen:event-type:ticket.created"]),
        {"webhook": "fail"},
    ),
    "secret reset": (reset, {"signing secret": "fail"}),
    "view deleted": (deleted("views", "AI drafts"), {"views": "warn"}),
    "macro deleted": (deleted("macros", "Bookbag::Reject"), {"macros": "warn"}),
    "field deleted": (deleted("ticket_fields", "AI draft"), {"ticket fields": "warn"}),
    "app deleted": (deleted("apps", "Bookbag"), {"app": "fail"}),
    "app off": (installation(enabled=False), {"installation": "fail"}),
    "app leads away": (
        installation(settings={"backend_url": "https://old.example"}),
        {"installation": "fail"},
    ),
    "gate open": (both(NOTIFY, active=True), {"e-mail gate": "fail"}),
    "nobody is mailed": (both(CLONE, active=False), {"e-mail gate": "fail"}),
    "mail past the gate": (another_trigger, {"e-mail gate": "warn"}),
}


def test_a_sound_account_is_in_order(sound: Desk) -> None:
    checks = sound.checks()
    assert sound.doctor().code == 0
    assert set(found(checks)) == {"last event", "catching up"}
    assert all((check["fix"] is None) == (check["health"] == "ok") for check in checks.values())
    assert set(checks) == {
        *("token", "seat", "scopes", "clock", "rate limit", "webhook", "deliveries"),
        *("signing secret", "app", "installation", "app's key", "views", "macros"),
        *("ticket fields", "e-mail gate", "tags", "last event", "catching up"),
    }


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_mended_as_it_says(sound: Desk, name: str) -> None:
    damage, expected = DAMAGES[name]
    if name == "app deleted":
        path = f"/api/v2/apps/{sound.all('apps/owned')[0]['id']}"
        sound.api("DELETE", path)
    else:
        damage(sound)
    told = sound.doctor("--json")
    assert told.code == (1 if "fail" in expected.values() else 0), told.out
    checks = {check["check"]: check for check in told.json["checks"]}
    assert found(checks) == {**expected, **QUIET}
    (bad,) = expected
    assert "bookbag install zendesk" in checks[bad]["fix"]
    assert sound.install(*EVERYTHING).code == 0
    assert found(sound.checks()) == QUIET


def test_a_twin_of_the_webhook_is_told(sound: Desk) -> None:
    made = twin(sound)["webhook"]
    assert "By triggers" in sound.checks()["webhook"]["found"]
    sound.api("DELETE", f"/api/v2/webhooks/{made['id']}")


def test_deliveries_that_fail_are_told(sound: Desk) -> None:
    with sound.box.desk.lock:
        for invocation in sound.box.webhooks.invoke("zen:event-type:ticket.created"):
            sound.box.webhooks.lose(invocation, b"{}")
    check = sound.checks()["deliveries"]
    assert (check["health"], "circuit broken" in check["found"]) == ("fail", True)
    assert "https://support.example answers" in check["fix"]


def test_a_token_without_its_scopes_and_a_seat_without_rights(sound: Desk) -> None:
    token = sound.shell.file("agent.txt", TOKEN)
    words = ("--api-user", AGENT, "--api-token-file", token)
    set_access = ("account", "set-credentials", "--account", sound.account)
    assert sound(*set_access, *words).code == 0
    checks = sound.checks()
    health = {name: checks[name]["health"] for name in ("token", "seat", "set-up")}
    assert health == {"token": "warn", "seat": "fail", "set-up": "fail"}
    wrong = sound.shell.file("wrong.txt", "wrong")
    assert sound(*set_access, "--api-user", AGENT, "--api-token-file", wrong).code == 0
    ran = sound.doctor()
    assert (ran.code, "bookbag account set-credentials" in ran.out) == (1, True)
    assert set(sound.checks()) == {"token", "last event", "catching up"}
    secret = sound.shell.file("client.txt", "a-client-secret")
    back = ("--client-id", "bookbag", "--client-secret-file", secret)
    assert sound(*set_access, *back).code == 0


def test_a_helpdesk_that_is_down_is_told(sound: Desk) -> None:
    for _ in range(3):
        sound.fault(503, "GET", "/api/v2/users/me")
    ran = sound.doctor()
    assert (ran.code, "does not let us in" in ran.out) == (1, True)
    sound.api("DELETE", "/sandbox/faults")


def test_catching_up_is_told(sound: Desk) -> None:
    assert sound("reconcile").code == 0
    check = sound.checks()["catching up"]
    assert (check["health"], "0 were missed" in check["found"]) == ("ok", True)
    sound.fault(422, "GET", "/api/v2/incremental/ticket_events.json")
    assert sound("reconcile").code != 0
    check = sound.checks()["catching up"]
    assert (check["health"], "our seat must be an admin" in check["fix"]) == ("fail", True)
