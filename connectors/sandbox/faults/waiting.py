"""Answers that come late or never: waiting on a caller, and hanging up on one."""

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from threading import Event
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response

# How soon a wait notices that it was let go; a caller who hangs up is noticed at once.
_LOOK_SECONDS = 0.01


class NoAnswer(Response):
    """Ends the connection without a byte.

    The server takes the error for a caller who is gone. It would keep the connection for a next
    request, so that is shut first.
    """

    def __init__(self) -> None:
        # Counted as no success by whoever looks at it on its way out.
        super().__init__(status=500)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer nothing."""
        del start_response
        connection: socket.socket | None = environ.get("werkzeug.socket")
        if connection is not None:
            # Fails where the caller was quicker.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError


def wait(environ: WSGIEnvironment, over: Event, seconds: float) -> bool:
    """Wait until `over` is set or the time is up. False where the caller hung up meanwhile.

    A server that stops shuts the reading side of its connections, which looks like a caller who
    hung up: so no wait outlasts it.
    """
    connection: socket.socket | None = environ.get("werkzeug.socket")
    end = time.monotonic() + seconds
    while not over.is_set() and (left := end - time.monotonic()) > 0:
        pause = min(left, _LOOK_SECONDS)
        if connection is None:
            over.wait(pause)
        elif _hung_up(connection, pause):
            return False
    return True


def _hung_up(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side ends the connection within that time."""
    try:
        with DefaultSelector() as selector:
            selector.register(connection, EVENT_READ)
            if not selector.select(seconds):
                return False
        if connection.recv(1, socket.MSG_PEEK) == b"":
            return True
    except (OSError, ValueError):
        return True
    # A second request in the pipe: nothing here reads it, so looking again would not wait.
    time.sleep(seconds)
    return False
