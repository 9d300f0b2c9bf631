"""What customers, agents, rules and the AI Agent do, by the hands that demo and tests have."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.server import SandboxServer
from plugin.demo.gorgias_hands import GorgiasHands
from plugin.demo.world import data, json_lines

from .support import ADMIN, AGENT, BOT, CUSTOMER, KEYS, Caller

TICKET = {"subject": "Parcel", "text": "Where is it?", "from": CUSTOMER, "tags": ["theirs"]}
WEEK = json_lines(data("tickets.jsonl"))


@pytest.fixture
def hands(server: SandboxServer) -> Iterator[GorgiasHands]:
    acting = GorgiasHands(server.url, (ADMIN, KEYS[ADMIN]))
    yield acting
    acting.close()


@pytest.fixture
def ticket(hands: GorgiasHands) -> str:
    return hands.open_ticket(TICKET)


def test_an_agents_reply_carries_signature_and_thread(
    hands: GorgiasHands, admin: Caller, ticket: str
) -> None:
    said = hands.agent_writes(
        ticket, AGENT, "It left today.", public=True, status="closed", signature="Ben\nShop"
    )
    admin.settle()
    message = hands.messages(ticket)[-1]
    assert (str(message["id"]), message["via"], message["public"]) == (said, "helpdesk", True)
    assert (message["from_agent"], message["rule_id"], message["channel"]) == (True, None, "email")
    body = message["body_text"]
    assert body.startswith("It left today.\n\nBen\nShop\n\nOn ")
    assert body.endswith("Cleo Park wrote:\nWhere is it?")
    assert '<blockquote class="gorgias_quote">' in message["body_html"]
    assert message["stripped_text"] == message["text"] == "It left today."
    assert message["sent_datetime"] is not None
    assert hands.ticket(ticket)["status"] == "closed"
    assert [one["to"] for one in hands.mailed(ticket)] == [[CUSTOMER["email"]]]
    assert len(hands.public_replies(ticket, "It left  today.")) == 1
    hands.customer_writes(ticket, "Thanks")
    assert hands.ticket(ticket)["status"] == "open"


def test_an_agents_note_stays_inside(hands: GorgiasHands, admin: Caller, ticket: str) -> None:
    hands.agent_writes(ticket, AGENT, "approve", public=False)
    admin.settle()
    message = hands.messages(ticket)[-1]
    assert (message["channel"], message["public"]) == ("internal-note", False)
    assert (message["stripped_text"], message["body_text"]) == (None, "approve")
    assert message["sender"]["email"] == AGENT
    assert hands.mailed(ticket) == []


def test_messages_that_no_human_wrote(hands: GorgiasHands, ticket: str) -> None:
    hands.rule_writes(ticket, "We got it.", rule_id=7)
    hands.app_writes(ticket, AGENT, "From an app")
    hands.ai_agent(ticket, "answered", "From the AI Agent")
    rule, app, robot = hands.messages(ticket)[-3:]
    assert (rule["via"], rule["rule_id"]) == ("rule", 7)
    assert (app["via"], app["sender"]["email"]) == ("api", AGENT)
    assert (robot["sender"]["email"], robot["from_agent"]) == (BOT, True)
    assert all(one["sender"]["type"] == "unknown" for one in (rule, app, robot))


def test_the_ai_agents_tags_follow_each_other(hands: GorgiasHands, ticket: str) -> None:
    hands.ai_agent(ticket, "processing")
    assert hands.tags(ticket) == {"theirs", "ai_processing"}
    hands.ai_agent(ticket, "handover")
    assert hands.tags(ticket) == {"theirs", "ai_handover"}
    hands.ai_agent(ticket, "close", "Bye")
    assert hands.tags(ticket) == {"theirs", "ai_close"}
    assert hands.ticket(ticket)["status"] == "closed"
    hands.change_tags(ticket, agent=AGENT, add=["ai_ignore"], remove=["ai_close"])
    assert hands.tags(ticket) == {"theirs", "ai_ignore"}
    with pytest.raises(requests.HTTPError, match="409"):
        hands.ai_agent(ticket, "answered", "Hello")


@pytest.mark.parametrize("gone", [False, True])
def test_a_merge_moves_what_was_said(
    hands: GorgiasHands, admin: Caller, ticket: str, *, gone: bool
) -> None:
    other = hands.open_ticket({**TICKET, "tags": ["more"]})
    said = hands.messages(ticket)[0]["id"]
    hands.merge(ticket, into=other, agent=AGENT, gone=gone)
    assert hands.messages(other)[0]["id"] == said
    assert hands.tags(other) == {"more", "theirs"}
    if gone:
        assert admin("GET", f"/api/tickets/{ticket}").status_code == 404
    else:
        left = hands.ticket(ticket)
        assert (left["status"], left["messages"]) == ("closed", [])
        assert left["trashed_datetime"] is not None
    events = admin.get("/api/events", object_type="Ticket", object_id=other)["data"]
    assert "ticket-merged" in {one["type"] for one in events}
    with pytest.raises(requests.HTTPError, match="400"):
        hands.merge(other, into=other, agent=AGENT)


def test_trash_spam_and_assignment(hands: GorgiasHands, ticket: str) -> None:
    hands.set_state(ticket, agent=AGENT, trashed=True, spam=True)
    assert hands.ticket(ticket)["trashed_datetime"] is not None
    hands.set_state(ticket, agent=AGENT, trashed=False, status="closed")
    after = hands.ticket(ticket)
    assert (after["trashed_datetime"], after["spam"], after["status"]) == (None, True, "closed")
    hands.assign(ticket, agent=AGENT, team="Approval", to=AGENT)
    after = hands.ticket(ticket)
    assert (after["assignee_team"]["name"], after["assignee_user"]["email"]) == ("Approval", AGENT)


def test_a_macro_writes_and_tags(hands: GorgiasHands, admin: Caller, ticket: str) -> None:
    text = "Hi {{ticket.customer.firstname}}, I am {{current_user.name}}."
    actions = [
        {"name": "setResponseText", "arguments": {"body_text": text}},
        {"name": "addTags", "arguments": {"tags": "a, b"}},
        {"name": "setStatus", "arguments": {"status": "closed"}},
    ]
    macro = str(admin.post("/api/macros", {"name": "Hi", "actions": actions})["id"])
    (said,) = hands.apply_macro(ticket, AGENT, macro, public=False)
    note = hands.messages(ticket)[-1]
    assert (str(note["id"]), note["body_text"]) == (said, "Hi Cleo, I am Ben Hall.")
    assert note["channel"] == "internal-note"
    assert hands.tags(ticket) == {"theirs", "a", "b"}
    assert hands.ticket(ticket)["status"] == "closed"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"subject": "x", "from": CUSTOMER}),
        ("", {"subject": "x", "text": "x", "from": {"email": AGENT}}),
        ("", {"subject": "x", "text": "x", "from": CUSTOMER, "channel": "internal-note"}),
        ("/{}/agent", {"agent": "nobody@shop.example", "text": "x", "public": True}),
        ("/{}/agent", {"agent": AGENT, "text": "x", "public": True, "status": "solved"}),
        ("/{}/merge", {"into": 1}),
    ],
)
def test_what_nobody_can_do_is_refused(
    admin: Caller, hands: GorgiasHands, ticket: str, path: str, body: dict[str, Any]
) -> None:
    before = hands.ticket(ticket)
    assert admin("POST", f"/sandbox/tickets{path.format(ticket)}", body).status_code in {400, 404}
    assert hands.ticket(ticket) == before


@pytest.mark.parametrize("given", WEEK, ids=lambda one: str(one["key"]))
def test_every_ticket_of_the_demos_week_comes_in(hands: GorgiasHands, given: Any) -> None:
    ticket = hands.ticket(hands.open_ticket(given))
    (first,) = ticket["messages"]
    assert ticket["subject"] == given["subject"]
    assert {tag["name"] for tag in ticket["tags"]} == set(given["tags"])
    assert ticket["channel"] == given.get("channel", "email")
    assert first["sender"]["email"] == given["from"]["email"]
    if "text" in given:
        assert first["body_text"] == given["text"]
    else:
        assert first["body_html"] == given["html"]
        assert first["body_text"]
    assert [one["name"] for one in first["attachments"]] == [
        one["file_name"] for one in given.get("attachments", [])
    ]
    assert len(first["source"]["cc"]) == len(given.get("cc", []))
