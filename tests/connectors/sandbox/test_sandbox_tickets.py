from typing import Any

import pytest

from .support import ADMIN_ID, AGENT, AGENT_ID, CUSTOMER, CUSTOMER_ID, Caller

NOTE = {"html_body": "<p>A draft</p>", "public": False}


def _path(ticket_id: int) -> str:
    return f"/api/v2/tickets/{ticket_id}.json"


def _audits(admin: Caller, ticket_id: int) -> list[dict[str, Any]]:
    audits: list[dict[str, Any]] = admin.get(f"/api/v2/tickets/{ticket_id}/audits.json")["audits"]
    return audits


def test_a_ticket_has_zendesks_shape(admin: Caller) -> None:
    ticket_id = admin.open_ticket(tags=["Parcel", "vip"])
    ticket = admin.get(_path(ticket_id))["ticket"]
    assert ticket["id"] == ticket_id == 1
    assert ticket["url"].endswith("/api/v2/tickets/1.json")
    assert (ticket["status"], ticket["priority"], ticket["type"]) == ("new", None, None)
    assert ticket["tags"] == ["parcel", "vip"]
    assert ticket["requester_id"] == ticket["submitter_id"] == CUSTOMER_ID
    assert ticket["via"]["channel"] == "email"
    assert ticket["description"] == "Where is my parcel?"
    assert ticket["updated_at"].endswith("Z")
    assert len(ticket["updated_at"]) == len("2026-06-09T08:36:43Z")


def test_every_address_answers_with_and_without_json(admin: Caller) -> None:
    admin.open_ticket()
    for path in (
        "tickets",
        "tickets/1",
        "tickets/1/comments",
        "tickets/1/audits",
        "tickets/1/tags",
    ):
        assert admin.get(f"/api/v2/{path}") == admin.get(f"/api/v2/{path}.json")


def test_one_put_is_one_update_with_one_audit_that_keeps_the_metadata(admin: Caller) -> None:
    ticket_id = admin.open_ticket(tags=["vip"])
    assert len(_audits(admin, ticket_id)) == 1
    answer = admin.put(
        _path(ticket_id),
        {
            "ticket": {
                "comment": NOTE,
                "tags": ["bookbag_draft"],
                "status": "open",
                "metadata": {"bookbag_effect": "E1"},
            }
        },
    )
    assert answer["ticket"]["tags"] == ["bookbag_draft"]
    assert answer["ticket"]["status"] == "open"
    audits = _audits(admin, ticket_id)
    assert len(audits) == 2
    audit = audits[-1]
    assert audit == answer["audit"]
    assert audit["author_id"] == ADMIN_ID
    assert audit["via"]["channel"] == "api"
    assert audit["metadata"]["custom"] == {"bookbag_effect": "E1"}
    comment, *changes = audit["events"]
    assert comment == {
        "id": comment["id"],
        "type": "Comment",
        "public": False,
        "author_id": ADMIN_ID,
        "body": "A draft",
        "html_body": '<div class="zd-comment" dir="auto"><p dir="auto">A draft</p></div>',
    }
    assert [(c["type"], c["field_name"], c["previous_value"], c["value"]) for c in changes] == [
        ("Change", "status", "new", "open"),
        ("Change", "tags", ["vip"], ["bookbag_draft"]),
    ]


