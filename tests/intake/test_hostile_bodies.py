"""Signed, but not what we expect: stored once with the reason, acknowledged, never a fault."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin.models import InboxState
from tests.bench.world import Bench
from tests.intake.payloads import encoded, event, fresh_id, kept, kept_raw, post, stored

modest = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def changed(path: str, value: Any) -> bytes:
    """A good payload but for one field, given as ``event.comment.id``; ``...`` takes it away."""
    payload: Any = event()
    inner = payload
    *way, last = path.split(".")
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return encoded(payload)


UNREADABLE = {
    "empty": b"",
    "spaces": b"   \n",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "UTF-16": '{"id": "1"}'.encode("utf-16"),
    "not JSON": b"{",
    "a word": b"hello",
    "NUL": b"\x00",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "NaN": b'{"id": NaN}',
    "infinity": b'{"id": -Infinity}',
    "a huge float": b'{"id": 1e999}',
    "a huge whole number": b'{"id": ' + b"9" * 10_000 + b"}",
    "a list": b"[]",
    "a string": b'"zen"',
    "null": b"null",
    "a number": b"1",
    "an empty object": b"{}",
    "no id": changed("id", ...),
    "id null": changed("id", None),
    "id a number": changed("id", 7),
    "id a list": changed("id", ["x"]),
    "id empty": changed("id", ""),
    "id too long": changed("id", "a" * 101),
    "id with NUL": changed("id", "a\x00b"),
    "id with a lone surrogate": changed("id", "a\ud800"),
    "id with spaces": changed("id", "a b"),
    "no type": changed("type", ...),
    "type an object": changed("type", {}),
    "type with NUL": changed("type", "zen:event-type:ticket.comment_added\x00"),
    "no time": changed("time", ...),
    "time without zone": changed("time", "2026-06-09T08:36:44"),
    "time out of range": changed("time", "0001-01-01T00:00:00+23:59"),
    "time a number": changed("time", 0),
    "no detail": changed("detail", ...),
    "detail a string": changed("detail", "x"),
    "no ticket id": changed("detail.id", ...),
    "ticket id a number": changed("detail.id", 1),
    "ticket id not digits": changed("detail.id", "1 or 1=1"),
    "ticket id with NUL": changed("detail.id", "1\x00"),
    "ticket id too long": changed("detail.id", "1" * 21),
    "ticket id of other digits": changed("detail.id", "١٢"),
    "no event": changed("event", ...),
    "no comment": changed("event.comment", ...),
    "comment a list": changed("event.comment", []),
    "no comment id": changed("event.comment.id", ...),
    "comment id negative": changed("event.comment.id", "-2"),
    "author a string": changed("event.comment.author", "Maya"),
    "is_public a string": changed("event.comment.is_public", "yes"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_kept_as_failed_with_the_reason_once(door: Bench, what: str) -> None:
    body = UNREADABLE[what]
    jobs, before = len(door.queue.waiting), stored(door)
    for new in (True, False):
        answer = post(door, body)
        assert (answer.status_code, answer.json()) == (200, {"state": "failed", "new": new})
    row = kept_raw(door, body)
    assert row.state is InboxState.FAILED
    assert row.body == body
    assert row.reason
    assert ": " in row.reason
    assert row.finished_at is not None
    assert len(door.queue.waiting) == jobs
    assert stored(door) == before + 1


@pytest.mark.parametrize(
    "kind",
    ["status_changed", "priority_changed", "undeleted", "never_heard_of", "created.again"],
)
def test_what_is_not_wanted_is_kept_as_ignored_with_the_reason(door: Bench, kind: str) -> None:
    payload = event(kind)
    jobs = len(door.queue.waiting)
    answer = post(door, payload)
    assert (answer.status_code, answer.json()) == (200, {"state": "ignored", "new": True})
    row = kept(door, payload["id"])
    assert row.reason
    assert row.vendor_type == payload["type"]
    assert len(door.queue.waiting) == jobs


@pytest.mark.parametrize("kind", ["zen:event-type:user.created", "com.other.thing", "x"])
def test_an_event_about_no_ticket_is_ignored(door: Bench, kind: str) -> None:
    payload = {"id": fresh_id(), "type": kind, "time": "2026-06-09T08:36:44Z"}
    assert post(door, payload).json()["state"] == "ignored"


@pytest.mark.parametrize(
    "extra",
    [
        {"unknown": {"deep": [1, {"x": None}]}},
        {"subject": None},
        {"account_id": "not a number"},
        {"event": {"comment": {"id": "5", "body": "nul \x00 and \ud800"}, "meta": 7}},
    ],
)
def test_what_we_do_not_need_may_be_anything(door: Bench, extra: dict[str, Any]) -> None:
    payload = event(**extra)
    assert post(door, payload).json()["state"] == "accepted"
    assert kept(door, payload["id"]).body == encoded(payload)


@given(body=st.binary(max_size=300))
@modest
def test_no_bytes_are_a_fault_of_ours(door: Bench, body: bytes) -> None:
    answer = post(door, body)
    assert (answer.status_code, answer.json()["state"]) == (200, "failed")


scraps = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.just("zen:event-type:ticket.created"),
)


@given(seed=st.integers(0, 2**32), scrap=scraps, cut=st.integers(0, 3))
@modest
def test_no_mutation_of_a_good_payload_is_a_fault_of_ours(
    door: Bench, seed: int, scrap: object, cut: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 (hypothesis gives the seed)
    payload: Any = copy.deepcopy(event())
    inner = payload
    while True:
        key = chance.choice(list(inner))
        if not (isinstance(inner[key], dict) and inner[key]) or chance.random() < 0.3:
            break
        inner = inner[key]
    inner[key] = scrap
    body = json.dumps(payload).encode("utf-8", "surrogatepass")
    answer = post(door, body[: len(body) - cut])
    assert answer.status_code == 200
    assert answer.json()["state"] in ("accepted", "ignored", "failed")
