"""The door for helpdesks over the real server: refused clearly, or kept for people to see."""

import gzip
import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugin import intake
from plugin.errors import MovedError
from plugin.models import InboxState
from tests.bench.world import Bench
from tests.hostile.texts import TAGS, TEXTS
from tests.hostile.wire import Answer, ask, lines, request, with_length
from tests.intake.payloads import encoded, event, headers, kept, kept_raw, stored

Framing = Callable[[bytes], tuple[bytes, bytes]]
MEBIBYTE = 1024 * 1024
BOMB = gzip.compress(b" " * 50 * MEBIBYTE)


def door_of(bench: Bench) -> str:
    return f"/webhooks/zendesk/{bench.account_id}"


def whole(body: bytes) -> tuple[bytes, bytes]:
    return with_length(body), body


def chunked(body: bytes, size: int = 1000) -> tuple[bytes, bytes]:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"Transfer-Encoding: chunked\r\n", wire + b"0\r\n\r\n"


def send(
    bench: Bench,
    body: bytes,
    *,
    signed: bytes | None = None,
    more: bytes = b"",
    framed: Framing = whole,
) -> Answer:
    """Post a body to the account; `signed` are the signature's headers."""
    length, on_the_wire = framed(body)
    head = (lines(headers(bench, body)) if signed is None else signed) + length + more
    port = bench.service.runtime.settings.port
    return ask(port, request("POST", door_of(bench), head, on_the_wire))


def with_comment(text: str) -> bytes:
    payload = event()
    payload["event"]["comment"] |= {"body": text, "author": {"id": "1", "name": text}}
    payload["detail"] |= {"subject": text, "tags": [text, *TAGS]}
    return encoded(payload)


NOT_READ = {
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "a deep field": encoded(event())[:-1] + b',"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "NUL": b"\x00" * 10,
    "NUL in JSON": b'{"id": "a\x00b"}',
    "invalid UTF-8": b'{"id": "\xff\xfe\xc0\x80"}',
    "overlong UTF-8": b'{"id": "\xe0\x80\xaf"}',
    "UTF-16": '{"id": "1"}'.encode("utf-16"),
    "NaN": encoded(event())[:-1] + b',"x":NaN}',
    "Infinity": encoded(event())[:-1] + b',"x":[-Infinity]}',
    "a number beyond a float": encoded(event())[:-1] + b',"x":1e999}',
    "a number of 10,000 digits": encoded(event())[:-1] + b',"x":' + b"9" * 10_000 + b"}",
    "a form": b"a=b&c=d",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "gzip": gzip.compress(b"{}"),
    "a mebibyte of spaces": b" " * MEBIBYTE,
    "a mebibyte of brackets": b"[" * MEBIBYTE,
}


@pytest.mark.parametrize("what", NOT_READ)
def test_what_is_signed_and_not_read_is_kept_as_failed(door: Bench, what: str) -> None:
    body = NOT_READ[what]
    answer = send(door, body)
    assert (answer.status, json.loads(answer.body)["state"]) == (200, "failed")
    row = kept_raw(door, body)
    assert (row.state, row.body) == (InboxState.FAILED, body)
    assert row.reason
    with pytest.raises(MovedError, match="still cannot be read"):
        intake.replay(door.runtime, door.scope, row.id)


@pytest.mark.parametrize("what", NOT_READ)
def test_what_is_not_signed_leaves_no_trace(door: Bench, what: str) -> None:
    before = stored(door)
    for signed in (b"", lines(headers(door, b"another body"))):
        assert send(door, NOT_READ[what], signed=signed).error == "unauthenticated"
    assert stored(door) == before


@pytest.mark.parametrize("name", TEXTS)
def test_text_in_a_payload_is_kept_as_it_came(door: Bench, name: str) -> None:
    body = with_comment(TEXTS[name])
    answer = send(door, body)
    assert (answer.status, json.loads(answer.body)) == (200, {"state": "accepted", "new": True})
    assert kept(door, json.loads(body)["id"]).body == body


def test_a_repeated_key_is_only_a_hint_and_the_raw_body_is_kept(door: Bench) -> None:
    payload = event()
    body = b'{"id": "another",' + encoded(payload)[1:]
    assert json.loads(send(door, body).body)["state"] == "accepted"
    assert kept(door, payload["id"]).body == body


@pytest.mark.parametrize("how", ["gzip", "GZIP", "deflate", "br", "gzip, gzip", "x-gzip"])
def test_a_compressed_body_is_refused_and_never_inflated(door: Bench, how: str) -> None:
    before = stored(door)
    answer = send(door, BOMB, more=f"Content-Encoding: {how}\r\n".encode())
    assert (answer.status, answer.error) == (415, "unsupported_media_type")
    assert stored(door) == before


@pytest.mark.parametrize("how", ["identity", "Identity ", ""])
def test_a_body_said_to_be_as_it_is_is_taken(door: Bench, how: str) -> None:
    answer = send(door, encoded(event()), more=f"Content-Encoding: {how}\r\n".encode())
    assert json.loads(answer.body)["state"] == "accepted"


def test_a_body_in_chunks_is_taken(door: Bench) -> None:
    payload = event()
    answer = send(door, encoded(payload), framed=lambda body: chunked(body, 7))
    assert (answer.status, json.loads(answer.body)["state"]) == (200, "accepted")
    assert kept(door, payload["id"]).body == encoded(payload)


