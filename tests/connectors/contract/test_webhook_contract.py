"""What every helpdesk's webhooks must be to us: signed, fresh, and read for what they say."""

import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from connectors.errors import BadSignatureError
from connectors.types import EventKind, HelpdeskEvent, TagChange

from .worlds import Desk


@dataclass
class Inbox:
    """Where webhooks arrive."""

    url: str = ""
    arrived: "queue.Queue[tuple[Mapping[str, str], bytes]]" = field(default_factory=queue.Queue)

    def next(self) -> tuple[Mapping[str, str], bytes]:
        return self.arrived.get(timeout=5)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    opened = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            opened.arrived.put((dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        opened.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield opened
        server.shutdown()
        thread.join()


def receive(desk: Desk, inbox: Inbox, secret: str, kind: EventKind) -> HelpdeskEvent:
    """The next event of that kind; every one on the way must verify and read."""
    while True:
        headers, body = inbox.next()
        desk.webhooks.verify(
            headers,
            body,
            secrets=["retired", secret],
            vendor_account=desk.vendor_account,
            now=desk.world.now(),
        )
        event = desk.webhooks.parse(body)
        if event.kind is kind:
            return event


def test_a_new_ticket_and_its_messages_are_told(desk: Desk, inbox: Inbox) -> None:
    secret = desk.world.subscribe(inbox.url)
    ticket_id = desk.world.open_ticket("a", "b")
    created = receive(desk, inbox, secret, EventKind.TICKET_CREATED)
    assert created.ticket_id == ticket_id
    assert abs(desk.world.now() - created.occurred_at) < timedelta(minutes=1)
    message_id = desk.world.customer_writes(ticket_id, "c")
    told = receive(desk, inbox, secret, EventKind.MESSAGE_ADDED)
    while told.message_id != message_id:
        told = receive(desk, inbox, secret, EventKind.MESSAGE_ADDED)
    assert (told.ticket_id, told.author_is_staff, told.public) == (ticket_id, False, True)
    assert told.author_id == desk.adapter.ticket(ticket_id).requester.id


def test_our_own_note_is_known_by_its_receipt(desk: Desk, inbox: Inbox) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    secret = desk.world.subscribe(inbox.url)
    tags = TagChange(add=frozenset({"bookbag_draft"}))
    receipt = desk.adapter.add_note(ticket_id, "<p>x</p>", tags=tags, effect_id="e")
    told: dict[EventKind, HelpdeskEvent] = {}
    while len(told) < 2:
        event = desk.webhooks.parse(inbox.next()[1])
        told[event.kind] = event
    assert set(told) == {EventKind.MESSAGE_ADDED, EventKind.TAGS_CHANGED}
    note = told[EventKind.MESSAGE_ADDED]
    assert note.message_id == receipt.external_id
    assert note.author_id == desk.adapter.me().id
    assert (note.author_is_staff, note.public) == (True, False)
    assert secret


def test_a_forged_or_stale_webhook_is_refused(desk: Desk, inbox: Inbox) -> None:
    secret = desk.world.subscribe(inbox.url)
    desk.world.open_ticket("a", "b")
    headers, body = inbox.next()
    now = desk.world.now()
    account = desk.vendor_account
    forged = [(body, "another", account, now), (body, "", account, now), (body, secret, "1", now)]
    if desk.world.signs_bodies:
        forged.append((body + b" ", secret, account, now))
        forged.append((body, secret, account, now + timedelta(minutes=6)))
    for body_, secret_, account_, now_ in forged:
        with pytest.raises(BadSignatureError):
            desk.webhooks.verify(
                headers, body_, secrets=[secret_], vendor_account=account_, now=now_
            )
