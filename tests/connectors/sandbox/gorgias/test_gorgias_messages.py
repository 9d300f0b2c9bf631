"""Notes, replies that leave, replies that are only imported, and what is refused."""

from typing import Any

import pytest

from .support import ADMIN, AGENT, CUSTOMER, NOTE, REPLY, Caller, refused


def of(ticket_id: int) -> str:
    return f"/api/tickets/{ticket_id}/messages"


def test_a_note_stays_inside(admin: Caller) -> None:
    ticket_id = admin.opened()
    made = admin("POST", of(ticket_id), {**NOTE, "public": True})
    assert made.status_code == 201
    note = made.json()
    assert (note["public"], note["channel"], note["stripped_text"]) == (
        False,
        "internal-note",
        None,
    )
    assert note["sender"]["email"] == ADMIN
    assert admin.get(f"{of(ticket_id)}/{note['id']}") == note
    admin.settle()
    assert admin.log("mailed", ticket_id) == []
    assert len(admin.log("notes", ticket_id)) == 1
    assert admin.messages(ticket_id)[-1]["sent_datetime"] is None


def test_a_public_message_goes_to_the_customer(admin: Caller) -> None:
    ticket_id = admin.opened()
    admin.post("/sandbox/sending/hold", {})
    reply = admin.post(of(ticket_id), REPLY)
    assert (reply["public"], reply["sent_datetime"]) == (True, None)
    assert admin.log("mailed", ticket_id) == []
    admin.post("/sandbox/sending/release", {})
    admin.settle()
    (mailed,) = admin.log("mailed", ticket_id)
    assert (mailed["to"], mailed["body"]) == ([CUSTOMER["email"]], REPLY["body_text"])
    assert admin.get(f"{of(ticket_id)}/{reply['id']}")["sent_datetime"] is not None


def test_with_sent_datetime_it_is_only_imported(admin: Caller) -> None:
    ticket_id = admin.opened()
    moment = "2026-02-14T21:49:40.308988+00:00"
    reply = admin.post(of(ticket_id), {**REPLY, "sent_datetime": moment})
    assert reply["sent_datetime"] == moment
    admin.settle()
    assert admin.log("mailed", ticket_id) == []
    assert len(admin.log("public_messages", ticket_id)) == 2


def test_public_false_on_a_public_channel_does_not_hold_it_back(admin: Caller) -> None:
    ticket_id = admin.opened()
    admin.post(of(ticket_id), {**REPLY, "public": False})
    admin.settle()
    assert len(admin.log("mailed", ticket_id)) == 1


def test_what_cannot_be_sent_fails_and_can_be_retried(admin: Caller) -> None:
    ticket_id = admin.opened()
    admin.post("/sandbox/sending/faults", {"error": "Mailbox full", "messages": 1})
    reply = admin.post(of(ticket_id), REPLY)
    admin.settle()
    failed = admin.get(f"{of(ticket_id)}/{reply['id']}")
    assert (failed["sent_datetime"], failed["last_sending_error"]) == (
        None,
        {"error": "Mailbox full"},
    )
    assert failed["failed_datetime"] is not None
    events = admin.get("/api/events", object_type="Ticket", object_id=ticket_id)["data"]
    assert "ticket-message-failed" in {one["type"] for one in events}
    same = {name: REPLY[name] for name in ("channel", "via", "from_agent")}
    admin.put(f"{of(ticket_id)}/{reply['id']}?action=retry", same)
    admin.settle()
    sent = admin.get(f"{of(ticket_id)}/{reply['id']}")
    assert (sent["failed_datetime"], sent["last_sending_error"]) == (None, None)
    assert sent["sent_datetime"] is not None
    assert len(admin.log("mailed", ticket_id)) == 1


@pytest.mark.parametrize("source", ["conversation", "other", None])
def test_a_chat_is_answered_at_its_conversation(admin: Caller, source: str | None) -> None:
    ticket_id = admin.opened(channel="chat", sender={"email": "chat@home.example"})
    right = admin.get(f"/api/tickets/{ticket_id}")["meta"]["chat"]["conversation_id"]
    address = right if source == "conversation" else source
    told = {} if address is None else {"source": {"type": "chat", "to": [{"address": address}]}}
    chat: dict[str, Any] = {**REPLY, "channel": "chat", **told}
    del chat["receiver"]
    admin.post(of(ticket_id), chat)
    admin.settle()
    last = admin.messages(ticket_id)[-1]
    if source == "conversation":
        assert last["sent_datetime"] is not None
    else:
        assert last["last_sending_error"] == {"error": "Last message not delivered"}


def test_what_others_keep_in_a_tickets_meta_stops_no_chat(admin: Caller) -> None:
    sender = {"email": "chatty@home.example"}
    ticket_id = admin.opened(channel="chat", sender=sender)
    channels = admin.get(f"/api/tickets/{ticket_id}")["customer"]["channels"]
    (address,) = (one["address"] for one in channels if one["type"] == "chat")
    admin.put(f"/api/tickets/{ticket_id}", {"meta": {"chat": 5}})
    chat = {**REPLY, "channel": "chat", "source": {"type": "chat", "to": [{"address": address}]}}
    del chat["receiver"]
    admin.post(of(ticket_id), chat)
    admin.settle()
    assert [one["to"] for one in admin.log("mailed", ticket_id)] == [[address]]


