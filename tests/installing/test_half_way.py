"""A step fails, or its answer gets lost: a second run completes, and nothing is there twice."""

import pytest

from plugin.store import installed
from plugin.store.scope import Scope
from tests.cli.test_merchants import reading
from tests.installing.desk import Desk

STEPS = {
    "webhook": ("POST", "/api/v2/webhooks"),
    "view": ("POST", "/api/v2/views"),
    "macro": ("POST", "/api/v2/macros"),
    "field": ("POST", "/api/v2/ticket_fields"),
    "clone": ("POST", "/api/v2/triggers"),
    "switch": ("PUT", "/api/v2/triggers/update_many"),
    "upload": ("POST", "/api/v2/apps/uploads"),
    "app": ("POST", "/api/apps"),
    "installation": ("POST", "/api/support/apps/installations"),
}
# Asked for between the two last steps.
READS = {
    "job": ("GET", "/api/v2/apps/job_statuses/*"),
}
ALL = ("--ticket-fields", "--email-gate")


def whole(desk: Desk) -> dict[str, int]:
    """How many of each there are, and which triggers are on."""
    counts = {path: len(found) for path, found in desk.state().items()}
    return counts | {one["title"]: one["active"] for one in desk.all("triggers")}


@pytest.fixture(scope="module")
def complete() -> dict[str, int]:
    return {
        "webhooks": 1,
        "triggers": 3,
        "views": 2,
        "macros": 5,
        "ticket_fields": 2,
        "apps/owned": 1,
        "apps/installations": 1,
        "Notify requester and CCs of received request": True,
        "Notify requester and CCs of comment update": False,
        "Notify requester and CCs of comment update (Bookbag)": True,
    }


def test_whatever_step_fails_the_next_run_goes_on(desk: Desk, complete: dict[str, int]) -> None:
    *before, (last, install) = STEPS.items()
    for step, call in (*before, *READS.items(), (last, install)):
        for _ in range(2 if step == "webhook" else 1):
            desk.fault(422, *call)
        failed = desk.install(*ALL)
        assert failed.code == 3, (step, failed.out)
        assert call[1].partition("*")[0] in failed.err.splitlines()[-1], step
        assert "What came before is done. Fix: " in failed.err.splitlines()[-1], step
    assert desk.install(*ALL).code == 0
    assert whole(desk) == complete
    assert desk.install(*ALL).out.splitlines()[-1] == "nothing to do"


def test_lost_answers_make_nothing_twice(desk: Desk, complete: dict[str, int]) -> None:
    for call in STEPS.values():
        desk.fault("dropped", *call)
    # Of an upload whose answer is lost nothing is left, and it cannot be looked for.
    assert desk.install(*ALL).code == 3
    assert desk.install(*ALL).code == 0
    assert whole(desk) == complete


@pytest.mark.parametrize("step", ["webhook", "app"])
def test_what_was_made_by_a_lost_call_is_taken_back(desk: Desk, step: str) -> None:
    before = desk.state()
    desk.fault("dropped", *STEPS[step])
    # Nor can it be looked for: the run ends not knowing whether it is there.
    lists = {"webhook": "webhooks", "clone": "triggers", "app": "apps/owned"}
    desk.fault(422, "GET", f"/api/v2/{lists[step]}", after=2)
    assert desk.install(*ALL).code == 3
    assert desk.state() != before
    assert desk.uninstall().code == 0
    assert desk.state() == before


def test_an_update_whose_answer_is_lost_counts_as_done(desk: Desk) -> None:
    assert desk.install().code == 0
    webhook = desk.one("webhooks", "Bookbag")
    path = f"/api/v2/webhooks/{webhook['id']}"
    desk.api("PATCH", path, {"webhook": {"status": "inactive"}})
    desk.fault("dropped", "PATCH", path)
    assert desk.install().code == 0
    assert desk.one("webhooks", "Bookbag")["status"] == "active"


def test_a_refused_package_says_why(desk: Desk) -> None:
    desk.fault(422, "POST", "/api/v2/apps/validate")
    ran = desk.install()
    assert ran.code == 3
    assert "create app Bookbag: POST /api/v2/apps/validate: status 422" in ran.err


def test_a_weak_token_is_told_with_the_fix(desk: Desk) -> None:
    ana = desk.shell.file("ana.txt", "an-api-token")
    words = ("--api-user", "ana@larkspur.example", "--api-token-file", ana)
    assert desk("account", "set-credentials", "--account", desk.account, *words).code == 0
    ran = desk.install()
    assert ran.code == 3
    assert "403" in ran.line
    assert "the seat must be an admin" in ran.line


def test_what_is_written_down_before_a_trigger_is_touched(desk: Desk) -> None:
    """Whatever happens after it, uninstall knows that it was on."""
    desk.fault("dropped", "PUT", "/api/v2/triggers/update_many")
    desk.fault(422, "GET", "/api/v2/triggers", after=2)
    assert desk.install("--email-gate").code == 3
    with reading(desk.shell) as session:
        rows = installed.of_account(session, Scope(desk.merchant), desk.account)
    (off,) = [row for row in rows if row.key.startswith("off:")]
    assert (off.made, off.before) == (False, {"active": True})
    assert desk.uninstall().code == 0
    assert [one["active"] for one in desk.all("triggers")] == [True, True]
