import inspect
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
import responses
import urllib3.exceptions
from zenpy.lib import exception as zenpy_exceptions

from connectors.clock import CompressedClock
from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConflictError,
    ConnectorError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from connectors.http import (
    OutboundSession,
    failure,
    masked,
    outbound_session,
    retry_after,
    translate,
)
from connectors.transport import REQUEST_SECONDS

from .clocks import StillClock

URL = "https://api.example/things/1"


def session(*, allow_private: bool = False, secrets: tuple[str, ...] = ()) -> OutboundSession:
    return outbound_session(allow_private=allow_private, secrets=secrets, clock=StillClock())


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does to each connection what `serve` does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        live = [listener]

        def loop() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                live.append(connection)
                with connection:
                    try:
                        serve(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        host, port = listener.getsockname()[:2]
        yield f"http://{host}:{port}"
        for each in live:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (301, RejectedError, RejectedError),
        (400, RejectedError, RejectedError),
        (401, AuthError, AuthError),
        (403, AuthError, AuthError),
        (404, NotFoundError, NotFoundError),
        (409, ConflictError, ConflictError),
        (413, RejectedError, RejectedError),
        (422, RejectedError, RejectedError),
        (429, RateLimitedError, RateLimitedError),
        (500, UnavailableError, AmbiguousError),
        (502, UnavailableError, AmbiguousError),
        (503, UnavailableError, UnavailableError),
        (504, UnavailableError, AmbiguousError),
        (520, UnavailableError, AmbiguousError),
    ],
)
@responses.activate
def test_a_status_is_an_error_of_ours(
    status: int, reading: type[ConnectorError], writing: type[ConnectorError]
) -> None:
    responses.get(URL, status=status)
    responses.put(URL, status=status)
    with pytest.raises(reading) as read:
        session().get(URL, allow_redirects=False)
    with pytest.raises(writing) as written:
        session().put(URL, json={})
    assert (type(read.value), type(written.value)) == (reading, writing)


@responses.activate
def test_a_2xx_is_no_error() -> None:
    responses.get(URL, json={"a": 1}, status=206)
    assert session().get(URL).json() == {"a": 1}


def test_translate_works_on_an_answer_without_a_request() -> None:
    answer = requests.Response()
    answer.status_code = 500
    with pytest.raises(UnavailableError):
        translate(answer)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0", 0.0), ("1.5", 1.5), (None, None), ("soon", None)]
)
@responses.activate
def test_retry_after_is_handed_on(status: int, header: str | None, seconds: float | None) -> None:
    responses.put(URL, status=status, headers={"Retry-After": header} if header else {})
    with pytest.raises(ConnectorError) as error:
        session().put(URL)
    assert error.value.retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    seconds = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
    assert seconds is not None
    assert 80 < seconds <= 90
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 -0000") == 0


@pytest.mark.parametrize("value", ["", "-3", "nan", "inf", "1e9", "٣", "9" * 40, "Wed, 99 Foo"])
def test_a_strange_retry_after_is_none(value: str) -> None:
    assert retry_after(value) is None


def test_a_very_long_wait_is_cut_to_a_day() -> None:
    assert retry_after("9999999999") == 86_400


@responses.activate
def test_a_read_is_tried_three_times_and_a_write_once() -> None:
    get = responses.get(URL, status=502)
    put = responses.put(URL, status=503)
    with pytest.raises(UnavailableError):
        session().get(URL)
    with pytest.raises(UnavailableError):
        session().put(URL)
    assert (get.call_count, put.call_count) == (3, 1)


@responses.activate
def test_a_read_that_recovers_is_a_success() -> None:
    responses.get(URL, body=requests.exceptions.ReadTimeout())
    responses.get(URL, json=1)
    assert session().get(URL).json() == 1


@pytest.mark.parametrize(("status", "header"), [(429, "1"), (503, "1"), (404, None), (401, None)])
@responses.activate
def test_what_waiting_a_moment_cannot_help_is_not_tried_again(
    status: int, header: str | None
) -> None:
    get = responses.get(URL, status=status, headers={"Retry-After": header} if header else {})
    with pytest.raises(ConnectorError):
        session().get(URL)
    assert get.call_count == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@responses.activate
def test_a_write_follows_no_redirect(method: str) -> None:
    responses.add(method, URL, status=307, headers={"Location": "https://other.example/"})
    target = responses.add(method, "https://other.example/")
    with pytest.raises(RejectedError):
        session().request(method, URL, allow_redirects=True)
    assert target.call_count == 0


@responses.activate
def test_a_read_follows_few_redirects() -> None:
    responses.get(URL, status=302, headers={"Location": URL})
    with pytest.raises(RejectedError):
        session().get(URL)
    assert len(responses.calls) == 4


@responses.activate
def test_secrets_and_customers_do_not_reach_an_error() -> None:
    url = f"{URL}?email=ann%40example.com"
    responses.put(url, status=422, json={"error": "Bad", "description": "token s3cret-token\n!"})
    with pytest.raises(RejectedError) as error:
        session(secrets=("s3cret-token", "")).put(url)
    text = str(error.value)
    assert "s3cret" not in text
    assert "ann" not in text
    assert "\n" not in text
    assert text == "PUT /things/1: status 422 ('Bad: token ***\\n!')"


def test_the_longest_secret_is_masked_first() -> None:
    assert masked("abcdefgh", ["abcd", "abcdefgh"]) == "***"


