"""Tickets, their tags, people, and the journal."""

from typing import Any

import pytest

from .support import ADMIN, AGENT, CUSTOMER, NOTE, REPLY, Caller, refused


def names(ticket: Any) -> list[str]:
    return [tag["name"] for tag in ticket["tags"]]


def test_a_ticket_has_what_the_reference_names(admin: Caller) -> None:
    ticket_id = admin.opened(tags=["complaint"])
    ticket = admin.get(f"/api/tickets/{ticket_id}/")
    wanted = (
        "id uri external_id status priority channel via from_agent spam customer assignee_user "
        "assignee_team subject meta tags custom_fields messages language created_datetime "
        "opened_datetime closed_datetime snooze_datetime trashed_datetime updated_datetime "
        "last_message_datetime last_received_message_datetime satisfaction_survey"
    )
    assert set(wanted.split()) <= ticket.keys()
    assert (ticket["status"], ticket["channel"], ticket["via"]) == ("open", "email", "email")
    assert ticket["customer"]["email"] == CUSTOMER["email"]
    assert ticket["messages"][0]["body_text"] == "Where is my parcel?"
    assert ticket["tags"][0].keys() == {"id", "name", "decoration"}


def test_a_put_sets_what_is_sent_and_its_tags_replace(admin: Caller) -> None:
    ticket_id = admin.opened(tags=["theirs"])
    path = f"/api/tickets/{ticket_id}"
    me = admin.get("/api/users/0")["id"]
    changed = admin("PUT", path, {"status": "closed", "assignee_user": {"id": me}})
    assert changed.status_code == 202
    assert (changed.json()["status"], names(changed.json())) == ("closed", ["theirs"])
    assert changed.json()["assignee_user"]["email"] == ADMIN
    assert changed.json()["closed_datetime"] is not None
    team = admin.get("/api/teams")["data"][0]["id"]
    after = admin.put(path, {"assignee_team": {"id": team}, "meta": {"a": 1}, "priority": "high"})
    assert (after["assignee_team"]["name"], after["priority"]) == ("Approval", "high")
    assert (after["status"], after["meta"]) == ("closed", {"a": 1})
    assert names(admin.put(path, {"tags": [{"name": "ours"}]})) == ["ours"]
    assert admin.put(path, {"assignee_user": None, "status": "open"})["assignee_user"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "solved"}, "status"),
        ({"priority": "urgent"}, "priority"),
        ({"comment": "Hello"}, "comment"),
        ({"assignee_user": {"id": 4}}, "assignee_user"),
        ({"subject": "x" * 999}, "subject"),
        ({"external_id": "x" * 256}, "external_id"),
        ({"customer": {"id": 5}}, "customer"),
    ],
)
def test_a_wrong_ticket_is_a_400(admin: Caller, wrong: dict[str, Any], field: str) -> None:
    ticket_id = admin.opened()
    before = admin.get(f"/sandbox/tickets/{ticket_id}")
    error = refused(admin("PUT", f"/api/tickets/{ticket_id}", wrong))
    assert (error["msg"], list(error["data"])) == ("Failed to update ticket", [field])
    assert admin.get(f"/sandbox/tickets/{ticket_id}") == before


def test_tags_are_added_replaced_and_taken_away_without_a_word(admin: Caller) -> None:
    ticket_id = admin.opened(tags=["theirs"])
    path = f"/api/tickets/{ticket_id}/tags"
    added = admin("POST", path, {"names": ["Draft", "draft", "theirs"]})
    assert (added.status_code, added.content) == (201, b"")
    listed = admin.get(path)["data"]
    assert [one["name"] for one in listed] == ["theirs", "Draft", "draft"]
    replaced = admin("PUT", path, {"ids": [listed[1]["id"]], "names": ["new"]})
    assert (replaced.status_code, replaced.content) == (202, b"")
    taken = admin("DELETE", path, {"names": ["DRAFT", "new", "never there"]})
    assert (taken.status_code, taken.content) == (204, b"")
    assert [one["name"] for one in admin.get(path)["data"]] == ["Draft"]
    refused(admin("POST", path, {"ids": [1]}))
    refused(admin("POST", path, {"tags": ["x"]}))
    refused(admin("POST", path, {}))


