"""Triggers, views, macros and fields: kept, changed, refused as Zendesk refuses them."""

from typing import Any

import pytest

from .support import AGENT, CUSTOMER, Caller

API = "/api/v2/"
STATUS = {"field": "status", "operator": "less_than", "value": "closed"}
TAG = {"field": "current_tags", "operator": "includes", "value": "vip"}
MAIL = {"field": "notification_user", "value": ["requester_id", "Hi", "Text"]}
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "triggers": ("trigger", {"title": "T", "conditions": {"all": [TAG]}, "actions": [MAIL]}),
    "views": ("view", {"title": "V", "all": [STATUS, TAG], "output": {"columns": ["subject"]}}),
    "macros": (
        "macro",
        {"title": "M", "actions": [{"field": "comment_value", "value": "/status"}]},
    ),
    "ticket_fields": ("ticket_field", {"title": "F", "type": "checkbox", "tag": "vip"}),
}


@pytest.mark.parametrize("kind", GOOD)
def test_it_is_made_shown_changed_and_taken_away(admin: Caller, kind: str) -> None:
    item, fields = GOOD[kind]
    made = admin.post(API + kind, {item: fields})[item]
    path = f"{API}{kind}/{made['id']}"
    assert admin.get(path)[item] == made
    assert made["active"] is True
    changed = admin.put(path, {item: {"title": "New", "active": False}})[item]
    kept = set(made) - {"title", "active", "updated_at"}
    assert {key: changed[key] for key in kept} == {key: made[key] for key in kept}
    assert (changed["title"], changed["active"]) == ("New", False)
    assert changed in admin.get(API + kind)[kind]
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("triggers", {"title": " "}),
        ("triggers", {"actions": []}),
        ("triggers", {"conditions": {"all": []}}),
        ("triggers", {"conditions": {"all": [{**TAG, "field": "colour"}]}}),
        ("triggers", {"conditions": {"all": [{**TAG, "operator": "is"}]}}),
        ("triggers", {"actions": [{"field": "sing", "value": "loud"}]}),
        ("views", {"all": [TAG]}),
        ("views", {"output": {"columns": ["colour"]}}),
        ("views", {"output": None}),
        ("macros", {"actions": []}),
        ("ticket_fields", {"type": "colour"}),
        ("ticket_fields", {"type": None}),
    ],
)
def test_what_is_wrong_is_422(admin: Caller, kind: str, wrong: dict[str, Any]) -> None:
    item, fields = GOOD[kind]
    before = admin.get(API + kind)
    assert admin("POST", API + kind, {item: {**fields, **wrong}}).status_code == 422
    assert admin.get(API + kind) == before


def test_a_tag_has_one_field_and_a_field_one_type(admin: Caller) -> None:
    item, fields = GOOD["ticket_fields"]
    made = admin.post(API + "ticket_fields", {item: fields})[item]
    assert admin("POST", API + "ticket_fields", {item: fields}).status_code == 422
    path = f"{API}ticket_fields/{made['id']}"
    assert admin("PUT", path, {item: {"type": "text"}}).status_code == 422


def test_an_agent_may_read_and_not_set_up(agent: Caller) -> None:
    assert agent("GET", API + "views").status_code == 200
    for kind, (item, fields) in GOOD.items():
        assert agent("POST", API + kind, {item: fields}).status_code == 403
    for path in ("v2/triggers", "v2/apps/owned", "support/apps/installations"):
        assert agent("GET", f"/api/{path}").status_code == 403


def test_triggers_are_switched_all_or_none(admin: Caller) -> None:
    first, second = (one["id"] for one in admin.get(API + "triggers")["triggers"])
    wanted = [{"id": second, "active": False}, {"id": 7, "active": True}]
    path = API + "triggers/update_many"
    assert admin("PUT", path, {"triggers": wanted}).status_code == 404
    assert {one["active"] for one in admin.get(API + "triggers")["triggers"]} == {True}
    admin.put(path, {"triggers": [{"id": first, "active": False}, {"id": second, "position": 9}]})
    got = {
        one["id"]: (one["active"], one["position"])
        for one in admin.get(API + "triggers")["triggers"]
    }
    assert got == {first: (False, 1), second: (True, 9)}


def mails(admin: Caller) -> list[tuple[str, list[str]]]:
    sent = admin.get("/sandbox/emails")["emails"]
    return [(one["trigger"].rpartition(" of ")[2], one["to"]) for one in sent]


def test_a_new_account_mails_customers_what_agents_write(admin: Caller) -> None:
    ticket = admin.open_ticket(cc=[{"email": "dora@home.example"}])
    everybody = [CUSTOMER["email"], "dora@home.example"]
    assert mails(admin) == [("received request", everybody)]
    path = f"/sandbox/tickets/{ticket}"
    admin.post(f"{path}/agent", {"agent": AGENT, "text": "A note", "public": False})
    admin.post(f"{path}/messages", {"text": "More of the customer's"})
    admin.post(f"{path}/tags", {"add": ["vip"], "agent": AGENT})
    assert len(mails(admin)) == 1
    admin.post(f"{path}/agent", {"agent": AGENT, "text": "A reply", "public": True})
    assert mails(admin)[1:] == [("comment update", everybody)]


def test_a_condition_on_tags_holds_a_mail_for_good(admin: Caller) -> None:
    found = {
        one["title"].rpartition(" of ")[2]: one for one in admin.get(API + "triggers")["triggers"]
    }
    update = found["comment update"]
    closed = {"field": "current_tags", "operator": "not_includes", "value": "held other"}
    conditions = {**update["conditions"], "all": [*update["conditions"]["all"], closed]}
    admin.put(f"{API}triggers/{update['id']}", {"trigger": {"conditions": conditions}})
    ticket = admin.open_ticket(tags=["held"])
    path = f"/sandbox/tickets/{ticket}"
    admin.post(f"{path}/agent", {"agent": AGENT, "text": "Held", "public": True})
    admin.post(f"{path}/tags", {"remove": ["held"], "agent": AGENT})
    assert len(mails(admin)) == 1
    admin.post(f"{path}/agent", {"agent": AGENT, "text": "Out", "public": True})
    assert len(mails(admin)) == 2