@responses.activate
def test_the_cause_with_its_text_is_cut_off() -> None:
    responses.put(URL, body=requests.exceptions.ReadTimeout("Bearer abc"))
    with pytest.raises(AmbiguousError) as error:
        session().put(URL)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__
    assert "Bearer" not in str(error.value)


@pytest.mark.parametrize(
    ("error", "reading", "writing"),
    [
        (requests.exceptions.ConnectTimeout(), UnavailableError, UnavailableError),
        (requests.exceptions.ReadTimeout(), UnavailableError, AmbiguousError),
        (requests.exceptions.ConnectionError(), UnavailableError, AmbiguousError),
        (requests.exceptions.ChunkedEncodingError(), UnavailableError, AmbiguousError),
        (requests.exceptions.InvalidURL(), RejectedError, RejectedError),
        (ConnectionRefusedError(), UnavailableError, UnavailableError),
        (ConnectionResetError(), UnavailableError, AmbiguousError),
        (RecursionError(), UnavailableError, AmbiguousError),
    ],
)
@responses.activate
def test_a_failure_tells_what_surely_was_not_done(
    error: Exception, reading: type[ConnectorError], writing: type[ConnectorError]
) -> None:
    responses.get(URL, body=error)
    responses.put(URL, body=error)
    with pytest.raises(reading):
        session().get(URL)
    with pytest.raises(writing):
        session().put(URL)


def exception_classes() -> list[type[Exception]]:
    modules = [requests.exceptions, urllib3.exceptions, zenpy_exceptions]
    found = {
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and not issubclass(member, Warning)
    }
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


@pytest.mark.parametrize("kind", exception_classes(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("method", ["GET", "PUT"])
@responses.activate
def test_no_foreign_exception_gets_out(kind: type[Exception], method: str) -> None:
    responses.add(method, URL, body=kind.__new__(kind))
    with pytest.raises(ConnectorError):
        session().request(method, URL)


def test_failure_sees_through_wrapping() -> None:
    refused = urllib3.exceptions.NewConnectionError(None, "refused")  # type: ignore[arg-type]
    wrapped = requests.exceptions.ConnectionError(
        urllib3.exceptions.MaxRetryError(None, "/", refused)  # type: ignore[arg-type]
    )
    assert isinstance(failure(wrapped, writing=True, what="PUT /"), UnavailableError)


def test_nobody_listening_is_unavailable_even_for_a_write() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UnavailableError):
        session(allow_private=True).put(f"http://127.0.0.1:{port}/")


def test_an_unknown_host_is_unavailable_even_for_a_write() -> None:
    with pytest.raises(UnavailableError):
        session().put("https://nowhere.invalid/")


def test_a_dropped_connection_leaves_a_write_ambiguous_and_sends_it_once() -> None:
    seen: list[bytes] = []

    def drop(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))

    with raw_server(drop) as url, pytest.raises(AmbiguousError):
        session(allow_private=True).put(url, json={"note": 1})
    assert len(seen) == 1


def test_an_unfinished_answer_leaves_a_write_ambiguous() -> None:
    def half(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")

    with raw_server(half) as url, pytest.raises(AmbiguousError):
        session(allow_private=True).put(url)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"]
)
def test_a_dripping_answer_is_cut_off_in_time(head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(head)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)

    outbound = session(allow_private=True)
    with raw_server(drip) as url:
        started = time.monotonic()
        with pytest.raises(AmbiguousError), outbound.budget.within(0.3):
            outbound.put(url)
    assert time.monotonic() - started < 2


def test_a_dripping_answer_ends_after_14_seconds_of_its_clock() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65_536)
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200:
            connection.sendall(bytes([letter]))
            time.sleep(0.02)

    clock = CompressedClock(50)
    outbound = outbound_session(allow_private=True, clock=clock)
    with raw_server(drip) as url:
        started = clock.now()
        with pytest.raises(AmbiguousError):
            outbound.put(url)
    assert REQUEST_SECONDS <= clock.now() - started < REQUEST_SECONDS + 50


def test_without_time_left_nothing_is_sent() -> None:
    outbound = session(allow_private=True)
    with outbound.budget.within(0):
        with outbound.budget.within(100), pytest.raises(UnavailableError):
            outbound.put("http://127.0.0.1:1/")
        with pytest.raises(UnavailableError):
            outbound.get("http://127.0.0.1:1/")


def answering(body: bytes, *, headers: str = "") -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        while connection.recv(65_536):
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
            connection.sendall(head.encode() + body)

    return answer


def test_an_answer_is_read_up_to_the_cap() -> None:
    small = outbound_session(allow_private=True, cap=1_000)
    with raw_server(answering(b"x" * 1_000)) as url:
        assert len(small.get(url).content) == 1_000
        assert small.get(url).text == "x" * 1_000  # over the same connection
    with raw_server(answering(b"x" * 1_001)) as url:
        with pytest.raises(RejectedError):
            small.get(url)
        with pytest.raises(AmbiguousError):
            small.put(url)


def test_cookies_are_not_kept() -> None:
    with raw_server(answering(b"{}", headers="Set-Cookie: a=b\r\n")) as url:
        outbound = session(allow_private=True)
        outbound.get(url)
    assert not list(outbound.cookies)


def test_the_environment_does_not_lead_around_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with raw_server(answering(b"{}")) as url:
        assert session(allow_private=True).get(url).json() == {}
