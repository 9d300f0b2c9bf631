import json

import pytest

from .support import AGENT, AGENT_ID, CUSTOMER_ID, Caller, Receiver, hook

ANN = {"name": "Ann", "email": "ann@home.example"}
BEGIN = "/sandbox/conversations"
LOG = "/api/v2/tickets/1/conversation_log"


@pytest.fixture
def conversation(admin: Caller) -> str:
    return str(admin.post(BEGIN, {"text": "where is it", "from": ANN})["message_id"])


def test_the_comments_hold_a_private_stub_only(admin: Caller, conversation: str) -> None:
    ticket = admin.get("/api/v2/tickets/1")["ticket"]
    assert ticket["from_messaging_channel"] is True
    assert ticket["via"]["channel"] == "native_messaging"
    (stub,) = admin.get("/api/v2/tickets/1/comments")["comments"]
    assert (stub["public"], stub["plain_body"]) == (False, "Conversation with Ann")
    assert conversation not in str(stub)


def test_the_log_holds_both_in_order(admin: Caller, conversation: str) -> None:
    admin.post(f"{BEGIN}/1", {"text": "Hey!", "as": "bot"})
    admin.post("/sandbox/tickets/1/agent", {"agent": AGENT, "text": "a note", "public": False})
    admin.post(f"{BEGIN}/1", {"text": "On its way.", "as": "agent", "agent": AGENT})
    events = admin.get(LOG)["events"]
    assert [(one["type"], one["author"]["type"]) for one in events] == [
        ("Comment", "user"),
        ("Messaging::ConversationMessage", "user"),
        ("Messaging::ConversationMessage", "bot"),
        ("Comment", "agent"),
        ("Messaging::ConversationMessage", "agent"),
    ]
    assert events[1]["reference"] == f"zen:sunco:conversation_message:{conversation}"
    assert events[1]["author"]["zen:support:user_id"] == CUSTOMER_ID
    assert events[2]["author"]["zen:support:user_id"] == -1
    assert events[4]["author"]["zen:support:user_id"] == AGENT_ID
    assert events[4]["content"] == {"text": "On its way.", "type": "text"}
    first = admin.get(f"{LOG}?page[size]=2")
    assert first["meta"]["has_more"] is True
    rest = admin.get(f"{LOG}?page[size]=100&page[after]={first['meta']['after_cursor']}")
    assert [one["id"] for one in [*first["events"], *rest["events"]]] == [
        one["id"] for one in events
    ]


def test_each_message_is_told(admin: Caller, receiver: Receiver, hook_url: str) -> None:
    wanted = hook(hook_url)
    wanted["webhook"]["subscriptions"] = ["zen:event-type:messaging_ticket.message_added"]
    admin.post("/api/v2/webhooks", wanted)
    begun = admin.post(BEGIN, {"text": "where is it", "from": ANN})
    told = json.loads(receiver.next().body)
    assert told["subject"] == "zen:ticket:1"
    assert told["detail"] == {"id": "1"}
    assert told["event"]["actor"] == {"id": str(CUSTOMER_ID), "name": "Ann", "type": "end_user"}
    assert told["event"]["message"] == {"body": "where is it", "id": begun["message_id"]}
    assert len(told["time"].partition(".")[2]) == len("123456789Z")


@pytest.mark.parametrize(
    ("body", "code"),
    [({"text": " "}, 422), ({"text": "a", "as": "ghost"}, 422), ({"text": "a", "as": "agent",
      "agent": ANN["email"]}, 422)],
)  # fmt: skip
@pytest.mark.usefixtures("conversation")
def test_what_nobody_can_say(admin: Caller, body: dict[str, str], code: int) -> None:
    assert admin("POST", f"{BEGIN}/1", body).status_code == code


def test_a_ticket_that_is_no_conversation_is_told_nothing(admin: Caller) -> None:
    admin.open_ticket()
    assert admin("POST", f"{BEGIN}/1", {"text": "a"}).status_code == 422
    assert admin("GET", "/api/v2/tickets/9/conversation_log").status_code == 404
