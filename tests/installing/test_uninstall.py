"""Uninstall takes back what install made, and only that."""

from plugin.store import merchants
from plugin.store.scope import Scope
from tests.cli.test_merchants import reading
from tests.installing.desk import Desk
from tests.installing.test_install import EVERYTHING, NOTIFY

WAY_BACK = (
    *("/api/v2/webhooks/*", "/api/v2/views/*", "/api/v2/macros/*", "/api/v2/ticket_fields/*"),
    *("/api/v2/triggers/1*", "/api/v2/triggers/update_many", "/api/v2/apps/*"),
    "/api/support/apps/installations/*",
)


def test_the_account_is_as_it_was(desk: Desk) -> None:
    before = desk.state()
    assert desk.install(*EVERYTHING).code == 0
    assert desk.state() != before
    ran = desk.uninstall()
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "uninstalled"), ran.err
    assert desk.state() == before
    assert desk.uninstall().out.splitlines()[-1] == "nothing is installed"
    with reading(desk.shell) as session:
        scope = Scope(desk.merchant)
        account = merchants.account(session, scope, desk.account)
        assert (account.app_key, account.app_audience) == (None, None)
        assert merchants.webhook_secrets(session, scope, desk.account) == ("by hand",)


def test_nothing_is_taken_back_without_a_yes(desk: Desk) -> None:
    assert desk.install().code == 0
    before = desk.state()
    assert desk("uninstall", "zendesk").code == 1
    assert desk("uninstall", "zendesk", "--dry-run").code == 0
    assert desk.state() == before


def test_what_a_merchant_changed_stays_theirs(desk: Desk) -> None:
    assert desk.install().code == 0
    macro = desk.one("macros", "Bookbag::Reject")
    change = {"macro": {"title": "Our own rejection"}}
    desk.api("PUT", f"/api/v2/macros/{macro['id']}", change)
    ran = desk.uninstall()
    assert "somebody changed it since: it stays, and is yours from now on" in ran.out
    assert ran.out.splitlines()[-1] == "uninstalled; left: 1"
    assert [one["title"] for one in desk.all("macros")] == ["Our own rejection"]
    assert desk.all("webhooks") == []


def test_what_is_gone_already_is_no_error(desk: Desk) -> None:
    assert desk.install().code == 0
    view = desk.one("views", "AI drafts")
    desk.api("DELETE", f"/api/v2/views/{view['id']}")
    desk.fault(404, "DELETE", "/api/v2/macros/*")
    assert desk.uninstall().code == 0
    assert desk.all("views") == []


def test_only_the_gate_is_taken_back(desk: Desk) -> None:
    assert desk.install().code == 0
    before = desk.state()
    assert desk.install("--email-gate").code == 0
    assert desk.uninstall("--email-gate").code == 0
    assert desk.state() == before


def test_a_stand_in_that_was_changed_stays_switched_off(desk: Desk) -> None:
    assert desk.install("--email-gate").code == 0
    clone = desk.one("triggers", f"{NOTIFY} (Bookbag)")
    actions = [{"field": "notification_user", "value": ["requester_id", "Hi", "New words"]}]
    desk.api("PUT", f"/api/v2/triggers/{clone['id']}", {"trigger": {"actions": actions}})
    assert "it stays, switched off" in desk.uninstall().out
    active = {one["title"]: one["active"] for one in desk.all("triggers")}
    assert (active[NOTIFY], active[f"{NOTIFY} (Bookbag)"]) == (True, False)


def test_customers_are_mailed_though_the_original_was_deleted(desk: Desk) -> None:
    assert desk.install("--email-gate").code == 0
    original = desk.one("triggers", NOTIFY)
    desk.api("DELETE", f"/api/v2/triggers/{original['id']}")
    assert "it stays, and mails your customers" in desk.uninstall().out
    assert desk.one("triggers", f"{NOTIFY} (Bookbag)")["active"]


def test_whatever_step_fails_the_next_run_takes_back_the_rest(desk: Desk) -> None:
    before = desk.state()
    assert desk.install(*EVERYTHING).code == 0
    for path in reversed(WAY_BACK):
        method = "PUT" if path.endswith("update_many") else "DELETE"
        desk.fault(422, method, path)
        failed = desk.uninstall()
        assert (failed.code, "Fix: " in failed.err.splitlines()[-1]) == (3, True), path
    assert desk.uninstall().code == 0
    assert desk.state() == before


def test_lost_answers_on_the_way_back_are_looked_after(desk: Desk) -> None:
    before = desk.state()
    assert desk.install(*EVERYTHING).code == 0
    for path in WAY_BACK:
        desk.fault("dropped", "PUT" if path.endswith("update_many") else "DELETE", path)
    while desk.uninstall().code:
        assert desk.state() != before
    assert desk.state() == before
