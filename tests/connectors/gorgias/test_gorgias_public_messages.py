"""Nothing but the delivery of a reply writes what a customer can see.

Gorgias sends whatever stands on a public channel and is not said to be sent already. So every
method of the adapter is walked, and what it writes is looked at.
"""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from connectors import gorgias
from connectors.administration import Setup, Thing
from connectors.errors import ConnectorError, RejectedError
from connectors.gorgias import writing
from connectors.gorgias.helpdesk import GorgiasHelpdesk
from connectors.gorgias.writing import Route
from connectors.types import TagChange

from .answers import API, fixture, helpdesk, listed

TICKET, MESSAGE = "86500001", "208800012"
TAGS = TagChange(add=frozenset({"bookbag_sent"}), remove=frozenset({"bookbag_draft"}))
REPLY: dict[str, Any] = {"author_id": "510002", "tags": TAGS, "status": "solved", "effect_id": "e"}
SINCE = datetime(2026, 11, 22, 8, tzinfo=UTC)
# Every method there is, and a call of it that gets as far as it can.
METHODS: Mapping[str, Callable[[GorgiasHelpdesk], object]] = {
    "me": lambda desk: desk.me(),
    "ticket": lambda desk: desk.ticket(TICKET),
    "has_ticket": lambda desk: desk.has_ticket(TICKET),
    "has_user": lambda desk: desk.has_user("93000001"),
    "conversation": lambda desk: desk.conversation(TICKET),
    "origin": lambda desk: desk.origin(TICKET, MESSAGE),
    "add_note": lambda desk: desk.add_note(TICKET, "<p>a</p>", tags=TAGS, effect_id="e"),
    "edit_note": lambda desk: desk.edit_note(TICKET, MESSAGE, "<p>b</p>", effect_id="e"),
    "send_reply": lambda desk: desk.send_reply(TICKET, "Hello", **REPLY),
    "change_tags": lambda desk: desk.change_tags(TICKET, TAGS, effect_id="e"),
    "tag_edits": lambda desk: desk.tag_edits(TICKET),
    "make_private": lambda desk: desk.make_private(TICKET, MESSAGE),
    "group": lambda desk: desk.group("1"),
    "assign": lambda desk: desk.assign(TICKET, "1", since=SINCE, effect_id="e"),
    "tags": lambda desk: desk.tags(),
    "administration": lambda desk: desk.administration(),
    "find_effect": lambda desk: desk.find_effect(TICKET, "e"),
    "changes": lambda desk: desk.changes(SINCE),
}
SETUP = Setup(
    webhook_url="https://support.example/webhooks/gorgias/acc0unt",
    backend_url="https://support.example",
    account_id="acc0unt",
    draft_tag="bookbag_draft",
    approval_tag="bookbag_approval_required",
)
USER = {"id": 510001, "name": "Bookbag", "email": "bot@acme.example", "role": {"name": "admin"}}
ONE = re.compile(rf"/api/tickets/{TICKET}/messages/[0-9]+")
ANSWERS: list[tuple[re.Pattern[str], Callable[[], Any]]] = [
    (re.compile(r"/api/users/0"), lambda: USER),
    (re.compile(r"/api/users"), lambda: listed(USER)),
    (ONE, lambda: fixture("messages/our_note")),
    (re.compile(rf"/api/tickets/{TICKET}/messages"), lambda: fixture("messages/our_note")),
    (re.compile(r"/api/messages"), lambda: listed(fixture("messages/customer_mail"))),
    (re.compile(rf"/api/tickets/{TICKET}"), lambda: fixture("tickets/mail")),
    (re.compile(r"/api/tickets"), lambda: listed(fixture("tickets/closed"))),
    (re.compile(r"/api/(teams|customers)/[0-9]+"), lambda: {"id": 1, "name": "Leads"}),
    (re.compile(r"/api/.*"), listed),
]
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def written() -> Iterator[list[tuple[str, str, dict[str, Any]]]]:
    """Every write that reaches Gorgias: method, path and body."""
    found: list[tuple[str, str, dict[str, Any]]] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        path = (request.path_url or "").partition("?")[0]
        if request.method in WRITES:
            found.append((str(request.method), path, json.loads(request.body or "{}")))
        said = next(make for pattern, make in ANSWERS if pattern.fullmatch(path))
        return 200, {}, json.dumps(said())

    with responses.mock:
        for method in ("GET", *WRITES):
            responses.add_callback(method, re.compile(rf"{re.escape(API)}/.*"), callback=answer)
        yield found


