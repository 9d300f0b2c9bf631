"""A helpdesk's patience: every webhook is sent until the service has answered 2xx."""

import threading
from collections import deque
from typing import Self

import requests
from flask import Flask, Response, request

from connectors.sandbox.server import SandboxServer

_PAUSE_SECONDS = 0.05
_ANSWER_SECONDS = 5.0
_OWN_HEADERS = ("X-Zendesk-", "Content-Type")


class Relay:
    """Takes webhooks from the helpdesk's stand-in, which sends each once, and passes them on.

    Attributes:
        answered: How many the service has answered with 2xx.
        again: How many times one had to be sent again.
        refused: Answers that sending again cannot mend. There must be none.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._waiting: deque[tuple[bytes, dict[str, str]]] = deque()
        self._stopping = threading.Event()
        self._server = SandboxServer(self._app())
        self._thread = threading.Thread(target=self._pass_on, name="relay", daemon=True)
        self.answered = self.again = 0
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        self._server.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._server.stop()

    @property
    def url(self) -> str:
        """Where the stand-in sends to."""
        return f"{self._server.url}/hook"

    def pending(self) -> int:
        """How many are not answered yet."""
        return len(self._waiting)

    def _app(self) -> Flask:
        app = Flask(__name__)

        @app.post("/hook")
        def take() -> Response:
            headers = {k: v for k, v in request.headers if k.startswith(_OWN_HEADERS)}
            self._waiting.append((request.get_data(), headers))
            return Response(status=200)

        return app

    def _pass_on(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while not self._stopping.is_set():
                if not self._waiting or not self._sent(session, *self._waiting[0]):
                    self._stopping.wait(_PAUSE_SECONDS)
                    continue
                self._waiting.popleft()

    def _sent(self, session: requests.Session, body: bytes, headers: dict[str, str]) -> bool:
        try:
            answer = session.post(
                self._endpoint, data=body, headers=headers, timeout=_ANSWER_SECONDS
            )
        except requests.RequestException:
            self.again += 1
            return False
        if answer.ok:
            self.answered += 1
        elif answer.status_code < 500:
            self.refused.append(f"{answer.status_code}: {answer.text[:200]}")
        else:
            self.again += 1
            return False
        return True