def test_the_accounts_tags(admin: Caller) -> None:
    made = admin.post("/api/tags", {"name": "vip", "decoration": {"color": "#F58D86"}})
    assert made["decoration"] == {"color": "#F58D86"}
    assert made in admin.get("/api/tags", search="VIP")["data"]
    refused(admin("POST", "/api/tags", {"name": "vip"}), 409)
    ticket_id = admin.opened(tags=["vip", "z"])
    assert admin.get(f"/api/tags/{made['id']}")["usage"] == 1
    admin.put(f"/api/tags/{made['id']}", {"name": "gold"})
    assert names(admin.get(f"/api/tickets/{ticket_id}")) == ["gold", "z"]
    refused(admin("PUT", f"/api/tags/{made['id']}", {"name": "z"}), 409)
    assert admin.post("/api/tags", {"name": "vip"})["id"] != made["id"]
    assert admin("DELETE", f"/api/tags/{made['id']}").status_code == 204
    assert names(admin.get(f"/api/tickets/{ticket_id}")) == ["z"]


def test_lists_leave_messages_out_and_page_by_cursor(admin: Caller) -> None:
    ids = [admin.opened() for _ in range(3)]
    seen: list[int] = []
    cursor: str | None = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = admin.get("/api/tickets", limit=2, **more)
        assert "messages" not in page["data"][0]
        assert page["data"][0]["messages_count"] >= 1
        seen += [one["id"] for one in page["data"]]
        cursor = page["meta"]["next_cursor"]
        if cursor is None:
            break
    assert seen[:3] == ids[::-1]
    assert len(seen) == len(set(seen))
    refused(admin("GET", "/api/tickets?page=2"))
    refused(admin("GET", "/api/tickets?limit=2&order_by=updated_datetime&cursor=" + "x"))


def test_the_trash_is_listed_unless_it_is_not_wanted(admin: Caller) -> None:
    ticket_id = admin.opened()
    admin.put(f"/sandbox/tickets/{ticket_id}/status", {"trashed": True, "spam": True})

    def listed(**query: Any) -> bool:
        found = admin.get("/api/tickets", limit=100, **query)["data"]
        return ticket_id in {one["id"] for one in found}

    assert listed()
    assert not listed(trashed="false")
    events = admin.get("/api/events", object_type="Ticket", object_id=ticket_id)["data"]
    assert {"ticket-trashed", "ticket-marked-spam"} <= {one["type"] for one in events}
    assert admin("DELETE", f"/api/tickets/{ticket_id}").status_code == 204
    assert admin("GET", f"/api/tickets/{ticket_id}").status_code == 404


def test_a_ticket_is_made_by_the_api(admin: Caller) -> None:
    theirs = {**REPLY, "from_agent": False, "sender": CUSTOMER, "receiver": None}
    ticket = admin.post(
        "/api/tickets",
        {"via": "api", "subject": "New", "messages": [theirs, NOTE], "tags": [{"name": "a"}]},
    )
    assert (ticket["subject"], names(ticket), len(ticket["messages"])) == ("New", ["a"], 2)
    assert ticket["customer"]["email"] == CUSTOMER["email"]
    missing = {name: value for name, value in theirs.items() if name != "sender"}
    error = refused(admin("POST", "/api/tickets", {"via": "api", "messages": [missing]}))
    assert error["msg"] == "Failed to create ticket"
    assert error["data"]["messages"]["0"]["sender"] == ["Missing data for required field."]


