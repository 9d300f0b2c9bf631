"""The embedded web server stops at once, whoever has a connection open, and cuts no answer off."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask

from plugin.web.listening import Listening
from tests.bench.databases import settings_for
from tests.jobs.support import eventually

AT_ONCE_SECONDS = 3.0
PATIENCE_SECONDS = 20.0


class Desk:
    """A server with a page that waits, and how long its stop took."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        self.entered, self.let_go = threading.Event(), threading.Event()
        web = Flask("slow")
        web.get("/")(lambda: "here")
        web.get("/slow")(self._slow)
        settings = settings_for("sqlite://", folder, port=self.port)
        self._listening = Listening(web, settings, largest_body=1024)
        self._listening.start()
        self.took = -1.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def takes_connections(self) -> bool:
        with socket.socket() as another:
            return another.connect_ex(("127.0.0.1", self.port)) == 0

    def has_taken(self, connections: int) -> bool:
        """Those that still wait in the system's queue are reset when the port closes."""
        return connections == len(self._listening._server.active_channels)

    def _slow(self) -> str:
        self.entered.set()
        assert self.let_go.wait(PATIENCE_SECONDS)
        return "x" * 1_000_000

    def loop_sees_stop_first(self) -> None:
        """The loop wakes between the two halves of the stop: it is told, then it is woken."""
        listening = self._listening
        told = listening._stopping.set

        def told_and_seen() -> None:
            told()
            listening._thread.join(PATIENCE_SECONDS)

        listening._stopping.set = told_and_seen  # type: ignore[method-assign]

    def until_answered(self) -> None:
        answering = self._listening._server.task_dispatcher
        eventually(lambda: not answering.threads, what="all answers given")

    def forget(self) -> None:
        """What a process that ends leaves to the system, and this one may not."""
        self._listening._server.trigger.close()

    def stop(self, *, wait_seconds: float = PATIENCE_SECONDS) -> None:
        if self.took < 0:
            began = time.monotonic()
            self._listening.stop(wait_seconds=wait_seconds)
            self.took = time.monotonic() - began


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.let_go.set()
    desk.stop()
    desk.until_answered()
    desk.forget()


def test_open_connections_hold_nothing_up(desk: Desk) -> None:
    """One that was used, one that never said a word, one in the middle of a request's head."""
    with requests.Session() as used:
        assert used.get(desk.url, timeout=5).text == "here"
        address = ("127.0.0.1", desk.port)
        with socket.create_connection(address) as silent, socket.create_connection(address) as half:
            half.sendall(b"GET / HTTP/1.1\r\nHo")
            eventually(lambda: desk.has_taken(3), what="all three taken")
            desk.stop()
            assert desk.took < AT_ONCE_SECONDS
            assert silent.recv(1) == b""
        with pytest.raises(requests.ConnectionError):
            used.get(desk.url, timeout=5)


def test_who_is_being_answered_gets_the_whole_answer(desk: Desk) -> None:
    got: list[int] = []

    def ask() -> None:
        got.append(len(requests.get(f"{desk.url}/slow", timeout=PATIENCE_SECONDS).content))

    asking, stopping = threading.Thread(target=ask), threading.Thread(target=desk.stop)
    asking.start()
    assert desk.entered.wait(PATIENCE_SECONDS)
    stopping.start()
    eventually(lambda: not desk.takes_connections(), what="no more connections taken")
    desk.let_go.set()
    for thread in (asking, stopping):
        thread.join(PATIENCE_SECONDS)
    assert got == [1_000_000]
    assert 0 <= desk.took < PATIENCE_SECONDS


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(desk: Desk) -> None:
    with socket.create_connection(("127.0.0.1", desk.port)) as asking:
        asking.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert desk.entered.wait(PATIENCE_SECONDS)
        desk.stop(wait_seconds=0.2)
        assert desk.took < PATIENCE_SECONDS
        assert asking.recv(1) == b""


def test_the_loop_may_notice_the_stop_before_it_is_told(desk: Desk) -> None:
    """It looks once a second by itself. Whoever tells it then must find somebody to tell."""
    desk.loop_sees_stop_first()
    desk.stop()
    assert 0 <= desk.took < AT_ONCE_SECONDS


def test_it_can_be_stopped_before_it_began(tmp_path: Path) -> None:
    listening = Listening(Flask("never"), settings_for("sqlite://", tmp_path), largest_body=1024)
    listening.stop(wait_seconds=1)