def test_the_comment_id_in_the_audit_is_the_comments_id(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    audit = admin.put(_path(ticket_id), {"ticket": {"comment": NOTE}})["audit"]
    comments = admin.get(f"/api/v2/tickets/{ticket_id}/comments.json")["comments"]
    assert comments[-1]["id"] == audit["events"][0]["id"]
    assert comments[-1]["audit_id"] == audit["id"]


def test_the_first_audit_has_the_comment_and_what_was_created(admin: Caller) -> None:
    (audit,) = _audits(admin, admin.open_ticket(tags=["vip"]))
    assert [event["type"] for event in audit["events"]] == ["Comment", *["Create"] * 4]
    created = {e["field_name"]: e["value"] for e in audit["events"] if e["type"] == "Create"}
    assert created == {
        "requester_id": CUSTOMER_ID,
        "subject": "Parcel",
        "status": "new",
        "tags": ["vip"],
    }


def test_a_comment_without_public_takes_the_tickets_default(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    audit = admin.put(_path(ticket_id), {"ticket": {"comment": {"body": "Hello"}}})["audit"]
    assert audit["events"][0]["public"] is True


def test_a_comment_can_name_another_author_and_the_audit_still_names_the_caller(
    admin: Caller,
) -> None:
    ticket_id = admin.open_ticket()
    comment = {"body": "Hello", "public": True, "author_id": AGENT_ID}
    audit = admin.put(_path(ticket_id), {"ticket": {"comment": comment}})["audit"]
    assert audit["author_id"] == ADMIN_ID
    assert audit["events"][0]["author_id"] == AGENT_ID


def test_additional_tags_are_ignored_and_named_in_a_header(admin: Caller) -> None:
    ticket_id = admin.open_ticket(tags=["vip"])
    body = {"ticket": {"id": 1, "additional_tags": ["more"], "remove_tags": ["vip"]}}
    answer = admin("PUT", _path(ticket_id), body)
    assert answer.status_code == 200
    assert answer.json()["ticket"]["tags"] == ["vip"]
    warning = answer.headers["x-zendesk-api-warn"]
    assert '["additional_tags", "id", "remove_tags"]' in warning
    quiet = admin("PUT", _path(ticket_id), {"ticket": {"tags": ["vip"]}})
    assert "x-zendesk-api-warn" not in quiet.headers


def test_a_safe_update_passes_with_the_stamp_and_is_409_without(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    stamp = admin.get(_path(ticket_id))["ticket"]["updated_at"]
    old = {"status": "open", "safe_update": True, "updated_stamp": "2020-01-01T00:00:00Z"}
    refused = admin("PUT", _path(ticket_id), {"ticket": old})
    assert refused.status_code == 409
    assert refused.json()["error"] == "UpdateConflict"
    assert admin.get(_path(ticket_id))["ticket"]["status"] == "new"
    assert len(_audits(admin, ticket_id)) == 1
    admin.put(_path(ticket_id), {"ticket": {**old, "updated_stamp": stamp}})
    assert admin.get(_path(ticket_id))["ticket"]["status"] == "open"


@pytest.mark.parametrize(
    ("ticket", "field"),
    [
        ({"safe_update": "true", "updated_stamp": "x"}, "safe_update"),
        ({"safe_update": True}, "updated_stamp"),
        ({"tags": ["two words"]}, "tags"),
        ({"tags": "vip"}, "tags"),
        ({"status": "OPEN"}, "status"),
        ({"priority": "highest"}, "priority"),
        ({"metadata": []}, "metadata"),
        ({"comment": {"body": " ", "public": False}}, "comment"),
        ({"comment": {"body": "x", "public": "false"}}, "public"),
        ({"comment": {"body": "x", "author_id": 7}}, "author_id"),
        ({"comment": {"body": "x", "author_id": True}}, "author_id"),
        ({"assignee_id": CUSTOMER_ID}, "assignee_id"),
        ({"subject": 7}, "subject"),
    ],
)
def test_a_wrong_field_is_422_and_changes_nothing(
    admin: Caller, ticket: dict[str, object], field: str
) -> None:
    before = admin.get(_path(admin.open_ticket()))
    refused = admin("PUT", _path(1), {"ticket": ticket})
    assert refused.status_code == 422
    assert refused.json()["error"] == "RecordInvalid"
    assert list(refused.json()["details"]) == [field]
    assert admin.get(_path(1)) == before


def test_what_is_not_json_is_400_and_what_is_not_there_404(admin: Caller) -> None:
    admin.open_ticket()
    assert admin("PUT", _path(1), ["no", "object"]).status_code == 400
    assert admin("PUT", _path(1)).status_code == 400
    assert admin("PUT", _path(1), {"tickets": {}}).status_code == 422
    missing = admin("PUT", _path(99), {"ticket": {}})
    assert missing.status_code == 404
    assert missing.json() == {"error": "RecordNotFound", "description": "Not found"}
    assert admin("GET", "/api/v2/nothing").status_code == 404
    assert admin("GET", "/api/v2/nothing").json()["error"] == "NotFound"


def test_a_closed_ticket_takes_no_update(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    admin.put(f"/sandbox/tickets/{ticket_id}/status", {"status": "closed"})
    assert admin("PUT", _path(ticket_id), {"ticket": {"comment": NOTE}}).status_code == 422
    again = admin("POST", f"/sandbox/tickets/{ticket_id}/messages", {"text": "Hello?"})
    assert again.status_code == 422


def test_a_ticket_is_created_for_its_requester(admin: Caller) -> None:
    body = {
        "subject": "Phone call",
        "comment": {"body": "She called.", "public": False},
        "requester": CUSTOMER,
        "tags": ["phone"],
        "metadata": {"source": "phone"},
    }
    made = admin("POST", "/api/v2/tickets.json", {"ticket": body})
    assert made.status_code == 201
    ticket, audit = made.json()["ticket"], made.json()["audit"]
    assert (ticket["requester_id"], ticket["submitter_id"]) == (CUSTOMER_ID, ADMIN_ID)
    assert ticket["is_public"] is False
    assert audit["metadata"]["custom"] == {"source": "phone"}
    answer = admin.put(_path(ticket["id"]), {"ticket": {"comment": {"body": "Still private"}}})
    assert answer["audit"]["events"][0]["public"] is False
    assert admin("POST", "/api/v2/tickets", {"ticket": {"subject": "x"}}).status_code == 422


def test_a_public_comment_can_be_made_private(admin: Caller) -> None:
    ticket_id = admin.open_ticket()
    body = {"agent": AGENT, "text": "Oops", "public": True}
    comment_id = admin.post(f"/sandbox/tickets/{ticket_id}/agent", body)["comment_id"]
    path = f"/api/v2/tickets/{ticket_id}/comments/{comment_id}/make_private"
    done = admin("PUT", path)
    assert (done.status_code, done.content) == (200, b"")
    comments = admin.get(f"/api/v2/tickets/{ticket_id}/comments")["comments"]
    assert [comment["public"] for comment in comments] == [True, False]
    assert admin("PUT", path.replace(str(comment_id), "7")).status_code == 404
