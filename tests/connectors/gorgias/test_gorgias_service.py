"""The service does its work in a helpdesk that it knows nothing of: a running Gorgias."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.installing.apply import apply
from plugin.installing.examine import examine
from plugin.installing.looking import look, site
from plugin.installing.plan import Do, is_done
from plugin.models import DraftState
from plugin.reconciling.periodic import ask_due
from tests.bench.databases import Databases
from tests.bench.world import ANA, BEN

from .running import Running, running


@pytest.fixture(scope="module")
def desk(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One kind of database is enough: no SQL is concerned."""
    url = all_databases.fresh("sqlite")
    folder: Path = tmp_path_factory.mktemp("gorgias")
    with running(url, folder) as found:
        yield found
    all_databases.drop(url)


def test_a_draft_waits_in_a_note_and_a_tag(desk: Running) -> None:
    ticket = desk.opened("damaged_item")
    assert desk.draft(ticket).state is DraftState.AWAITING_REVIEW
    (note,) = desk.said(ticket, public=False)
    assert desk.draft(ticket).short_id in note
    assert desk.ours(ticket) == {"bookbag_draft"}
    assert desk.said(ticket, public=True) == []


def test_a_note_signs_and_the_reply_goes_out_once(desk: Running) -> None:
    ticket = desk.opened("damaged_item")
    desk.agent(ticket, BEN, "/approve done")
    assert desk.draft(ticket).state is DraftState.APPROVED
    desk.pass_time(15)
    desk.pass_time(60)
    assert desk.draft(ticket).state is DraftState.DELIVERED
    messages = desk.api("GET", f"tickets/{ticket}")["messages"]
    (reply,) = [one for one in messages if one["public"] and one["from_agent"]]
    assert (reply["via"], reply["sender"]["id"]) == ("api", int(desk.users[BEN]))
    assert reply["source"]["to"][0]["address"] == desk.tickets["damaged_item"]["from"]["email"]
    assert desk.ours(ticket) == {"bookbag_sent"}


def test_whoever_writes_as_another_signs_nothing(desk: Running) -> None:
    """An app with a key may say that a lead wrote it in Gorgias. The events name the key's user."""
    ticket = desk.opened("damaged_item")
    forged = {
        "channel": "internal-note",
        "via": "helpdesk",
        "from_agent": True,
        "public": False,
        "sender": {"id": int(desk.users[BEN])},
        "body_text": "/approve done",
        "body_html": "<div>/approve done</div>",
    }
    desk.api("POST", f"tickets/{ticket}/messages", forged)
    desk.settle()
    assert desk.draft(ticket).state is DraftState.AWAITING_REVIEW
    assert "another author" in desk.said(ticket, public=False)[-1]


def test_a_reply_past_the_approval_is_noticed(desk: Running) -> None:
    ticket = desk.opened("refund_over_limit")
    assert "bookbag_approval_required" in desk.ours(ticket)
    desk.agent(ticket, ANA, "My own words, sorry.", public=True)
    assert desk.ours(ticket) == {"bookbag_bypass"}
    assert "without the approval" in desk.said(ticket, public=False)[-1]


def test_what_the_ai_agent_answers_is_an_apps_and_what_a_rule_says_is_nothing(
    desk: Running,
) -> None:
    ticket = desk.opened("refund_over_limit")
    desk.hand("POST", f"tickets/{ticket}/rule", {"text": "We got it.", "rule_id": 7})
    desk.settle()
    assert "bookbag_bypass" not in desk.ours(ticket)
    desk.hand("POST", f"tickets/{ticket}/ai-agent", {"step": "answered", "text": "I am the AI."})
    desk.settle()
    assert desk.draft(ticket).state is DraftState.AWAITING_APPROVAL
    assert "bookbag_bypass" in desk.ours(ticket)
    assert desk.said(ticket, public=False)[-1].startswith("An app (AI Agent) answered")


def test_a_tag_of_ours_that_somebody_takes_off_is_put_back(desk: Running) -> None:
    ticket = desk.opened("damaged_item")
    desk.hand("POST", f"tickets/{ticket}/tags", {"remove": ["bookbag_draft"], "agent": ANA})
    assert desk.ours(ticket) == set()
    desk.settle()
    assert desk.ours(ticket) == {"bookbag_draft"}


def test_what_the_integration_missed_is_found(desk: Running) -> None:
    ask_due(desk.runtime)
    desk.settle()
    integrations = desk.api("GET", "integrations?limit=100")["data"]
    (ours,) = [one["id"] for one in integrations if one["name"] == "Bookbag"]
    off = desk.clock().isoformat()
    desk.api("PUT", f"integrations/{ours}", {"deactivated_datetime": off})
    ticket = desk.opened("reship")
    assert desk.ours(ticket) == set()
    desk.pass_time(600)
    ask_due(desk.runtime)
    desk.pass_time(0)
    assert desk.draft(ticket).state.is_open
    desk.hand("PUT", f"tickets/{ticket}/status", {"trashed": True, "agent": BEN})
    desk.pass_time(600)
    ask_due(desk.runtime)
    desk.pass_time(0)
    assert not desk.draft(ticket).state.is_open
    desk.api("PUT", f"integrations/{ours}", {"deactivated_datetime": None})


def test_an_integration_that_was_turned_off_is_told_and_turned_on(desk: Running) -> None:
    (ours,) = [
        one["id"]
        for one in desk.api("GET", "integrations?limit=100")["data"]
        if one["name"] == "Bookbag"
    ]
    off = {"deactivated_datetime": desk.clock().isoformat()}
    desk.api("PUT", f"integrations/{ours}", off)
    account = site(desk.runtime, desk.scope.merchant_id, desk.account_id, "gorgias")
    checks = {one.name: one for one in examine(account, lambda _: None)}
    assert "switched off" in checks["webhook"].found
    planned = look(account, fields=False, gate=False, tell=lambda _: None)
    assert [step.name for step in planned.steps if step.do is not Do.LEAVE] == ["Bookbag"]
    apply(account, planned, lambda _: None)
    assert desk.api("GET", f"integrations/{ours}")["deactivated_datetime"] is None


def test_installed_once_nothing_is_left_to_do(desk: Running) -> None:
    account = site(desk.runtime, desk.scope.merchant_id, desk.account_id, "gorgias")
    planned = look(account, fields=False, gate=False, tell=lambda _: None)
    assert is_done(planned.steps)
