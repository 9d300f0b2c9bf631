"""HTTP integrations: what fires them, what they are sent, and when they are turned off."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.sandbox.gorgias import Calling, Signing, create_app
from connectors.sandbox.server import SandboxServer
from tests.connectors.sandbox.support import Delivery, Receiver

from .support import ADMIN, AGENT, CONFIG, KEYS, NOTE, REPLY, Caller, refused

INTEGRATIONS = "/api/integrations"
FORM = {
    "ticket_id": "{{ticket.id}}",
    "message_id": "{{message.id}}",
    "from_agent": "{{message.from_agent}}",
    "trigger": "{{event.type}}",
}


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def hook_url(receiver: Receiver) -> Iterator[str]:
    with SandboxServer(receiver.app) as running:
        yield f"{running.url}/hook"


@pytest.fixture
def impatient() -> Iterator[Caller]:
    """An admin of an account that gives up after three failures, and signs in base64."""
    calling = Calling(failures=3, retry_seconds=0, signing=Signing("X-Signed", "base64"))
    with SandboxServer(create_app(replace(CONFIG, calling=calling))) as running:
        yield Caller(running.url, (ADMIN, KEYS[ADMIN]))


def integration(url: str, *triggers: str, **http: Any) -> dict[str, Any]:
    return {
        "name": "Bookbag",
        "type": "http",
        "http": {
            "url": url,
            "method": "POST",
            "request_content_type": "application/json",
            "response_content_type": "application/json",
            "headers": {"X-Bookbag-Secret": "random"},
            "triggers": dict.fromkeys(triggers, True),
            "form": FORM,
            **http,
        },
    }


@pytest.fixture
def listening(admin: Caller, hook_url: str) -> Iterator[int]:
    """An integration that is called for every message, and deleted after the test."""
    made = admin.post(INTEGRATIONS, integration(hook_url, "ticket-message-created"))["id"]
    yield made
    admin("DELETE", f"{INTEGRATIONS}/{made}")


def sent(delivery: Delivery) -> Any:
    return json.loads(delivery.body)


def drained(receiver: Receiver) -> list[Any]:
    return [sent(receiver.got.get()) for _ in range(receiver.got.qsize())]


def test_an_integration_is_made_listed_changed_and_deleted(admin: Caller, agent: Caller) -> None:
    given = integration("https://desk.example/hook", "ticket-created", hmac_secret="s")
    made = admin("POST", INTEGRATIONS, given)
    assert made.status_code == 201
    shown = made.json()
    assert "hmac_secret" not in made.text
    path = f"{INTEGRATIONS}/{shown['id']}"
    assert admin.get(path) == shown
    assert admin.get(INTEGRATIONS, type="http")["data"] == [shown]
    assert {one["type"] for one in admin.get(INTEGRATIONS)["data"]} == {
        *("email", "gorgias_chat", "http")
    }
    moved = admin.put(path, {"http": {"url": "https://desk.example/other?id={{ticket.id}}"}})
    assert moved["http"]["form"] == FORM
    assert moved["http"]["url"].endswith("{{ticket.id}}")
    refused(agent("PUT", path, {"name": "Mine"}), 403)
    assert admin("DELETE", path).status_code == 204
    assert admin("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("http", "field"),
    [
        ({"triggers": {"ticket_created": True}}, "triggers"),
        ({"triggers": {"tag-added": True}}, "triggers"),
        ({"method": "TRACE"}, "method"),
        ({"url": "ftp://desk.example"}, "url"),
        ({"request_content_type": "text/xml"}, "request_content_type"),
        ({"secret": "s"}, "secret"),
    ],
)
def test_a_wrong_integration_is_a_400(admin: Caller, http: dict[str, Any], field: str) -> None:
    right = integration("https://desk.example")
    error = refused(admin("POST", INTEGRATIONS, {**right, "http": {**right["http"], **http}}))
    assert list(error["data"]["http"]) == [field]
    other = {**right, "type": "email"}
    assert list(refused(admin("POST", INTEGRATIONS, other))["data"]) == ["type"]


def test_every_message_fires_and_values_are_strings(
    admin: Caller, receiver: Receiver, listening: int
) -> None:
    ticket_id = admin.opened()
    note = admin.post(f"/api/tickets/{ticket_id}/messages", NOTE)
    reply = admin.post(f"/api/tickets/{ticket_id}/messages", REPLY)
    agents = {"agent": AGENT, "text": "Hello", "public": True}
    by_agent = admin.post(f"/sandbox/tickets/{ticket_id}/agent", agents)
    admin.settle()
    first, *rest = (receiver.next() for _ in range(4))
    assert first.headers["X-Bookbag-Secret"] == "random"
    assert first.headers["Content-Type"] == "application/json"
    assert sent(first)["from_agent"] == "False"
    assert sent(first)["ticket_id"] == str(ticket_id)
    assert [sent(one)["message_id"] for one in rest] == [
        str(note["id"]),
        str(reply["id"]),
        str(by_agent["message_id"]),
    ]
    assert [sent(one)["from_agent"] for one in rest] == ["True"] * 3
    calls = admin.get(f"/sandbox/integrations/{listening}/calls")["calls"]
    assert [one["status_code"] for one in calls] == [200] * 4


def test_triggers_for_what_happens_to_a_ticket(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    names = (
        *("ticket-created", "ticket-updated", "ticket-message-created", "ticket-message-failed"),
        *("ticket-assignment-updated", "ticket-status-updated", "ticket-handed-over"),
        "ticket-self-unsnoozed",
    )
    made = admin.post(INTEGRATIONS, integration(hook_url, *names))["id"]
    ticket_id = admin.opened()
    path = f"/api/tickets/{ticket_id}"

    def fired() -> list[str]:
        admin.settle()
        return [one["trigger"] for one in drained(receiver)]

    assert fired() == ["ticket-created", "ticket-message-created"]
    admin.put(path, {"status": "closed"})
    assert fired() == ["ticket-status-updated", "ticket-updated"]
    admin("POST", f"{path}/tags", {"names": ["a"]})
    assert fired() == ["ticket-updated"]
    admin("POST", f"{path}/tags", {"names": ["a"]})
    assert fired() == []
    admin.post(f"/sandbox/tickets/{ticket_id}/ai-agent", {"step": "handover"})
    assert fired() == ["ticket-updated", "ticket-handed-over"]
    admin.put(path, {"assignee_user": {"id": admin.get("/api/users/0")["id"]}})
    assert fired() == ["ticket-assignment-updated", "ticket-updated"]
    note = admin.post(f"{path}/messages", NOTE)
    assert fired() == ["ticket-message-created", "ticket-updated"]
    base = {name: NOTE[name] for name in ("channel", "via", "from_agent")}
    admin.put(f"{path}/messages/{note['id']}", {**base, "body_text": "Edited"})
    admin("DELETE", f"{path}/messages/{note['id']}")
    assert fired() == []
    admin.post("/sandbox/sending/faults", {"messages": 1})
    admin.post(f"{path}/messages", REPLY)
    assert fired() == ["ticket-message-created", "ticket-updated", "ticket-message-failed"]
    admin.put(path, {"snooze_datetime": "2026-12-01T00:00:00+00:00"})
    assert fired() == ["ticket-updated"]
    admin.post(f"/sandbox/tickets/{ticket_id}/unsnooze", {})
    assert fired() == ["ticket-self-unsnoozed", "ticket-status-updated", "ticket-updated"]
    assert admin.get(path)["snooze_datetime"] is None
    admin.post(f"/sandbox/tickets/{ticket_id}/trigger", {"trigger": "ticket-handed-over"})
    assert fired() == ["ticket-handed-over"]
    admin("DELETE", f"{INTEGRATIONS}/{made}")


def test_what_is_left_out_what_is_empty_and_whole_objects(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    whole = {"all": "{{ticket.messages}}", "none": "{{ticket.nothing.there}}", "bad": "{{ticket"}
    forms: list[Any] = [whole, {}, None]
    made = [
        admin.post(INTEGRATIONS, integration(hook_url, "ticket-created", form=form))["id"]
        for form in forms
    ]
    ticket_id = admin.opened()
    admin.settle()
    first, empty, full = (receiver.next() for _ in range(3))
    assert sent(first)["all"].startswith("[{'id': ")
    assert "'from_agent': False" in sent(first)["all"]
    assert (sent(first)["none"], sent(first)["bad"]) == ("", "{{ticket")
    assert (empty.body, empty.headers["Content-Length"]) == (b"", "0")
    assert sent(full)["ticket"]["id"] == sent(full)["message"]["ticket_id"] == ticket_id
    for one in made:
        admin("DELETE", f"{INTEGRATIONS}/{one}")


def test_a_get_carries_its_form_in_the_address_and_a_form_can_be_urlencoded(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    kind = "application/x-www-form-urlencoded"
    made = admin.post(
        INTEGRATIONS,
        integration(f"{hook_url}?t={{{{ticket.id}}}}", "ticket-created", request_content_type=kind),
    )["id"]
    ticket_id = admin.opened()
    assert parse_qs(receiver.next().body.decode())["ticket_id"] == [str(ticket_id)]
    admin.put(f"{INTEGRATIONS}/{made}", {"http": {"method": "GET"}})
    ticket_id = admin.opened()
    admin.settle()
    call = admin.get(f"/sandbox/integrations/{made}/calls")["calls"][-1]
    assert call["url"].startswith(f"{hook_url}?t={ticket_id}&ticket_id={ticket_id}&")
    assert call["body"] == ""
    admin("DELETE", f"{INTEGRATIONS}/{made}")


def test_what_cannot_be_rendered_or_encoded_stops_nothing(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    form = {"a": "{{ 1 / 0 }}", "b": "{{ ticket.id + 'x' }}", "c": "{{ticket.subject}}"}
    kind = "application/x-www-form-urlencoded"
    for given in ({"form": form}, {"form": form, "request_content_type": kind}):
        made = admin.post(INTEGRATIONS, integration(hook_url, "ticket-created", **given))["id"]
        admin.opened(subject="half \ud83d of it")
        body = receiver.next().body.decode()
        assert "1 / 0" in body or "1+%2F+0" in body
        admin.settle()
        admin("DELETE", f"{INTEGRATIONS}/{made}")


def test_a_secret_signs(impatient: Caller, receiver: Receiver, hook_url: str) -> None:
    impatient.post(INTEGRATIONS, integration(hook_url, "ticket-created", hmac_secret="key"))
    impatient.opened()
    got = receiver.next()
    assert len(got.headers["X-Signed"]) == 44
    impatient.settle()


def test_failures_in_a_row_turn_it_off_and_a_put_turns_it_on(
    impatient: Caller, receiver: Receiver, hook_url: str
) -> None:
    made = impatient.post(INTEGRATIONS, integration(hook_url, "ticket-created"))["id"]
    path = f"{INTEGRATIONS}/{made}"
    for code in (500, 500, 200, 500, 404):
        receiver.answers.put((code, {}))
    for _ in range(5):
        impatient.opened()
    impatient.settle()
    assert impatient.get(path)["deactivated_datetime"] is None
    receiver.answers.put((401, {}))
    for _ in range(3):
        impatient.opened()
    impatient.settle()
    assert impatient.get(path)["deactivated_datetime"] is not None
    assert receiver.got.qsize() == 6
    assert impatient.put(path, {"deactivated_datetime": None})["deactivated_datetime"] is None
    receiver.answers.put((500, {}))
    impatient.opened()
    impatient.opened()
    impatient.settle()
    assert receiver.got.qsize() == 8
    assert impatient.get(path)["deactivated_datetime"] is None


def test_what_is_not_answered_in_time_is_sent_again() -> None:
    calling = Calling(limit_seconds=0.05, retries=2, retry_seconds=0)
    with (
        SandboxServer(create_app(replace(CONFIG, calling=calling))) as running,
        SandboxServer(create_app(CONFIG)) as silent,
    ):
        caller = Caller(running.url, (ADMIN, KEYS[ADMIN]))
        Caller(silent.url).post("/sandbox/faults", {"fault": "time_out", "calls": 3})
        url = f"{silent.url}/api/silence"
        made = caller.post(INTEGRATIONS, integration(url, "ticket-created"))["id"]
        caller.opened()
        caller.settle()
        calls = caller.get(f"/sandbox/integrations/{made}/calls")["calls"]
        assert [one["status_code"] for one in calls] == [None] * 3


@pytest.mark.parametrize(
    ("fault", "order"),
    [
        ("twice", [0, 0, 1, 2]),
        ("out_of_order", [1, 0, 2]),
        ("lost", [1, 2]),
    ],
)
def test_deliveries_go_wrong_on_demand(
    admin: Caller, receiver: Receiver, listening: int, fault: str, order: list[int]
) -> None:
    del listening
    admin.post("/sandbox/webhook-faults", {"fault": fault, "deliveries": 1})
    tickets = [admin.opened() for _ in range(3)]
    admin.settle()
    assert [tickets.index(int(one["ticket_id"])) for one in drained(receiver)] == order
    log = admin.get("/sandbox/log")["webhook_faults"]
    assert (log[-1]["fault"], log[-1]["ticket_id"]) == (fault, str(tickets[0]))
    admin("DELETE", "/sandbox/webhook-faults")


def test_late_is_held_until_it_is_let_go(admin: Caller, receiver: Receiver, listening: int) -> None:
    del listening
    admin.post("/sandbox/webhook-faults", {"fault": "late", "deliveries": 1, "seconds": 3600})
    late, soon = admin.opened(), admin.opened()
    assert int(sent(receiver.next())["ticket_id"]) == soon
    assert admin.post("/sandbox/webhook-faults/flush", {}) == {"flushed": 1}
    assert int(sent(receiver.next())["ticket_id"]) == late
    admin.settle()
    assert admin("POST", "/sandbox/webhook-faults", {"fault": "stale_stamp"}).status_code == 422
    admin("DELETE", "/sandbox/webhook-faults")


def test_what_is_rendered_is_true_when_it_is_sent(
    admin: Caller, receiver: Receiver, hook_url: str
) -> None:
    form = {"last": "{{ticket.messages[-1].id}}", "fired": "{{message.id}}"}
    made = admin.post(INTEGRATIONS, integration(hook_url, "ticket-message-created", form=form))[
        "id"
    ]
    admin.post("/sandbox/webhook-faults", {"fault": "late", "deliveries": 1, "seconds": 3600})
    ticket_id = admin.opened()
    note = admin.post(f"/api/tickets/{ticket_id}/messages", NOTE)
    admin.post("/sandbox/webhook-faults/flush", {})
    admin.settle()
    both = drained(receiver)
    assert {one["last"] for one in both} == {str(note["id"])}
    assert len({one["fired"] for one in both}) == 2
    admin("DELETE", "/sandbox/webhook-faults")
    admin("DELETE", f"{INTEGRATIONS}/{made}")
