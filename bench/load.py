"""Starts a server to measure, and sends signed webhooks at it from several threads."""

import base64
import hashlib
import hmac
import http.client
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import Meter
from bench.servers import SECRET, VENDOR_ACCOUNT


@dataclass(frozen=True, slots=True)
class Server:
    """A server under measurement."""

    port: int
    pid: int
    facts: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Rate:
    """What a load came to. Times in milliseconds; `processor` is the server's own, a webhook."""

    per_second: float
    processor: float
    p50: float
    p99: float


@contextmanager
def server(kind: str) -> Iterator[Server]:
    """One server in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        command = [sys.executable, "-m", "bench.servers", kind, folder, str(port)]
        with subprocess.Popen(  # noqa: S603 (our own module)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            if process.stdout is None:
                raise RuntimeError("the server's output is not read")
            facts = json.loads(process.stdout.readline())
            _wait_for(port)
            yield Server(port, process.pid, facts, Path(folder))
            process.kill()


def send(to: Server, *, requests: int, threads: int, pace: float = 0.0) -> Rate:
    """Send so many webhooks from so many connections, each at most one every `pace` seconds."""
    times: list[float] = []
    meter = Meter([to.pid])
    start = time.perf_counter()
    workers = [
        threading.Thread(target=_send_some, args=(to, requests // threads, times, pace))
        for _ in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - start
    times.sort()
    return Rate(
        len(times) / seconds,
        _ms(meter.read().ours / len(times)),
        _ms(times[len(times) // 2]),
        _ms(times[len(times) * 99 // 100]),
    )


def _send_some(to: Server, count: int, times: list[float], pace: float) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", to.port, timeout=30)
    begun = time.perf_counter() + random.uniform(0, pace)  # noqa: S311 - spreads the senders
    for number in range(count):
        time.sleep(max(0.0, begun + number * pace - time.perf_counter()))
        body = event(f"{threading.get_ident()}-{number}")
        headers = signed(body)
        start = time.perf_counter()
        connection.request("POST", to.facts["path"], body, headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - start)
        if answer.status != http.client.OK:
            raise RuntimeError(f"the server answered {answer.status}")
    connection.close()


def event(name: str) -> bytes:
    """A comment on a ticket the helpdesk does not have: accepted, and cheap to find out."""
    return json.dumps(
        {
            "account_id": int(VENDOR_ACCOUNT),
            "id": f"bench-{name}",
            "subject": "zen:ticket:999999",
            "time": "2026-06-09T08:36:44.304701605Z",
            "type": "zen:event-type:ticket.comment_added",
            "zendesk_event_version": "2022-11-06",
            "detail": {"id": "999999", "status": "OPEN", "tags": []},
            "event": {
                "comment": {
                    "id": str(abs(hash(name)) % 10**12),
                    "author": {"id": "360000000777", "is_staff": False, "name": "A customer"},
                    "body": "Where is my order?",
                    "is_public": True,
                }
            },
        }
    ).encode()


def signed(body: bytes) -> dict[str, str]:
    """The headers that Zendesk would send with it."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    mac = hmac.new(SECRET.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Zendesk-Webhook-Signature": base64.b64encode(mac).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "X-Zendesk-Account-Id": VENDOR_ACCOUNT,
    }


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
