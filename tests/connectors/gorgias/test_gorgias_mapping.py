"""What is read of each answer: every file of the fixtures has its line here."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.gorgias import mapping
from connectors.reading import Fields, WrongShapeError
from connectors.types import Channel, PersonRole

from .answers import FIXTURES, ROLES, fixture

# text, public, author's id, is staff, channel, by a machine
MESSAGES: Mapping[str, tuple[object, ...] | str] = {
    "customer_mail": ("Where is my order?", True, "93000001", False, Channel.EMAIL, False),
    "customer_chat": ("Where is my order?", True, "93000001", False, Channel.CHAT, False),
    "agent_reply": ("hello", True, "510002", True, Channel.WEB, False),
    "agent_reply_from_own_mail_program": ("hello", True, "510002", True, Channel.EMAIL, False),
    "rule_reply": ("hello", True, "510001", True, Channel.RULE, True),
    "rule_reply_that_says_helpdesk": ("hello", True, "510002", True, Channel.RULE, True),
    "app_reply": ("hello", True, "510002", True, Channel.API, True),
    "ai_agent_reply": ("hello", True, "510003", True, Channel.API, True),
    "agent_note": ("/approve K7Q2M", False, "510002", True, Channel.WEB, False),
    "agent_note_via_its_channel": ("/approve K7Q2M", False, "510002", True, Channel.WEB, False),
    "note_that_says_public": ("/approve K7Q2M", False, "510002", True, Channel.WEB, False),
    "our_note": ("/approve K7Q2M", False, "510001", True, Channel.API, True),
    "failed_reply": ("hello", True, "510002", True, Channel.API, True),
    "nobodys_message": ("hello", True, "0", True, Channel.API, True),
    "unknown_way": ("hello", True, "510002", True, Channel.OTHER, False),
    "missing_from_agent": "from_agent: expected true or false",
    "broken_time": "created_datetime: expected a time",
}
# status, is trashed, takes replies, channel
TICKETS: Mapping[str, tuple[object, ...] | str] = {
    "mail": ("open", False, True, Channel.EMAIL),
    "closed": ("solved", False, True, Channel.EMAIL),
    "snoozed": ("pending", False, True, Channel.EMAIL),
    "trashed": ("open", True, True, Channel.EMAIL),
    "chat": ("open", False, True, Channel.CHAT),
    "chat_known_by_its_customer": ("open", False, True, Channel.CHAT),
    "chat_of_nobody": ("open", False, False, Channel.CHAT),
    "phone": ("open", False, False, Channel.OTHER),
    "mail_of_nobody": ("open", False, False, Channel.EMAIL),
    "without_status": "status: expected a string",
}


def names(folder: str) -> set[str]:
    return {path.stem for path in (FIXTURES / folder).glob("*.json")}


def message(name: str) -> Any:
    return mapping.message(Fields(fixture(f"messages/{name}")), ROLES)


def test_every_answer_is_read() -> None:
    assert names("messages") == set(MESSAGES)
    assert names("tickets") == set(TICKETS)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message(name: str) -> None:
    expected = MESSAGES[name]
    if isinstance(expected, str):
        with pytest.raises(WrongShapeError, match=expected):
            message(name)
        return
    read = message(name)
    author = read.author
    found = (read.text, read.public, author.id, author.role.is_staff, read.channel)
    assert (*found, read.is_by_machine) == expected


@pytest.mark.parametrize("name", sorted(TICKETS))
def test_a_ticket(name: str) -> None:
    one, expected = Fields(fixture(f"tickets/{name}")), TICKETS[name]
    if isinstance(expected, str):
        with pytest.raises(WrongShapeError, match=expected):
            mapping.ticket(one)
        return
    read = mapping.ticket(one)
    found = (read.status, mapping.is_trashed(one), read.takes_replies, read.channel)
    assert found == expected
    assert read.tags == {"vip", "bookbag_draft"}
    assert read.requester.role is PersonRole.END_USER


def test_what_was_quoted_and_the_html_it_stands_in_are_left_out() -> None:
    """The agent's own words are what a draft is compared with."""
    assert (message("agent_reply").text, message("agent_reply").html) == ("hello", None)
    note = message("agent_note")
    assert (note.text, note.html) == ("/approve K7Q2M", "<div>/approve K7Q2M</div>")


def test_files_are_named() -> None:
    assert message("customer_mail").attachments == ("parcel.png",)


def origin(name: str, actor: str | None) -> tuple[str, Channel]:
    found = mapping.origin(Fields(fixture(f"messages/{name}")), ROLES, actor=actor)
    return found.author_id, found.channel


def test_who_made_a_message_is_whom_the_audit_log_names() -> None:
    """Whoever calls the API may say that an agent wrote it in the helpdesk."""
    assert origin("agent_note", None) == ("510002", Channel.WEB)
    assert origin("agent_note", "510002") == ("510002", Channel.WEB)
    assert origin("agent_note", "510009") == ("510009", Channel.API)
    assert origin("rule_reply", "510009") == ("510009", Channel.RULE)
    assert origin("our_note", "510001") == ("510001", Channel.API)


@pytest.mark.parametrize(
    ("name", "mine"), [("our_note", True), ("agent_note", False), ("app_reply", False)]
)
def test_a_note_of_ours(name: str, *, mine: bool) -> None:
    assert mapping.is_note_of(Fields(fixture(f"messages/{name}")), "510001") is mine


def test_tags_by_use_then_by_name() -> None:
    told = [("b", 1), ("a", 1), ("z", 5), ("never", 0)]
    tags = [Fields({"name": name, "usage": usage}) for name, usage in told]
    assert mapping.tags_in_use(tags) == ("z", "a", "b")
    assert mapping.tags_in_use([Fields({"name": "b"}), Fields({"name": "a"})]) == ("a", "b")
