"""A real SMTP server in a thread, and a room that a chat's webhook posts to."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from flask import Flask, Response, request

from connectors.sandbox.server import SandboxServer

USER, PASSWORD = "bookbag", "a mail password"


class PostOffice:
    """Keeps every letter it takes.

    Attributes:
        refuses: What it answers to a recipient's address in place of taking it.
        hangs_up: It hangs up once it has a letter, without a word.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses: str | None = None
        self.hangs_up = False

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    async def handle_RCPT(  # noqa: N802 (the server's name for it)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.refuses is not None:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (the server's name for it)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.hangs_up and server.transport is not None:
            server.transport.close()
        return "250 OK"


@contextmanager
def post_office(
    *, tls: ssl.SSLContext | None = None, with_password: bool = False
) -> Iterator[tuple[PostOffice, int]]:
    """A server on a port of this machine. With `tls` it offers STARTTLS."""
    office = PostOffice()

    def authenticate(*given: Any) -> AuthResult:
        login = given[-1]
        right = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)

    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=tls,
        authenticator=authenticate if with_password else None,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield office, controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ChatRoom:
    """Keeps every message, and answers as told."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.status = 200
        self.app = Flask("chat")
        self.app.post("/services/T0/secret-path")(self._take)

    def _take(self) -> Response:
        body = request.get_json()
        assert body.keys() == {"text"}
        self.messages.append(body["text"])
        return Response("ok" if self.status == 200 else "no", self.status)


@contextmanager
def chat_room() -> Iterator[tuple[ChatRoom, str]]:
    """A room and the address of its webhook."""
    room = ChatRoom()
    with SandboxServer(room.app) as server:
        yield room, f"{server.url}/services/T0/secret-path"
