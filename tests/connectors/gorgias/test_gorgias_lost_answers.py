"""What was done although its answer was lost is found, and done no second time."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.base import AccountAccess
from connectors.errors import AmbiguousError, ConnectorError, UnavailableError
from connectors.gorgias.helpdesk import GorgiasHelpdesk
from connectors.sandbox.gorgias import RateLimits, SandboxConfig, Seat, create_app
from connectors.sandbox.server import SandboxServer
from connectors.types import TagChange

OURS, KEY = "bot@acme.example", "t0ken-t0ken"
TAGS = TagChange(add=frozenset({"bookbag_sent"}))
MESSAGES, ON_TAGS = "/api/tickets/*/messages", "/api/tickets/*/tags"


class Desk:
    """A running Gorgias and its hands."""

    def __init__(self, url: str) -> None:
        self.url = url
        access = AccountAccess(url, "sandbox", {"api_user": OURS, "api_token": KEY})
        self.adapter = GorgiasHelpdesk(access, allow_private=True)
        self.adapter.me()

    def hand(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/sandbox/{path}", json=body, timeout=5)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def ticket(self) -> str:
        ann = {"name": "Ann", "email": "ann@example.com"}
        opened = self.hand("tickets", {"subject": "a", "text": "b", "from": ann})
        return str(opened["ticket_id"])

    def goes_wrong(self, fault: object, path: str) -> None:
        """Done, and the next answer is lost."""
        match = {"method": "POST", "path": path}
        done = {} if fault == "dropped" else {"done": True}
        self.hand("faults", {"fault": fault, **done, "calls": 1, "match": match})

    def mailed(self) -> int:
        found = requests.get(f"{self.url}/sandbox/log", timeout=5).json()
        return len(found["public_messages"])


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    config = SandboxConfig(
        agents=(Seat("Bookbag", OURS, "admin"),),
        api_keys={OURS: KEY},
        limits=RateLimits(100_000, 100_000),
    )
    with SandboxServer(create_app(config)) as server:
        yield Desk(server.url)


@pytest.mark.parametrize("fault", [500, 502, "dropped"])
def test_a_note(desk: Desk, fault: object) -> None:
    ticket = desk.ticket()
    desk.goes_wrong(fault, MESSAGES)
    with pytest.raises(AmbiguousError):
        desk.adapter.add_note(ticket, "<p>Draft</p>", tags=TAGS, effect_id="n:1")
    found = desk.adapter.find_effect(ticket, "n:1")
    (_, note) = desk.adapter.conversation(ticket)
    assert found is not None
    assert (found.external_id, found.at, note.public) == (note.id, note.created_at, False)
    assert desk.adapter.find_effect(ticket, "n:2") is None


@pytest.mark.parametrize("fault", [502, "dropped"])
def test_a_reply(desk: Desk, fault: object) -> None:
    ticket, before = desk.ticket(), desk.mailed()
    desk.goes_wrong(fault, MESSAGES)
    with pytest.raises(AmbiguousError):
        desk.adapter.send_reply(
            ticket, "Hello", author_id=None, tags=TAGS, status="solved", effect_id="s:1"
        )
    found = desk.adapter.find_effect(ticket, "s:1")
    assert found is not None
    (_, reply) = desk.adapter.conversation(ticket)
    assert (found.external_id, reply.public) == (reply.id, True)
    assert desk.mailed() == before + 1


def test_tags_leave_the_reply_unsent_and_are_put_on_once(desk: Desk) -> None:
    ticket, before = desk.ticket(), desk.mailed()
    desk.goes_wrong("dropped", ON_TAGS)
    asked: dict[str, Any] = {"author_id": None, "tags": TAGS, "status": None, "effect_id": "s:2"}
    with pytest.raises(UnavailableError):
        desk.adapter.send_reply(ticket, "Hello", **asked)
    assert desk.adapter.find_effect(ticket, "s:2") is None
    assert desk.mailed() == before
    assert desk.adapter.ticket(ticket).tags == {"bookbag_sent"}
    desk.adapter.send_reply(ticket, "Hello", **asked)
    assert desk.mailed() == before + 1


def test_too_many_calls_leave_the_reply_unsent(desk: Desk) -> None:
    ticket, before = desk.ticket(), desk.mailed()
    match = {"method": "POST", "path": MESSAGES}
    fault = {"fault": 429, "retry_after": 3, "calls": 1, "match": match}
    desk.hand("faults", fault)
    with pytest.raises(ConnectorError) as busy:
        desk.adapter.send_reply(
            ticket, "Hello", author_id=None, tags=TAGS, status=None, effect_id="s:3"
        )
    assert (busy.value.reason, busy.value.retry_after) == ("rate_limited", 3)
    assert desk.mailed() == before
