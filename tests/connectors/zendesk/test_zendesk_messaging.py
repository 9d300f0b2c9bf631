"""What was said in a messaging conversation, read from its log."""

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connectors.types import Channel, Message, PersonRole, TagEdit
from tests.connectors.zendesk.answers import (
    ADMIN,
    AGENT,
    API,
    AUDITS,
    COMMENTS,
    CUSTOMER,
    TICKET,
    audit,
    comment,
    helpdesk,
    ticket,
)

pytestmark = pytest.mark.usefixtures("edge", "no_waiting")
LOG = f"{API}/tickets/35/conversation_log"
STUB: dict[str, Any] = {"public": False, "via": {"channel": "native_messaging"}}


def said(number: int, kind: str, author_id: int | None, **changes: Any) -> dict[str, Any]:
    author: dict[str, Any] = {"type": kind, "display_name": "Somebody"}
    if author_id is not None:
        author["zen:support:user_id"] = author_id
    return {
        "attachments": [],
        "author": author,
        "content": {"type": "text", "text": f"said {number}"},
        "created_at": f"2026-11-22T09:00:{number:02d}Z",
        "id": f"01JSED093DTX4RTDRRJXN2YK{number:02d}",
        "metadata": {"custom": {}, "system": {}, "ticket_version": 0},
        "reference": f"zen:sunco:conversation_message:6807603a38564290f5a086{number:02d}",
        "type": "Messaging::ConversationMessage",
        **changes,
    }


def read(*events: dict[str, Any], comments: list[dict[str, Any]] | None = None) -> list[Message]:
    stub = [comment(1, **STUB)] if comments is None else comments
    responses.get(COMMENTS, json={"comments": stub, "users": [CUSTOMER, AGENT]})
    responses.get(LOG, json={"events": list(events), "meta": {"has_more": False}})
    return list(helpdesk().conversation("35"))


def test_chat_messages_stand_among_the_comments() -> None:
    messages = read(
        {
            **said(1, "user", 500),
            "type": "Comment",
            "content": {"type": "html", "body": "<p>x</p>"},
        },
        said(2, "user", 500),
        said(4, "agent", 600, attachments=[{"file_name": "a.png"}, {"file_name": None}]),
        comments=[comment(1, 500, **STUB), comment(3, 600, public=False)],
    )
    assert [(one.id, one.public, one.channel) for one in messages] == [
        ("1", False, Channel.CHAT),
        ("6807603a38564290f5a08602", True, Channel.CHAT),
        ("3", False, Channel.WEB),
        ("6807603a38564290f5a08604", True, Channel.CHAT),
    ]
    asked, answered = messages[1], messages[3]
    assert (asked.text, asked.author.role) == ("said 2", PersonRole.END_USER)
    assert asked.author.email == CUSTOMER["email"]
    assert asked.created_at == datetime(2026, 11, 22, 9, 0, 2, tzinfo=UTC)
    assert (answered.author.id, answered.author.role) == ("600", PersonRole.AGENT)
    assert answered.attachments == ("a.png", "")
    assert not answered.is_by_machine


@pytest.mark.parametrize(
    ("kind", "author_id", "source", "channel", "machine"),
    [
        ("user", 500, None, Channel.CHAT, False),
        ("end_user", None, None, Channel.CHAT, False),
        ("ghost", None, None, Channel.CHAT, False),
        ("agent", 600, "web", Channel.CHAT, False),
        ("bot", -1, "zd:answerBot", Channel.API, True),
        ("business", None, "api:conversations", Channel.API, True),
        ("system", -1, None, Channel.RULE, True),
        ("system", None, "api:conversations", Channel.API, True),
        ("trigger", -1, None, Channel.RULE, True),
        # Who is a customer among the users is no agent, whatever the log says, and the reverse.
        ("agent", 500, None, Channel.CHAT, False),
        ("user", 600, None, Channel.CHAT, False),
    ],
)
def test_bots_and_the_helpdesk_itself_are_told_apart(
    kind: str, author_id: int | None, source: str | None, channel: Channel, machine: bool
) -> None:
    event = said(2, kind, author_id, source={"type": source} if source else None)
    _, message = read(event)
    assert (message.channel, message.is_by_machine) == (channel, machine)
    assert message.author.role.is_staff is (
        kind in {"agent", "bot", "business", "system", "trigger"}
    )


