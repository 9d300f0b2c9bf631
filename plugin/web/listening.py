"""The pages in threads of this process: waitress, which stops without waiting for idle browsers.

Browsers keep connections open for half a minute and ask on them again and again. Waitress has no
way to end them, so its loop is run here, and everything that touches a socket happens in it.
"""

import threading
import time
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from plugin.config import WEB_THREADS, Settings

# Head of a request: its line and all its headers.
_LARGEST_HEAD_BYTES = 32 * 1024
# Connections that say nothing, or little at a time, are many before anybody waits for them.
_MOST_CONNECTIONS = 500
_SILENT_SECONDS = 30
_LOOK_SECONDS = 1.0


class Listening:
    """Answers requests from `start` to `stop`. The port is taken at once."""

    def __init__(self, web: Flask, settings: Settings, *, largest_body: int) -> None:
        self._sockets: dict[int, Any] = {}
        self._server: Any = create_server(
            web,
            map=self._sockets,
            host=settings.host,
            port=settings.port,
            threads=WEB_THREADS,
            max_request_body_size=largest_body,
            max_request_header_size=_LARGEST_HEAD_BYTES,
            connection_limit=_MOST_CONNECTIONS,
            channel_timeout=_SILENT_SECONDS,
            cleanup_interval=_SILENT_SECONDS // 3,
            ident=None,
        )
        self._stopping = threading.Event()
        self._give_up_at = 0.0
        self._thread = threading.Thread(target=self._listen, name="web", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, *, wait_seconds: float) -> None:
        """Take no more requests, and give those that are being answered so long."""
        self._give_up_at = time.monotonic() + wait_seconds
        self._stopping.set()
        self._server.pull_trigger()
        if self._thread.ident is None:
            self._listen()
        else:
            self._thread.join()
        answering = self._server.task_dispatcher
        answering.shutdown(timeout=_LOOK_SECONDS)
        # Whoever still answers may pull it. Closed, its number could be another file's by then.
        if not answering.threads:
            self._server.trigger.close()

    def _listen(self) -> None:
        """Until the trigger alone is left. select() ends at 1,024 files; poll() does not."""
        while len(self._sockets) > 1:
            wasyncore.loop(timeout=_LOOK_SECONDS, use_poll=True, map=self._sockets, count=1)
            if self._stopping.is_set():
                self._hang_up()

    def _hang_up(self) -> None:
        """Close the port, and each connection that no answer is due on (any more)."""
        late = time.monotonic() >= self._give_up_at
        wasyncore.dispatcher.close(self._server)
        channels = [one for one in self._sockets.values() if isinstance(one, HTTPChannel)]
        for channel in channels:
            if late or not (channel.requests or channel.total_outbufs_len):
                channel.handle_close()
