import json
from dataclasses import replace

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, create_app

from .support import ADMIN, ADMIN_TOKEN, AGENT, AGENT_ID, CUSTOMER_ID, Caller, Receiver, hook

OTHER = {"name": "Dora", "email": "dora@home.example"}
MERGE = "/sandbox/tickets/1/merge"
BODY = {"into": 2, "agent": AGENT}


@pytest.fixture(autouse=True)
def _two_tickets(admin: Caller) -> None:
    admin.open_ticket(tags=["vip"])
    admin.open_ticket(text="Me as well", sender=OTHER)


def test_the_source_is_closed_with_the_tag(admin: Caller) -> None:
    admin.post("/sandbox/tickets/1/messages", {"text": "Hello?"})
    receipt = admin.post(MERGE, BODY)
    source = admin.get("/api/v2/tickets/1")["ticket"]
    assert (source["status"], source["tags"]) == ("closed", ["closed_by_merge", "vip"])
    note = admin.get("/api/v2/tickets/1/comments")["comments"][-1]
    assert note["id"] == receipt["merged"]["comment_id"]
    assert note["plain_body"] == 'This request was closed and merged into request #2 "Parcel".'
    assert (note["public"], note["author_id"]) == (False, AGENT_ID)
    assert note["via"]["source"]["rel"] == "merge"


def test_the_target_is_told_with_the_last_words(admin: Caller) -> None:
    admin.post("/sandbox/tickets/1/messages", {"text": "Hello?"})
    admin.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "secret", "public": False})
    receipt = admin.post(MERGE, BODY)
    target = admin.get("/api/v2/tickets/2")["ticket"]
    assert (target["status"], target["tags"]) == ("new", [])
    assert target["email_cc_ids"] == [CUSTOMER_ID]
    note = admin.get("/api/v2/tickets/2/comments")["comments"][-1]
    assert note["id"] == receipt["into"]["comment_id"]
    assert note["plain_body"] == (
        'Request #1 "Parcel" was closed and merged into this request. '
        "Last comment in request #1:\n\nHello?"
    )
    assert (note["public"], note["author_id"]) == (False, AGENT_ID)


def test_one_customers_tickets_need_no_copy(admin: Caller) -> None:
    admin.open_ticket()
    admin.post(MERGE, {"into": 3})
    assert admin.get("/api/v2/tickets/3")["ticket"]["email_cc_ids"] == []


def test_the_events_of_both(admin: Caller, receiver: Receiver, hook_url: str) -> None:
    names = ("comment_added", "status_changed", "tags_changed", "merged")
    admin.post("/api/v2/webhooks", hook(hook_url, *names))
    admin.post(MERGE, BODY)
    got = [json.loads(receiver.next().body) for _ in range(5)]
    admin.settle()
    assert receiver.got.empty()
    assert [(one["type"].rpartition(".")[2], one["detail"]["id"]) for one in got] == [
        ("comment_added", "2"),
        ("comment_added", "1"),
        ("status_changed", "1"),
        ("tags_changed", "1"),
        ("merged", "1"),
    ]
    assert got[2]["event"]["current"] == "CLOSED"
    assert got[3]["event"]["tags_added"] == ["closed_by_merge"]
    assert got[4]["event"]["target_ticket_id"] == "2"


def test_a_closed_ticket_takes_nothing_more(admin: Caller) -> None:
    admin.post(MERGE, BODY)
    assert admin("POST", MERGE, BODY).status_code == 422
    assert admin("POST", "/sandbox/tickets/2/merge", {"into": 1}).status_code == 422
    assert admin("POST", "/sandbox/tickets/1/messages", {"text": "x"}).status_code == 422
    assert len(admin.get("/sandbox/log")["notes"]) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 422),
        ({"into": 1}, 422),
        ({"into": 9}, 404),
        ({"into": 2, "agent": OTHER["email"]}, 422),
    ],
)
def test_a_wrong_merge_changes_nothing(admin: Caller, body: dict[str, object], code: int) -> None:
    assert admin("POST", MERGE, body).status_code == code
    assert admin.get("/sandbox/log")["notes"] == []
    assert admin.get("/api/v2/tickets/1")["ticket"]["status"] == "new"


def test_a_ticket_that_cannot_be_told_keeps_the_other_open(config: SandboxConfig) -> None:
    with SandboxServer(create_app(replace(config, comment_limit=1))) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.open_ticket()
        admin.open_ticket()
        assert admin("POST", MERGE, BODY).status_code == 422
        log = admin.get("/sandbox/log")
        assert log["notes"] == []
        assert admin.get("/api/v2/tickets/1")["ticket"]["status"] == "new"