@pytest.mark.parametrize("missing", ["channel", "via", "from_agent", "sender"])
def test_what_is_required_is_told(admin: Caller, missing: str) -> None:
    ticket_id = admin.opened()
    short = {name: value for name, value in NOTE.items() if name != missing}
    error = refused(admin("POST", of(ticket_id), short))
    assert error["msg"] == "Failed to create ticket message"
    assert error["data"] == {missing: ["Missing data for required field."]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"body": "text"}, "body"),
        ({"channel": "carrier-pigeon"}, "channel"),
        ({"via": "carrier-pigeon"}, "via"),
        ({"from_agent": "true"}, "from_agent"),
        ({"sender": {"email": "nobody@shop.example"}}, "sender"),
        ({"sender": {"email": ADMIN, "role": "admin"}}, "sender"),
        ({"sent_datetime": "yesterday"}, "sent_datetime"),
        ({**REPLY, "receiver": None}, "receiver"),
        ({**REPLY, "mention_ids": [510001]}, "mention_ids"),
    ],
)
def test_what_is_wrong_or_not_known_is_a_400(
    admin: Caller, wrong: dict[str, Any], field: str
) -> None:
    ticket_id = admin.opened()
    before = len(admin.messages(ticket_id))
    error = refused(admin("POST", of(ticket_id), {**NOTE, **wrong}))
    assert list(error["data"]) == [field]
    assert len(admin.messages(ticket_id)) == before


def test_not_known_query_parameters_and_bodies_that_are_no_object(admin: Caller) -> None:
    ticket_id = admin.opened()
    assert refused(admin("GET", f"/api/messages?ticket={ticket_id}"))["data"] == {
        "ticket": ["Unknown field."]
    }
    refused(admin("POST", of(ticket_id), [NOTE]))
    assert refused(admin("POST", "/api/tickets/1/messages", NOTE), 404) == {
        "msg": "Resource not found."
    }


def test_another_field_of_a_nested_person_changes_them(admin: Caller) -> None:
    ticket_id = admin.opened(sender={"name": "Dora", "email": "dora@home.example"})
    renamed = {"email": "dora@home.example", "name": "Somebody Else"}
    admin.post(of(ticket_id), {**REPLY, "receiver": renamed})
    assert admin.get(f"/api/tickets/{ticket_id}")["customer"]["name"] == "Somebody Else"


def test_html_alone_has_its_text_and_a_quoted_thread_is_stripped(admin: Caller) -> None:
    ticket_id = admin.opened()
    html = '<p>Hello <b>Cleo</b></p><blockquote class="gorgias_quote">Old</blockquote>'
    text = "Hello Cleo\n\nOn Wed, Feb 14, 2024, at 09:30 PM, Support wrote:\nOld"
    both = admin.post(of(ticket_id), {**REPLY, "body_html": html, "body_text": text})
    assert (both["body_text"], both["stripped_text"]) == (text, "Hello Cleo")
    assert both["stripped_html"] == "<p>Hello <b>Cleo</b></p>"
    one = admin.post(of(ticket_id), {**REPLY, "body_html": "<p>A</p><p>B</p>", "body_text": None})
    assert one["body_text"] == "A\n\nB"


def test_a_note_is_changed_in_place_and_never_made_public(admin: Caller) -> None:
    ticket_id = admin.opened()
    note = admin.post(of(ticket_id), NOTE)
    path = f"{of(ticket_id)}/{note['id']}"
    base = {name: NOTE[name] for name in ("channel", "via", "from_agent")}
    changed = admin("PUT", path, {**base, "body_text": "Another", "body_html": "<p>Another</p>"})
    assert changed.status_code == 202
    assert (changed.json()["body_text"], changed.json()["id"]) == ("Another", note["id"])
    assert refused(admin("PUT", path, {"body_text": "x"}))["data"].keys() == base.keys()
    refused(admin("PUT", path, {**base, "channel": "email"}))
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404
    admin.settle()
    assert admin.log("mailed", ticket_id) == []


def test_lists_of_messages(admin: Caller) -> None:
    ticket_id = admin.opened()
    ids = [admin.post(of(ticket_id), NOTE)["id"] for _ in range(4)]
    first = admin.get("/api/messages", ticket_id=ticket_id, limit=3)
    assert [one["id"] for one in first["data"]] == ids[:0:-1]
    rest = admin.get(
        "/api/messages", ticket_id=ticket_id, limit=3, cursor=first["meta"]["next_cursor"]
    )
    assert rest["data"][0]["id"] == ids[0]
    assert rest["meta"]["next_cursor"] is None
    back = admin.get(
        "/api/messages", ticket_id=ticket_id, limit=3, cursor=rest["meta"]["prev_cursor"]
    )
    assert [one["id"] for one in back["data"]] == ids[:0:-1]
    oldest = admin.get("/api/messages", ticket_id=ticket_id, order_by="created_datetime:asc")
    assert [one["id"] for one in oldest["data"]][1:] == ids
    assert len(admin.get(of(ticket_id))["data"]) == 5
    refused(admin("GET", "/api/messages?limit=101"))
    refused(admin("GET", "/api/messages?cursor=nonsense"))


def test_a_message_by_a_customer_is_sent_already(admin: Caller) -> None:
    ticket_id = admin.opened()
    admin.put(f"/api/tickets/{ticket_id}", {"status": "closed"})
    theirs = {**REPLY, "from_agent": False, "sender": CUSTOMER, "receiver": None}
    admin.post(of(ticket_id), theirs)
    admin.settle()
    assert admin.log("mailed", ticket_id) == []
    assert admin.get(f"/api/tickets/{ticket_id}")["status"] == "open"


def test_an_agent_may_write_as_themselves(agent: Caller) -> None:
    ticket_id = agent.opened()
    assert agent.post(of(ticket_id), {**NOTE, "sender": {"email": AGENT}})["sender"]["name"] == (
        "Ben Hall"
    )
