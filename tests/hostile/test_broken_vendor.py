"""A helpdesk or shop that answers nonsense while a ticket is handled: shown as failed, or later."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Response, request

from plugin.errors import MovedError
from plugin.intake import replay
from plugin.models import DraftState, InboxState
from plugin.store import inbox
from plugin.store.schema import InboxEvent
from tests.bench.databases import Databases, settings_for
from tests.bench.world import ANA, Bench
from tests.hostile.test_vendor_answers import BOMBS

Spoil = Callable[[Response], Response]


@pytest.fixture(scope="module")
def bench(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("broken")
    with Bench(settings_for(all_databases.fresh("postgresql"), folder)) as running:
        yield running


@pytest.fixture
def spoiled(bench: Bench) -> Iterator[Callable[[str, Spoil], None]]:
    """Lets the helpdesk's and the shop's answers at some paths change on their way to us."""
    apps = (bench.helpdesk_app, bench._shop._app)
    hooks = [app.after_request_funcs.setdefault(None, []) for app in apps]

    def spoil(path: str, how: Spoil) -> None:
        def hook(answer: Response) -> Response:
            # Hands of people in the sandbox ask by other names than the service does.
            ours = "Bearer" in request.headers.get("Authorization", "")
            return how(answer) if ours and re.search(path, request.path) else answer

        for hook_list in hooks:
            hook_list.append(hook)

    yield spoil
    for hook_list in hooks:
        while hook_list and hook_list[-1].__name__ == "hook":
            hook_list.pop()


def body(raw: bytes, kind: str = "application/json", **headers: str) -> Spoil:
    def spoil(answer: Response) -> Response:
        answer.set_data(raw)
        answer.headers["Content-Type"] = kind
        answer.headers.update(headers)
        return answer

    return spoil


def field(path: str, value: object) -> Spoil:
    """One field of the answer is something else; ``comments.0.id`` counts from 0."""

    def spoil(answer: Response) -> Response:
        whole = answer.get_json()
        inner = whole
        *way, last = path.split(".")
        for step in way:
            inner = inner[int(step) if step.isdigit() else step]
        inner[last] = value
        answer.set_data(json.dumps(whole))
        return answer

    return spoil


def latest(bench: Bench, ticket_id: str) -> list[InboxEvent]:
    with bench.runtime.database.read() as session:
        found = inbox.recent(session, bench.scope)
    return [event for event in found if event.ticket_id == ticket_id and event.message_id]


def mended(bench: Bench, ticket_id: str) -> None:
    """The vendor is well again: what failed is taken up by hand, what waits by itself."""
    for event in latest(bench, ticket_id):
        try:
            replay(bench.runtime, bench.scope, event.id)
        except MovedError:
            assert event.state is InboxState.ACCEPTED
    bench.pass_time(3600)


SPOILT: dict[str, tuple[str, Spoil]] = {
    "deep": ("/comments$", body(b"[" * 100_000)),
    "not JSON": ("/comments$", body(b"<html>Sorry</html>", "text/html")),
    "not UTF-8": ("/comments$", body(b'{"comments": "\xff"}')),
    "nothing": ("/comments$", body(b"")),
    "a list": ("/comments$", body(b"[]")),
    "NaN": ("/comments$", field("comments.0.id", float("nan"))),
    "a huge number": ("/comments$", body(b'{"comments": [{"id": ' + b"9" * 5000 + b"}]}")),
    "gzip that is none": ("/comments$", body(b"{}", **{"Content-Encoding": "gzip"})),
    "a bomb": ("/comments$", body(BOMBS["gzip"], **{"Content-Encoding": "gzip"})),
    "a comment that is none": ("/comments$", field("comments.0", 7)),
    "a time that is none": ("/comments$", field("comments.0.created_at", "yesterday")),
    "a text that is none": ("/comments$", field("comments.0.plain_body", {"a": 1})),
    "a flag that is none": ("/comments$", field("comments.0.public", "yes")),
    "users that are none": ("/comments$", field("users", "Ann")),
    "a subject that is none": ("/tickets/[0-9]+$", field("ticket.subject", [1])),
    "tags that are none": ("/tickets/[0-9]+$", field("ticket.tags", {"a": 1})),
    "a status that is none": ("/tickets/[0-9]+$", field("ticket.status", None)),
}


@pytest.mark.parametrize("what", SPOILT)
def test_an_answer_that_is_not_understood_leaves_nothing_half_done(
    bench: Bench, spoiled: Callable[[str, Spoil], None], what: str
) -> None:
    path, how = SPOILT[what]
    ticket_id = bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    bench.wait_for_webhooks()
    spoiled(path, how)
    bench.settle()
    events = latest(bench, ticket_id)
    assert {event.state for event in events} <= {InboxState.FAILED, InboxState.ACCEPTED}
    assert all(event.reason for event in events)
    assert not any("internal" in (event.reason or "") for event in events)
    assert bench.drafts(ticket_id) == []
    assert bench.notes(ticket_id) == []


@pytest.mark.parametrize("what", ["deep", "a bomb", "a comment that is none"])
def test_when_the_helpdesk_is_well_again_there_is_one_draft(
    bench: Bench, spoiled: Callable[[str, Spoil], None], what: str
) -> None:
    path, how = SPOILT[what]
    sick = True
    spoiled(path, lambda answer: how(answer) if sick else answer)
    ticket_id = bench.opened("refund_under_limit")
    assert bench.drafts(ticket_id) == []
    sick = False
    mended(bench, ticket_id)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_REVIEW
    assert len(bench.notes(ticket_id)) == 1


@pytest.mark.parametrize(
    "how",
    [
        body(b"[" * 100_000),
        body(b'{"orders": [{"id": 1, "id": 2}]}'),
        body(BOMBS["gzip"], **{"Content-Encoding": "gzip"}),
        field("orders.0.total", 17.5),
        field("orders.0.total", "9" * 18),
        field("orders.0.items", "a mug"),
        field("orders.0.placed_at", None),
        field("orders", [{}] * 2000),
    ],
)
def test_a_shop_that_talks_nonsense_makes_the_order_unknown(
    bench: Bench, spoiled: Callable[[str, Spoil], None], how: Spoil
) -> None:
    spoiled("/orders", how)
    ticket_id = bench.opened("refund_under_limit")
    draft = bench.draft(ticket_id)
    assert draft.state is DraftState.NO_DRAFT
    assert "The shop could not be read" in (draft.note or "")


def test_an_answer_to_a_write_that_is_not_understood_is_looked_up(
    bench: Bench, spoiled: Callable[[str, Spoil], None]
) -> None:
    """The reply went out; its receipt is found in the helpdesk and it is not sent twice."""
    ticket_id = bench.opened("refund_under_limit")
    bench.note(ticket_id, ANA, "/approve done")

    def nonsense(answer: Response) -> Response:
        return body(b"[" * 100_000)(answer) if request.method == "PUT" else answer

    spoiled("/tickets/[0-9]+$", nonsense)
    bench.pass_time(10)
    bench.pass_time(600)
    assert len(bench.public(ticket_id)) == 1
    assert bench.draft(ticket_id).state is DraftState.DELIVERED