def test_a_message_without_a_reference_is_named_by_its_event() -> None:
    assert read(said(2, "user", 500, reference=None))[1].id == "01JSED093DTX4RTDRRJXN2YK02"
    assert read(said(2, "user", 500, content=None))[1].text == ""


def test_a_ticket_without_a_public_comment_is_asked_what_it_is() -> None:
    private = [comment(1, 600, public=False)]
    responses.get(COMMENTS, json={"comments": private, "users": [AGENT]})
    responses.get(TICKET, json={"ticket": ticket(from_messaging_channel=False)})
    assert len(helpdesk().conversation("35")) == 1
    responses.replace("GET", TICKET, json={"ticket": ticket(from_messaging_channel=True)})
    responses.get(LOG, json={"events": [said(2, "user", 500)]})
    assert len(helpdesk().conversation("35")) == 2


@pytest.mark.parametrize(
    ("given", "takes"),
    [
        ({"from_messaging_channel": True}, False),
        ({"via": {"channel": "whatsapp"}}, False),
        ({"via": {"channel": "chat"}}, True),
        ({"via": {"channel": "email"}, "from_messaging_channel": False}, True),
        ({"from_messaging_channel": None}, True),
    ],
)
def test_a_conversation_takes_no_reply_of_ours(given: dict[str, Any], takes: bool) -> None:
    responses.get(TICKET, json={"ticket": ticket(**given), "users": [CUSTOMER]})
    seen = helpdesk().ticket("35")
    assert seen.takes_replies is takes
    assert (seen.channel is Channel.CHAT) is (not takes or given.get("via") == {"channel": "chat"})


@pytest.mark.parametrize(
    ("author", "via", "channel", "machine"),
    [
        (600, {"channel": "web"}, Channel.WEB, False),
        (600, {"channel": "email"}, Channel.EMAIL, False),
        (600, {"channel": "api"}, Channel.API, True),
        (600, {"channel": "web_service"}, Channel.API, True),
        (600, {"channel": "rule"}, Channel.RULE, True),
        (600, {"channel": "web", "source": {"rel": "merge"}}, Channel.RULE, True),
        (600, {"channel": "web", "source": None}, Channel.WEB, False),
        (-1, {"channel": "web"}, Channel.RULE, True),
        (500, {"channel": "api"}, Channel.API, False),
    ],
)
def test_who_wrote_a_comment(
    author: int, via: dict[str, Any], channel: Channel, machine: bool
) -> None:
    page = {"comments": [comment(1, author, via=via)], "users": [CUSTOMER, AGENT]}
    responses.get(COMMENTS, json=page)
    (message,) = helpdesk().conversation("35")
    assert (message.channel, message.is_by_machine) == (channel, machine)


def test_suspended_staff_are_staff() -> None:
    suspended = {**AGENT, "suspended": True, "role_type": 1}
    responses.get(COMMENTS, json={"comments": [comment(1, 600)], "users": [suspended]})
    (message,) = helpdesk().conversation("35")
    assert message.author.role is PersonRole.AGENT


def test_who_changed_the_tags() -> None:
    def retag(before: Any, after: Any) -> dict[str, Any]:
        return {"type": "Change", "field_name": "tags", "previous_value": before, "value": after}

    audits = [
        audit(6, retag(["a"], []), author_id=600, via={"channel": "web"}),
        audit(5, retag(None, "a b"), author_id=700),
        audit(4, retag(["b"], ["c"]), author_id=600, effect="tags:1"),
        audit(3, {"type": "Change", "field_name": "status", "value": "open"}, author_id=600),
        audit(2, retag(["c"], []), author_id=601, via={"channel": "api"}),
        audit(1, {"type": "Create", "field_name": "tags", "value": ["c"]}, author_id=600),
    ]
    responses.get(AUDITS, json={"audits": audits})
    responses.get(f"{API}/users/me.json", json={"user": ADMIN})
    assert helpdesk().tag_edits("35") == (
        TagEdit("600", Channel.WEB, frozenset(), frozenset("a"), ours=False),
        TagEdit("700", Channel.API, frozenset("ab"), frozenset(), ours=True),
        TagEdit("600", Channel.API, frozenset("c"), frozenset("b"), ours=True),
        TagEdit("601", Channel.API, frozenset(), frozenset("c"), ours=False),
    )
