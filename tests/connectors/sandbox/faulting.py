"""Arms faults in a stand-in and looks at what became of them."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from .support import DEADLINE_SECONDS, Caller

FAULTS = "/sandbox/faults"
TICKET = "/api/v2/tickets/1"
NOTE = {"ticket": {"comment": {"body": "Note", "public": False}}}
_PUT = "PUT /api/v2/tickets/<ticket_id>"


def arm(caller: Caller, fault: int | str, **more: Any) -> dict[str, Any]:
    armed = caller("POST", FAULTS, {"fault": fault, **more})
    assert armed.status_code == 201, armed.text
    shown: dict[str, Any] = armed.json()
    return shown


def writes(caller: Caller) -> int:
    count: int = caller.get("/sandbox/log")["writes"].get(_PUT, 0)
    return count


def met(caller: Caller) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = caller.get("/sandbox/log")["faults"]
    return log


def until(caller: Caller, **wanted: Any) -> None:
    """Wait until the report of the faults says so."""
    end = time.monotonic() + DEADLINE_SECONDS
    while {name: caller.get(FAULTS)[name] for name in wanted} != wanted:
        assert time.monotonic() < end, f"never {wanted}"
        time.sleep(0.002)


@contextmanager
def asking(caller: Caller, method: str = "PUT", body: Any = NOTE) -> Iterator["queue.Queue[Any]"]:
    """A caller that waits for its answer; the queue gets the status or the error."""
    outcome: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            outcome.put(caller(method, TICKET, body).status_code)
        except requests.RequestException as error:
            outcome.put(type(error))

    thread = threading.Thread(target=ask)
    thread.start()
    yield outcome
    thread.join(DEADLINE_SECONDS)
    assert not thread.is_alive()
