"""A gate before the helpdesk: a write that has arrived and is not done until it is let in."""

import json
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

PATIENCE_SECONDS = 30.0

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gate:
    """Around a stand-in's application.

    Unlike the stand-in's own faults it does the work in the end, though the caller is long dead.
    So do proxies and queues between us and a helpdesk.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._wanted: bool | None = None
        self._lock = threading.Lock()
        self._arrived, self._open = threading.Event(), threading.Event()
        self._through = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Hold the one write that is meant."""
        if environ["REQUEST_METHOD"] != "PUT" or not self._is_meant(environ):
            return self._app(environ, start_response)
        self._arrived.set()
        self._open.wait(PATIENCE_SECONDS)
        answer = self._app(environ, start_response)
        self._through.set()
        return answer

    def close(self, *, public: bool) -> None:
        """Hold the next comment that is written: a public reply or an internal note."""
        self._wanted = public
        for event in (self._arrived, self._open, self._through):
            event.clear()

    def until_arrived(self) -> None:
        """Wait until the write is there."""
        assert self._arrived.wait(PATIENCE_SECONDS), "the write never came"

    def let_in(self) -> None:
        """Let it in, and wait until the helpdesk has dealt with it."""
        self._open.set()
        assert self._through.wait(PATIENCE_SECONDS), "the write was never dealt with"

    def _is_meant(self, environ: dict[str, Any]) -> bool:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        comment = json.loads(body).get("ticket", {}).get("comment")
        with self._lock:
            meant = comment is not None and comment["public"] is self._wanted
            if meant:
                self._wanted = None
        return meant
