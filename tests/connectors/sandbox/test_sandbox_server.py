import socket
import threading
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, Response, request

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, create_app

from .support import ADMIN, ADMIN_TOKEN, DEADLINE_SECONDS, Caller, hook


def _sandbox_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("sandbox")]


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE_SECONDS)


def test_it_stops_without_a_trace_and_starts_again(config: SandboxConfig) -> None:
    threads = threading.active_count()
    server = SandboxServer(create_app(config))
    with server:
        url = server.url
        Caller(url).open_ticket()
        assert len(_sandbox_threads()) == 2
    assert threading.active_count() == threads
    with pytest.raises(RuntimeError, match="call start"):
        _ = server.url
    with pytest.raises(ConnectionRefusedError):
        _connect(url)
    server.stop()
    with server:
        assert len(Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN)).get("/api/v2/tickets")) == 4


def test_a_given_port_is_taken_and_given_back(config: SandboxConfig) -> None:
    with SandboxServer(create_app(config)) as first:
        port = urlsplit(first.url).port
        assert port
        with pytest.raises(OSError, match="in use"):
            SandboxServer(create_app(config), port=port).start()
        with pytest.raises(RuntimeError, match="already"):
            first.start()
    with SandboxServer(create_app(config), port=port) as second:
        assert urlsplit(second.url).port == port


def test_a_connection_nobody_speaks_on_does_not_hold_up_a_stop(config: SandboxConfig) -> None:
    with SandboxServer(create_app(config)) as server:
        idle = _connect(server.url)
        Caller(server.url).open_ticket()
    with idle:
        assert idle.recv(1) == b""


def test_a_request_in_flight_still_gets_its_answer() -> None:
    app, started, go_on = Flask("slow"), threading.Event(), threading.Event()

    @app.get("/")
    def slow() -> str:
        started.set()
        go_on.wait(DEADLINE_SECONDS)
        return "done"

    got: list[str] = []
    server = SandboxServer(app).start()
    url = server.url
    asking = threading.Thread(
        target=lambda: got.append(requests.get(url, timeout=DEADLINE_SECONDS).text)
    )
    asking.start()
    assert started.wait(DEADLINE_SECONDS)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    go_on.set()
    stopping.join(DEADLINE_SECONDS)
    asking.join(DEADLINE_SECONDS)
    assert got == ["done"]


def test_a_stop_does_not_wait_for_a_queue_of_deliveries(config: SandboxConfig) -> None:
    app, blocked, go_on = Flask("stuck"), threading.Event(), threading.Event()

    @app.post("/hook")
    def stuck() -> str:
        blocked.set()
        go_on.wait(DEADLINE_SECONDS)
        return ""

    with SandboxServer(app) as endpoint, SandboxServer(create_app(config)) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.post("/api/v2/webhooks", hook(f"{endpoint.url}/hook", "created"))
        for _ in range(3):
            admin.open_ticket()
        assert blocked.wait(DEADLINE_SECONDS)
        assert admin.get("/sandbox/idle") == {"pending_deliveries": 3}
        go_on.set()
    assert not _sandbox_threads()


def test_many_writers_at_once_lose_nothing(admin: Caller) -> None:
    admin.open_ticket()

    def write(number: int) -> None:
        for turn in range(5):
            body = {"ticket": {"comment": {"body": f"{number}.{turn}", "public": False}}}
            admin.put("/api/v2/tickets/1.json", body)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(admin.get("/api/v2/tickets/1/audits.json")["audits"]) == 21
    notes = admin.get("/sandbox/log")["notes"]
    assert len({note["comment_id"] for note in notes}) == 20


class _Faults:
    def __init__(self) -> None:
        self.refuse = self.lose = False

    def before(self) -> Response | None:
        refused = self.refuse and request.method == "PUT"
        return Response("down", status=503) if refused else None

    def after(self, response: Response) -> Response:
        lost = self.lose and request.method == "PUT"
        return Response("gone", status=502) if lost else response


def test_the_seam_sees_every_request_before_and_after(config: SandboxConfig) -> None:
    faults = _Faults()
    with SandboxServer(create_app(config, seam=faults)) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        admin.open_ticket()
        note = {"ticket": {"comment": {"body": "x", "public": False}}}
        faults.refuse = True
        assert Caller(server.url)("PUT", "/api/v2/tickets/1", note).status_code == 503
        assert admin("PUT", "/api/v2/tickets/1", note).status_code == 503
        assert admin.get("/sandbox/log")["write_count"] == 0
        faults.refuse, faults.lose = False, True
        assert admin("PUT", "/api/v2/tickets/1", note).status_code == 502
        log = admin.get("/sandbox/log")
    assert (log["write_count"], len(log["notes"])) == (1, 1)


def test_a_delivery_that_takes_too_long_is_logged_as_a_timeout(config: SandboxConfig) -> None:
    app, go_on = Flask("stuck"), threading.Event()

    @app.post("/hook")
    def stuck() -> str:
        go_on.wait(DEADLINE_SECONDS)
        return ""

    hasty = replace(config, delivery_seconds=0.05)
    with SandboxServer(app) as endpoint, SandboxServer(create_app(hasty)) as server:
        admin = Caller(server.url, (f"{ADMIN}/token", ADMIN_TOKEN))
        made = admin.post("/api/v2/webhooks", hook(f"{endpoint.url}/hook", "created"))["webhook"]
        admin.open_ticket()
        admin.settle()
        log = admin.get(f"/api/v2/webhooks/{made['id']}/invocations")["invocations"]
        go_on.set()
    assert [each["status"] for each in log] == ["timeout"]