@pytest.mark.parametrize("size", [MEBIBYTE + 1, 10_000_000])
@pytest.mark.parametrize("framed", [whole, chunked])
def test_a_large_body_is_too_large(door: Bench, size: int, framed: Framing) -> None:
    before = stored(door)
    answer = send(door, b" " * size, framed=framed)
    assert answer.status == 413
    assert stored(door) == before


@pytest.mark.parametrize(
    ("framing", "body", "status"),
    [
        (b"Content-Length: -1\r\n", b"", 400),
        (b"Content-Length: +2\r\n", b"{}", 400),
        (b"Content-Length: two\r\n", b"{}", 400),
        (b"Content-Length: 1\r\nContent-Length: 2\r\n", b"{}", 400),
        (b"Content-Length: 99999999999999999999\r\n", b"{}", 413),
        (b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n", 501),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"-2\r\n{}\r\n0\r\n\r\n", 400),
        (b"Transfer-Encoding: chunked\r\n", b"2;\x00=\x01\r\n{}\r\n0\r\n\r\n", 400),
        (b"", b"", 401),
    ],
)
def test_a_lie_about_the_length_is_refused(
    door: Bench, framing: bytes, body: bytes, status: int
) -> None:
    before = stored(door)
    answer = send(door, body, signed=b"", framed=lambda body: (framing, body))
    assert answer.status == status
    assert stored(door) == before


def test_what_is_sent_beyond_the_length_is_not_read(door: Bench) -> None:
    payload = event()
    body = encoded(payload)
    answer = send(door, body, framed=lambda body: (with_length(body), body + b"{}" * 1000))
    assert json.loads(answer.body)["state"] == "accepted"
    assert kept(door, payload["id"]).body == body


PATHS = {
    "up": "/webhooks/../queue",
    "up and away": "/webhooks/zendesk/../../../../etc/passwd",
    "up, encoded": "/webhooks/zendesk/%2e%2e/%2e%2e",
    "NUL": "/webhooks/zendesk/%00",
    "NUL after the account": "/webhooks/zendesk/{account}%00",
    "a slash, encoded": "/webhooks/zendesk/{account}%2Fx",
    "a slash too many": "/webhooks/zendesk/{account}/",
    "slashes": "/webhooks//zendesk//{account}x",
    "a backslash": "/webhooks/zendesk/..\\..\\{account}",
    "not UTF-8": "/webhooks/zendesk/%ff%fe",
    "not an escape": "/webhooks/zendesk/%zz%",
    "a surrogate": "/webhooks/zendesk/%ED%A0%80",
    "another case": "/webhooks/ZENDESK/{account}",
    "another helpdesk": "/webhooks/{account}/zendesk",
    "a very long account": "/webhooks/zendesk/" + "a" * 20_000,
    "a script": "/webhooks/zendesk/%3Cscript%3E",
    "a formula": "/webhooks/zendesk/%7B%7B7*7%7D%7D",
    "SQL": "/webhooks/zendesk/{account}'%20OR%20'1'='1",
    "a line end": "/webhooks/zendesk/{account}%0d%0aX:%20y",
}


@pytest.mark.parametrize("what", PATHS)
def test_a_path_that_is_none_is_not_found(door: Bench, what: str) -> None:
    body = encoded(event())
    before = stored(door)
    path = PATHS[what].format(account=door.account_id)
    head = lines(headers(door, body)) + with_length(body)
    answer = ask(door.service.runtime.settings.port, request("POST", path, head, body))
    assert (answer.status, answer.error) == (404, "not_found")
    assert stored(door) == before


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "FOO"])
def test_another_method_is_not_allowed(door: Bench, method: str) -> None:
    answer = ask(door.service.runtime.settings.port, request(method, door_of(door)))
    assert (answer.status, answer.error) == (405, "method_not_allowed")


def test_parameters_by_the_hundred_change_nothing(door: Bench) -> None:
    body = encoded(event())
    query = "&".join(f"a{number}={number}" for number in range(2000))
    head = lines(headers(door, body)) + with_length(body)
    port = door.service.runtime.settings.port
    answer = ask(port, request("POST", f"{door_of(door)}?{query}", head, body))
    assert json.loads(answer.body)["state"] == "accepted"


@given(
    names=st.lists(
        st.sampled_from(
            "X-Zendesk-Webhook-Signature X-Zendesk-Webhook-Signature-Timestamp Host X-A Accept "
            "X-Zendesk-Account-Id Cookie Content-Type Content-Encoding".split()
        ),
        max_size=6,
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_header_is_a_fault_of_ours(door: Bench, names: list[str], value: str) -> None:
    head = b"".join(f"{name}: {value}\r\n".encode("latin-1") for name in names)
    answer = send(door, b"{}", signed=head)
    assert answer.status in {400, 401, 415}


def test_a_payload_of_any_field_is_no_fault_of_ours(door: Bench) -> None:
    """Each field of a good payload, one a time, is something else."""
    good, scraps = event(), json.loads('[null, 7, [], {}, "\\u0000", "\\u202egnp.exe"]')
    for name in good:
        for scrap in [*scraps, "x" * 3000]:
            body = encoded({**good, "id": event()["id"], name: scrap})
            answer = send(door, body)
            assert answer.status == 200, (name, scrap)
            assert json.loads(answer.body)["state"] in {"accepted", "ignored", "failed"}
