"""HTTP as an attacker writes it: bytes on a socket, and whatever comes back."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 10.0
_CHUNK = 65_536


@dataclass(frozen=True)
class Answer:
    """A server's answer; without a status where it gave none."""

    status: int | None
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> Any:
        """The code of an error that is JSON."""
        assert self.headers["content-type"] == "application/json", self
        return json.loads(self.body)["error"]["code"]


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def request(
    method: str, path: str, headers: bytes = b"", body: bytes = b"", *, host: bytes = b"x"
) -> bytes:
    """A request with the headers as they are given; nothing is added but Host."""
    line = f"{method} {path} HTTP/1.1\r\n".encode("latin-1")
    return line + b"Host: " + host + b"\r\nConnection: close\r\n" + headers + b"\r\n" + body


def with_length(body: bytes) -> bytes:
    """The header that tells a body's length."""
    return b"Content-Length: %d\r\n" % len(body)


def lines(headers: dict[str, str]) -> bytes:
    """Headers as bytes."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def ask(port: int, data: bytes, *, patience: float = PATIENCE_SECONDS) -> Answer:
    """Send bytes and read one answer. That the server hangs up on us half-way is no fault."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        return read(connection)


def read(connection: socket.socket) -> Answer:
    """One answer, to the end that its length or the server tells."""
    raw = b""
    with suppress(ConnectionResetError):
        while not _is_whole(raw) and (chunk := connection.recv(_CHUNK)):
            raw += chunk
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in rest)
    return Answer(int(first.split()[1]) if first else None, headers, body)


@contextmanager
def half_said(port: int, data: bytes, times: int = 1) -> Iterator[list[socket.socket]]:
    """Connections on which something was begun and nothing follows."""
    opened = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(times)]
    try:
        for connection in opened:
            connection.sendall(data)
        yield opened
    finally:
        for connection in opened:
            connection.close()


def _is_whole(raw: bytes) -> bool:
    head, end, body = raw.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length: "):
            return bool(end) and len(body) >= int(line.split()[1])
    return False


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """The address of a server that says the same whatever it is asked."""

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            # Who asked may hang up before all is said.
            with connection, suppress(OSError):
                connection.recv(_CHUNK)
                connection.sendall(raw)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
