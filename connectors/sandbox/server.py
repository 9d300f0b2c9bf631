"""Serves a stand-in over real HTTP on 127.0.0.1, in threads, and stops without a trace."""

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

HOST = "127.0.0.1"
_BACKGROUND = "sandbox_background"
# How late a stop is noticed; also how often the server wakes for nothing.
_POLL_SECONDS = 0.02


class Background(Protocol):
    """Something an app does beside answering requests, such as delivering webhooks."""

    def start(self) -> None:
        """Begin. Called before the first request."""

    def stop(self) -> None:
        """End, and return when nothing is running any more. Called after the last request."""


def add_background(app: Flask, part: Background) -> None:
    """Have `part` started and stopped with the server of `app`."""
    app.extensions.setdefault(_BACKGROUND, []).append(part)


class SandboxServer:
    """One app on one port of 127.0.0.1. Can be started again after a stop.

    Use it as a context manager, or call `start` and `stop`.
    """

    def __init__(self, app: Flask, *, port: int = 0) -> None:
        """Args: `port` 0 takes a free one."""
        self._app = app
        self._wanted_port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base address without a trailing slash.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._server is None:
            raise RuntimeError("the sandbox server is not running: call start() first")
        return f"http://{HOST}:{self._server.port}"

    def start(self) -> Self:
        """Bind the port and serve.

        Raises:
            OSError: The port is taken.
            RuntimeError: It is running already.
        """
        if self._server is not None:
            raise RuntimeError("the sandbox server is running already")
        # The socket is bound here because werkzeug leaves the process when a port is taken.
        with socket.create_server((HOST, self._wanted_port)) as listening:
            self._server = _Server(self._app, listening)
        for part in self._background():
            part.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _POLL_SECONDS},
            name=f"sandbox-{self._server.port}",
            daemon=True,
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish the requests in flight, end all threads, close all sockets. Idempotent."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.hang_up()
        self._thread.join()
        for part in self._background():
            part.stop()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _background(self) -> Sequence[Background]:
        parts: list[Background] = self._app.extensions.get(_BACKGROUND, [])
        return parts


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the demo prints its own lines."""


class _Server(ThreadedWSGIServer):
    # Waited for at close; daemon threads would outlive it.
    daemon_threads = False

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        port = listening.getsockname()[1]
        super().__init__(HOST, port, app, handler=_QuietHandler, fd=listening.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End connections that nobody speaks on, such as those a browser opens in advance.

        Only the reading side is shut, so that a request in flight still gets its answer.
        """
        with self._open_lock:
            waiting = tuple(self._open)
        for connection in waiting:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
