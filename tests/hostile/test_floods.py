"""Too much, too slowly, or not HTTP at all: the server says no or hangs up, and goes on serving."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.bench.databases import KEY, Databases
from tests.hostile.wire import ask, free_port, half_said, request
from tests.jobs.support import eventually

MOST_SECONDS = 3.0
# One process with short patience, so that the test need not wait for long.
_WEB = """
import sys
from plugin import serving
serving._ARRIVAL_SECONDS = 0.5
sys.argv = ["bookbag", "web", "--processes", "1"]
from plugin.cli import main
main()
"""


def healthy(port: int) -> bool:
    """Whether it answers, and soon."""
    started = time.monotonic()
    answer = ask(port, request("GET", "/healthz"))
    return answer.status == 200 and time.monotonic() - started < MOST_SECONDS


def is_up(port: int) -> bool:
    try:
        return ask(port, request("GET", "/readyz")).status == 200
    except ConnectionError:
        return False


@pytest.fixture(scope="module")
def gunicorn(all_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of ``bookbag web``."""
    port, folder = free_port(), tmp_path_factory.mktemp("gunicorn")
    env = {name: value for name, value in os.environ.items() if not name.startswith("BOOKBAG_")}
    env |= {
        "BOOKBAG_DATABASE_URL": all_databases.fresh("sqlite"),
        "BOOKBAG_DATA": str(folder),
        "BOOKBAG_SECRET_KEYS": KEY,
        "BOOKBAG_BIND": f"127.0.0.1:{port}",
    }
    log = folder / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen([sys.executable, "-c", _WEB], env=env, stderr=stderr)
    try:
        eventually(lambda: is_up(port) or process.poll() is not None, what="a web process")
        assert process.poll() is None, log.read_text()
        yield port
        said = log.read_text()
        assert "Traceback" not in said
        assert "\x1b" not in said
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(params=["waitress", "gunicorn"])
def port(request: pytest.FixtureRequest) -> int:
    """Where each of the two servers listens."""
    found: int = request.getfixturevalue(request.param)
    return found


MANY = b"".join(b"X-%d: 1\r\n" % number for number in range(20_000))
FLOODS = {
    "many headers": request("GET", "/healthz", MANY),
    "one header many times": request("GET", "/healthz", b"Cookie: a=b\r\n" * 20_000),
    "a long header": request("GET", "/healthz", b"X: " + b"a" * 300_000 + b"\r\n"),
    "a long header name": request("GET", "/healthz", b"a" * 300_000 + b": x\r\n"),
    "a long path": request("GET", "/" + "a" * 300_000),
    "parameters by the thousand": request("GET", "/queue?" + "&".join(["a=1"] * 90_000)),
    "a long method": request("A" * 300_000, "/healthz"),
    "a long host": request("GET", "/healthz", host=b"a" * 300_000),
}
NOT_HTTP = {
    "a handshake of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    + b"\x00" * 300
    + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 50,
    "NUL": b"\x00" * 500 + b"\r\n\r\n",
    "a word": b"hello\r\n\r\n",
    "HTTP/9.9": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "a method with a line end": b"GE\rT /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without a name": request("GET", "/healthz", b": x\r\n"),
    "a header with a NUL": request("GET", "/healthz", b"X: a\x00b\r\n"),
    "a header with an escape": request("GET", "/healthz", b"X\x1b[31m: y\r\n"),
    "a folded header": request("GET", "/healthz", b"X: a\r\n b\r\n"),
    "two lengths": request("POST", "/x", b"Content-Length: 1\r\nContent-Length: 2\r\n", b"{}"),
}
BEGUN = [
    b"",
    b"G",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
    request("POST", "/webhooks/zendesk/x", b"Content-Length: 100\r\n", b"{"),
    request("POST", "/webhooks/zendesk/x", b"Transfer-Encoding: chunked\r\n", b"5\r\n{"),
]
STRANGE_HOSTS = [
    b"a" * 70 + b".example",
    b"a..b",
    b".",
    b"xn--a",
    b"\xff\xfe",
    b"a b",
    b"[::1",
    b"",
]


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_is_refused(port: int, what: str) -> None:
    assert ask(port, FLOODS[what]).status in {400, 414, 431}
    assert healthy(port)


@pytest.mark.parametrize("what", NOT_HTTP)
def test_what_is_not_http_is_refused(port: int, what: str) -> None:
    status = ask(port, NOT_HTTP[what]).status
    assert status is None or 400 <= status < 500 or what in {"HTTP/9.9", "a folded header"}
    assert status is None or status < 500 or status == 505
    assert healthy(port)


@pytest.mark.parametrize("host", STRANGE_HOSTS)
@pytest.mark.parametrize("path", ["/queue", "/nowhere", "/healthz", "/webhooks/zendesk/x"])
def test_a_host_that_is_none_is_no_fault_of_ours(port: int, path: str, host: bytes) -> None:
    assert ask(port, request("GET", path, host=host)).status in {200, 400, 401, 404, 405}


@pytest.mark.parametrize("path", ["//evil.example//queue", "/static//style.css", "/sign-in//x"])
def test_no_path_leads_to_a_host_of_the_askers_choice(port: int, path: str) -> None:
    answer = ask(port, request("GET", path, host=b"evil.example"))
    assert answer.status == 404
    assert "location" not in answer.headers


def test_who_says_half_a_request_holds_up_nobody(port: int) -> None:
    """More of them than there are threads; gunicorn hangs up on them, waitress has time."""
    with ExitStack() as open_still:
        for begun in BEGUN:
            open_still.enter_context(half_said(port, begun, times=20))
        assert healthy(port)


def test_who_says_nothing_more_is_hung_up_on(gunicorn: int) -> None:
    with half_said(gunicorn, b"GET /healthz HTTP/1.1\r\nX: ") as (connection,):
        assert connection.recv(1000) == b""
