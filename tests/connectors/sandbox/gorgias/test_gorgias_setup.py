"""Views and their tickets, macros, rules, widgets, and what widgets show beside a ticket."""

from typing import Any

import pytest
from flask import Flask

from connectors.sandbox.server import SandboxServer

from .support import Caller, refused
from .test_gorgias_integrations import integration

VIEW = {"name": "Needs approval", "filters": "eq(ticket.status, 'open')"}
MACRO = {
    "name": "Approve",
    "actions": [{"name": "addTags", "title": "Tag", "arguments": {"tags": "approved"}}],
}
RULE = {"name": "Route", "code": "if (true) {}", "event_types": "ticket-created,ticket-updated"}
WIDGET = {"type": "http", "template": {"type": "wrapper", "widgets": []}}
THINGS = [("views", VIEW), ("macros", MACRO), ("rules", RULE), ("widgets", WIDGET)]


@pytest.mark.parametrize(("area", "given"), THINGS)
def test_each_is_made_listed_changed_and_deleted(
    admin: Caller, area: str, given: dict[str, Any]
) -> None:
    made = admin("POST", f"/api/{area}", given)
    assert made.status_code == 201
    thing = made.json()
    assert given.items() <= thing.items()
    path = f"/api/{area}/{thing['id']}"
    assert admin.get(path) == thing
    assert thing in admin.get(f"/api/{area}")["data"]
    refused(admin("POST", f"/api/{area}", {**given, "colour": "red"}))
    refused(admin("PUT", path, {"colour": "red"}))
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("area", "wrong", "field"),
    [
        ("views", {**VIEW, "filters": "ticket.status == 'open'"}, "filters"),
        ("views", {**VIEW, "filters": "eq(ticket.status, open)"}, "filters"),
        ("views", {**VIEW, "filters": "containsAny(ticket.tags.name, 5)"}, "filters"),
        ("views", {**VIEW, "visibility": "secret"}, "visibility"),
        ("macros", {"actions": []}, "name"),
        ("rules", {"name": "Route"}, "code"),
        ("rules", {**RULE, "event_types": "ticket-created,ticket-eaten"}, "event_types"),
        ("widgets", {"type": "http"}, "template"),
        ("widgets", {**WIDGET, "type": "iframe"}, "type"),
        ("widgets", {**WIDGET, "template": {"widgets": []}}, "template"),
        ("widgets", {**WIDGET, "template": {"type": "wrapper", "widgets": ["card"]}}, "template"),
        ("widgets", {**WIDGET, "template": {"type": "list", "meta": {"limit": "x"}}}, "template"),
    ],
)
def test_what_is_wrong_is_a_400(
    admin: Caller, area: str, wrong: dict[str, Any], field: str
) -> None:
    before = admin.get(f"/api/{area}")
    assert list(refused(admin("POST", f"/api/{area}", wrong))["data"]) == [field]
    assert admin.get(f"/api/{area}") == before


def test_a_put_is_partial_but_for_widgets(admin: Caller) -> None:
    macro = admin.post("/api/macros", MACRO)
    assert admin.put(f"/api/macros/{macro['id']}", {"language": "en"})["actions"]
    widget = admin.post("/api/widgets", {**WIDGET, "order": 3})
    path = f"/api/widgets/{widget['id']}"
    assert admin.put(path, WIDGET)["order"] == 0
    refused(admin("PUT", path, {"order": 3}))


def test_rules_are_given_another_order(admin: Caller) -> None:
    rule = admin.post("/api/rules", RULE)
    admin.post("/api/rules/priorities", {"priorities": [{"id": rule["id"], "priority": 7}]})
    assert admin.get(f"/api/rules/{rule['id']}")["priority"] == 7


def test_widgets_and_integrations_need_an_admin(agent: Caller) -> None:
    refused(agent("POST", "/api/widgets", WIDGET), 403)
    assert agent("POST", "/api/macros", MACRO).status_code == 201