def test_users_and_their_roles(admin: Caller, agent: Caller) -> None:
    assert admin.get("/api/users/0")["role"] == {"name": "admin"}
    assert agent.get("/api/users/0")["email"] == AGENT
    (found,) = admin.get("/api/users", email=AGENT)["data"]
    assert (found["id"], found["role"]["name"]) == (510_002, "agent")
    assert {one["role"]["name"] for one in admin.get("/api/users")["data"]} == {
        *("admin", "agent", "bot", "observer-agent")
    }
    assert admin("GET", "/api/users/4").status_code == 404


def test_customers_and_what_is_stored_about_them(admin: Caller) -> None:
    made = admin.post("/api/customers", {"name": "Fay", "email": "fay@home.example"})
    path = f"/api/customers/{made['id']}"
    assert made["channels"][0]["address"] == "fay@home.example"
    assert admin.get("/api/customers", email="fay@home.example")["data"] == [made]
    assert admin.put(path, {"note": "Calls often"})["note"] == "Calls often"
    newer, older = "2026-02-02T00:00:00+00:00", "2026-02-01T00:00:00"
    stored = admin("PUT", f"{path}/data", {"data": {"tier": 2}, "version": newer})
    assert (stored.status_code, stored.content) == (202, b"")
    assert admin("PUT", f"{path}/data", {"data": {"tier": 1}, "version": older}).ok
    assert admin.get(path)["data"] == {"tier": 2}
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404


def test_the_journal_and_its_filters(admin: Caller) -> None:
    ticket_id = admin.opened()
    me = admin.get("/api/users/0")["id"]
    since = admin.get(f"/api/tickets/{ticket_id}")["created_datetime"]
    note = admin.post(f"/api/tickets/{ticket_id}/messages", NOTE)
    admin.put(f"/api/tickets/{ticket_id}", {"status": "closed"})

    def events(**query: Any) -> list[str]:
        about = {"object_type": "Ticket", "object_id": ticket_id, **query}
        return [one["type"] for one in admin.get("/api/events", **about)["data"]]

    made = ["ticket-message-created", "ticket-created"]
    assert events() == ["ticket-updated", "ticket-closed", "ticket-message-created", *made]
    assert events(**{"types[]": ["ticket-created", "ticket-closed"]}) == [
        "ticket-closed",
        "ticket-created",
    ]
    assert len(events(**{"user_ids[]": [me]})) == 3
    assert len(events(**{"created_datetime[gte]": since})) == 5
    assert events(**{"created_datetime[lt]": since}) == []
    newest = admin.get("/api/events", types="ticket-message-created", limit=1)["data"][0]
    assert newest["data"] == {"message_id": note["id"]}
    assert admin.get(f"/api/events/{newest['id']}") == newest
    refused(admin("GET", "/api/events?object_type=Ticket"))


def test_events_of_one_act_share_a_context_and_name_the_tags(admin: Caller) -> None:
    ticket_id = admin.opened(tags=["old"])
    admin.put(f"/api/tickets/{ticket_id}", {"tags": [{"name": "new"}], "status": "closed"})
    about = {"object_type": "Ticket", "object_id": ticket_id}
    events = {one["type"]: one for one in admin.get("/api/events", **about)["data"]}
    ids = {tag["name"]: tag["id"] for tag in admin.get("/api/tags")["data"]}
    assert events["ticket-tags-added"]["data"] == {"tags_added": [ids["new"]]}
    assert events["ticket-tags-removed"]["data"] == {"tags_removed": [ids["old"]]}
    contexts = {
        events[name]["context"]
        for name in ("ticket-tags-added", "ticket-tags-removed", "ticket-closed")
    }
    assert len(contexts) == 1
    assert contexts != {events["ticket-created"]["context"]}


def test_an_observer_changes_nothing(observer: Caller) -> None:
    ticket_id = observer.opened()
    assert observer.get(f"/api/tickets/{ticket_id}")["id"] == ticket_id
    refused(observer("PUT", f"/api/tickets/{ticket_id}", {"status": "closed"}), 403)
