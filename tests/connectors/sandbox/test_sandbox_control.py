import pytest

from .support import ADMIN, AGENT, AGENT_ID, CUSTOMER, Caller

MINE = "/sandbox/tickets/1"


def test_the_log_tells_what_really_happened(anyone: Caller, admin: Caller) -> None:
    admin.open_ticket()
    put = {"comment": {"body": "Reply", "public": True}, "metadata": {"effect": "E1"}}
    admin.put("/api/v2/tickets/1.json", {"ticket": put})
    admin.put("/api/v2/tickets/1", {"ticket": {"comment": {"body": "Note", "public": False}}})
    admin.put("/api/v2/tickets/1/tags.json", {"tags": ["a"]})
    assert admin("PUT", "/api/v2/tickets/1", {"ticket": {"tags": ["!"]}}).status_code == 422
    log = anyone.get("/sandbox/log")
    assert [(c["role"], c["channel"], c["body"]) for c in log["public_comments"]] == [
        ("end-user", "email", "Where is my parcel?"),
        ("admin", "api", "Reply"),
    ]
    assert log["public_comments"][1]["metadata"] == {"effect": "E1"}
    assert [note["body"] for note in log["notes"]] == ["Note"]
    assert log["writes"] == {
        "PUT /api/v2/tickets/<ticket_id>": 2,
        "PUT /api/v2/tickets/<ticket_id>/tags": 1,
    }
    assert log["write_count"] == 3


def test_a_comment_made_private_stays_in_the_log(admin: Caller) -> None:
    admin.open_ticket()
    comment = admin.get("/api/v2/tickets/1/comments")["comments"][0]["id"]
    admin("PUT", f"/api/v2/tickets/1/comments/{comment}/make_private")
    assert len(admin.get("/sandbox/log")["public_comments"]) == 1


@pytest.mark.parametrize("channel", [None, "mobile", "api", "email"])
def test_an_agent_writes_through_a_channel(admin: Caller, channel: str | None) -> None:
    admin.open_ticket()
    body = {"agent": AGENT, "text": "/approve", "public": False, "channel": channel}
    comment_id = admin.post(f"{MINE}/agent", body)["comment_id"]
    audit = admin.get("/api/v2/tickets/1/audits.json")["audits"][-1]
    assert audit["via"]["channel"] == (channel or "web")
    assert audit["author_id"] == audit["events"][0]["author_id"] == AGENT_ID
    assert (audit["events"][0]["id"], audit["events"][0]["public"]) == (comment_id, False)


def test_an_agent_can_reply_and_set_the_status_in_one_update(admin: Caller) -> None:
    admin.open_ticket()
    body = {"agent": AGENT, "html": "<p>Done</p>", "public": True, "status": "solved"}
    admin.post(f"{MINE}/agent", body)
    audits = admin.get("/api/v2/tickets/1/audits.json")["audits"]
    assert [event["type"] for event in audits[1]["events"]] == ["Comment", "Change"]


def test_another_customer_can_write_on_a_ticket(admin: Caller) -> None:
    admin.open_ticket()
    other = {"name": "Dora", "email": "dora@home.example"}
    admin.post(f"{MINE}/messages", {"text": "Me too", "from": other, "channel": "web"})
    users = admin.get("/api/v2/tickets/1/comments?include=users")["users"]
    assert [user["name"] for user in users] == ["Cleo", "Dora"]


def test_one_address_is_one_customer(admin: Caller) -> None:
    admin.open_ticket()
    admin.open_ticket(sender={"email": CUSTOMER["email"].upper()})
    requesters = {each["requester_id"] for each in admin.get("/api/v2/tickets")["tickets"]}
    assert len(requesters) == 1


def test_tags_and_status_by_an_agent(admin: Caller) -> None:
    admin.open_ticket(tags=["a", "b"])
    answer = admin.post(f"{MINE}/tags", {"agent": AGENT, "add": ["c"], "remove": ["a"]})
    assert answer == {"ticket_id": 1, "tags": ["b", "c"]}
    assert admin.put(f"{MINE}/status", {"status": "pending"})["status"] == "pending"
    audits = admin.get("/api/v2/tickets/1/audits.json")["audits"]
    assert [audit["via"]["channel"] for audit in audits] == ["email", "web", "web"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sandbox/tickets", {"text": "x", "from": CUSTOMER}),
        ("POST", "/sandbox/tickets", {"subject": "x", "from": CUSTOMER}),
        ("POST", "/sandbox/tickets", {"subject": "x", "text": "x"}),
        ("POST", "/sandbox/tickets", {"subject": "x", "text": "x", "from": {"email": ADMIN}}),
        ("POST", f"{MINE}/messages", {}),
        ("POST", f"{MINE}/agent", {"agent": AGENT, "text": "x"}),
        ("POST", f"{MINE}/agent", {"agent": CUSTOMER["email"], "text": "x", "public": True}),
        ("PUT", f"{MINE}/status", {}),
        ("POST", f"{MINE}/tags", {"add": ["two words"]}),
    ],
)
def test_wrong_input_is_422(admin: Caller, method: str, path: str, body: object) -> None:
    admin.open_ticket()
    assert admin(method, path, body).status_code == 422
    assert len(admin.get("/api/v2/tickets")["tickets"]) == 1


def test_an_unknown_ticket_is_404(anyone: Caller) -> None:
    assert anyone("POST", f"{MINE}/messages", {"text": "x"}).status_code == 404