def messages(written: list[tuple[str, str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [body for _, path, body in written if "/messages" in path]


def is_public(body: Mapping[str, Any]) -> bool:
    return body["channel"] != "internal-note" or bool(body.get("public", False))


def test_every_method_is_walked() -> None:
    public = {name for name, _ in inspect.getmembers(GorgiasHelpdesk, inspect.isfunction)}
    assert {name for name in public if not name.startswith("_")} == set(METHODS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_only_a_reply_writes_what_a_customer_sees(
    name: str, written: list[tuple[str, str, dict[str, Any]]]
) -> None:
    if name == "make_private":
        with pytest.raises(RejectedError):
            METHODS[name](helpdesk())
    else:
        METHODS[name](helpdesk())
    public = [body for body in messages(written) if is_public(body)]
    assert len(public) == (1 if name == "send_reply" else 0)
    for method, path, _ in written:
        # No other way in: not a ticket with a message in it, not a job that applies a macro.
        one = rf"/api/tickets/{TICKET}(/messages(/[0-9]+)?|/tags)?"
        assert re.fullmatch(one, path), (method, path)
        assert (method, path.endswith("/tags")) != ("PUT", True)
    if name in ("add_note", "edit_note"):
        assert messages(written)


def test_setting_an_account_up_writes_on_no_ticket(
    written: list[tuple[str, str, dict[str, Any]]],
) -> None:
    admin = helpdesk().administration()
    for wanted in admin.wanted(SETUP, ()):
        thing = Thing(wanted.kind, "1", wanted.name, wanted.shape)
        for change in (
            partial(admin.create, wanted, tell=lambda _: None),
            partial(admin.update, thing, wanted, tell=lambda _: None),
            partial(admin.restore, thing, wanted.shape),
            partial(admin.delete, thing),
        ):
            with suppress(ConnectorError):
                change()
    paths = {path for _, path, _ in written}
    assert {path.split("/")[2] for path in paths} == {"integrations", "views", "macros", "widgets"}


def test_a_reply_is_sent_and_not_filed_as_sent_before(
    written: list[tuple[str, str, dict[str, Any]]],
) -> None:
    METHODS["send_reply"](helpdesk())
    (reply,) = messages(written)
    assert "sent_datetime" not in reply
    assert (reply["channel"], reply["from_agent"], reply["public"]) == ("email", True, True)
    assert reply["sender"] == {"id": 510002}
    assert reply["receiver"] == {"id": 93000001}
    assert reply["source"]["from"] == {"address": "support@acme.example"}
    assert reply["source"]["to"] == [{"address": "ann@example.com", "name": "Ann Example"}]


def test_a_note_is_a_note_three_times_over(
    written: list[tuple[str, str, dict[str, Any]]],
) -> None:
    METHODS["add_note"](helpdesk())
    (note,) = messages(written)
    assert (note["channel"], note["public"]) == ("internal-note", False)
    assert "receiver" not in note
    assert "source" not in note


def test_a_reply_is_never_made_a_note_and_a_note_never_a_reply() -> None:
    with pytest.raises(RejectedError):
        writing.reply("Hello", Route("internal-note", {}), sender=1, effect_id="e")
    for text in ("", " \n\n "):
        with pytest.raises(RejectedError):
            writing.reply(text, Route("email", {}), sender=1, effect_id="e")


def test_one_function_makes_every_message() -> None:
    """Whoever writes a channel into a body of their own is found here."""
    folder = Path(gorgias.__path__[0])
    makers = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        and any(isinstance(key, ast.Constant) and key.value == "channel" for key in node.keys)
        and not path.name.startswith("webhooks")
    }
    assert makers == {"writing.py"}
