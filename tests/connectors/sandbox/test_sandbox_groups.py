"""Groups of agents: who is in them, and tickets that are given to them."""

import pytest

from connectors.sandbox.zendesk import SandboxConfig, Seat

from .support import ADMIN, ADMIN_ID, AGENT, AGENT_ID, Caller

DEFAULT = 44897999201817


@pytest.fixture
def config() -> SandboxConfig:
    return SandboxConfig(
        agents=(Seat("Ada", ADMIN, "admin"), Seat("Ben", AGENT)),
        groups={"Leads": (ADMIN,)},
        api_users={ADMIN: "admin-token", AGENT: "agent-token"},
    )


def test_groups_are_listed_and_shown(admin: Caller) -> None:
    groups = admin.get("/api/v2/groups.json")["groups"]
    assert [(group["id"], group["name"], group["default"]) for group in groups] == [
        (DEFAULT, "Support", True),
        (DEFAULT + 1, "Leads", False),
    ]
    assert admin.get(f"/api/v2/groups/{DEFAULT + 1}.json")["group"] == groups[1]
    assert admin("GET", "/api/v2/groups/7.json").status_code == 404


def test_a_ticket_goes_to_a_group_and_the_audit_says_so(admin: Caller) -> None:
    path = f"/api/v2/tickets/{admin.open_ticket()}.json"
    assert admin.get(path)["ticket"]["group_id"] == DEFAULT
    done = admin.put(path, {"ticket": {"group_id": DEFAULT + 1}})
    assert done["ticket"]["group_id"] == DEFAULT + 1
    (event,) = done["audit"]["events"]
    assert (event["type"], event["field_name"]) == ("Change", "group_id")
    assert (event["previous_value"], event["value"]) == (DEFAULT, DEFAULT + 1)
    assert admin("PUT", path, {"ticket": {"group_id": 7}}).status_code == 422


def test_an_assignee_outside_of_the_group_is_left_behind(admin: Caller) -> None:
    path = f"/api/v2/tickets/{admin.open_ticket()}.json"
    for assignee, kept in ((ADMIN_ID, ADMIN_ID), (AGENT_ID, None)):
        admin.put(path, {"ticket": {"group_id": DEFAULT, "assignee_id": assignee}})
        done = admin.put(path, {"ticket": {"group_id": DEFAULT + 1}})
        assert done["ticket"]["assignee_id"] == kept


def test_an_agent_assigns_by_hand(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    path = f"/sandbox/tickets/{ticket_id}/assignment"
    assert admin.put(path, {"group": "Leads", "to": ADMIN, "agent": AGENT}) == {
        "ticket_id": ticket_id,
        "group_id": DEFAULT + 1,
        "assignee_id": ADMIN_ID,
    }
    update = admin.get(f"/api/v2/tickets/{ticket_id}/audits.json")["audits"][-1]
    assert (update["author_id"], update["via"]["channel"]) == (AGENT_ID, "web")
    assert admin("PUT", path, {"group": "Nobody"}).status_code == 422


def test_the_workspace_names_a_group_that_is_not_the_default_one(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    page = f"/tickets/{ticket_id}"
    assert 'id="group"' not in admin("GET", page).text
    admin.put(f"/sandbox/tickets/{ticket_id}/assignment", {"group": "Leads"})
    shown = admin("GET", page)
    assert shown.status_code == 200
    assert "<bdi>Leads</bdi>" in shown.text