def test_a_view_holds_the_tickets_that_fit(admin: Caller) -> None:
    ids = [admin.opened(tags=["for_approval"]) for _ in range(3)]
    other, closed = admin.opened(), admin.opened(tags=["for_approval"])
    admin.put(f"/api/tickets/{closed}", {"status": "closed"})
    written = "eq(ticket.status, 'open') && containsAny(ticket.tags.name, ['for_approval'])"
    view = admin.post("/api/views", {**VIEW, "filters": written})
    path = f"/api/views/{view['id']}/items"
    page = admin.get(path, limit=2)
    assert [one["id"] for one in page["data"]] == [ids[2], ids[1]]
    rest = admin.get(page["meta"]["next_items"])
    assert ([one["id"] for one in rest["data"]], rest["meta"]["next_items"]) == ([ids[0]], None)
    assert other not in {one["id"] for one in rest["data"]}
    listed = admin.get("/api/tickets", view_id=view["id"])["data"]
    assert [one["id"] for one in listed] == ids[::-1]
    admin.put(f"/api/views/{view['id']}", {"filters": f"eq(ticket.id, '{other}')"})
    assert [one["id"] for one in admin.get(path)["data"]] == [other]


def test_widgets_show_what_their_integration_answered_last(admin: Caller) -> None:
    answers: list[dict[str, Any]] = [
        {
            "status": "Held",
            "reasons": [{"text": "over 50.00"}, {"text": "complaint"}],
            "review_url": "https://bookbag.example/review/1",
            "bad_url": "javascript:alert(1)",
        },
        {"status": "Signed", "reasons": [], "review_url": "https://bookbag.example/review/1"},
    ]
    endpoint = Flask("endpoint")
    endpoint.post("/widget")(lambda: answers.pop(0))
    card = {
        "type": "card",
        "path": "",
        "title": "Bookbag",
        "meta": {
            "custom": {
                "links": [
                    {"url": "{{review_url}}", "label": "Review #{{ticket.id}}"},
                    {"url": "{{bad_url}}", "label": "Bad"},
                ],
                "buttons": [{"label": "Again", "action": {"url": "https://x.example"}}],
            }
        },
        "widgets": [
            {"type": "text", "path": "status", "title": "Status"},
            {
                "type": "list",
                "path": "reasons",
                "meta": {"limit": "1"},
                "widgets": [{"type": "text", "path": "text", "title": "Because"}],
            },
            {"type": "text", "path": "never.there", "title": "Nothing"},
        ],
    }
    with SandboxServer(endpoint) as serving:
        trigger = integration(f"{serving.url}/widget", "ticket-message-created")
        made = admin.post("/api/integrations", trigger)["id"]
        template = {"type": "wrapper", "widgets": [card]}
        widget = {"type": "http", "integration_id": made, "template": template}
        number = admin.post("/api/widgets", widget)["id"]
        ticket_id = admin.opened()
        admin.settle()
        (shown,) = admin.get(f"/sandbox/tickets/{ticket_id}/sidebar")["cards"]
        assert shown["title"] == "Bookbag"
        assert shown["fields"] == [
            {"title": "Status", "value": "Held"},
            {"title": "Because", "value": "over 50.00"},
            {"title": "Nothing", "value": "-"},
        ]
        review = f"Review #{ticket_id}"
        assert shown["links"] == [{"label": review, "url": "https://bookbag.example/review/1"}]
        assert shown["buttons"] == ["Again"]
        admin.post(f"/sandbox/tickets/{ticket_id}/messages", {"text": "Hello?"})
        admin.settle()
        (shown,) = admin.get(f"/sandbox/tickets/{ticket_id}/sidebar")["cards"]
        assert shown["fields"][0]["value"] == "Signed"
        admin("DELETE", f"/api/integrations/{made}")
        admin("DELETE", f"/api/widgets/{number}")
    assert admin.get(f"/sandbox/tickets/{admin.opened()}/sidebar") == {"cards": []}
