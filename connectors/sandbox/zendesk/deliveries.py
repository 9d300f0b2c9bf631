"""Delivers events to webhooks: one background thread, in order."""

import threading
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus

from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.events import Event
from connectors.sandbox.zendesk.sending import Sender, outgoing
from connectors.sandbox.zendesk.webhooks import Attempt, Registry

# Which codes are retried is unconfirmed: 409 up to three times, and 429 and 503 with a Retry-After
# below 60 s. Nothing else is sent twice.
_RETRIES = 3
_LONGEST_PAUSE_SECONDS = 60
_CONFLICT_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Job:
    invocation_id: str
    webhook_id: str
    body: bytes


class Deliveries:
    """A queue and the thread that empties it."""

    def __init__(self, desk: Desk, registry: Registry, sender: Sender) -> None:
        self._registry = registry
        self._sender = sender
        self._waiting: deque[_Job] = deque()
        self._work = threading.Condition(desk.lock)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def enqueue(self, event: Event) -> None:
        """Queue an event for every webhook that subscribed to its type."""
        with self._work:
            for invocation in self._registry.invoke(event.type):
                self._waiting.append(_Job(invocation.id, invocation.webhook_id, event.body))
            self._work.notify()

    def pending(self) -> int:
        """Deliveries that are queued or under way."""
        with self._work:
            return len(self._waiting)

    def start(self) -> None:
        """Begin to deliver."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="sandbox-deliveries", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the request in flight and end; what is queued stays for the next start."""
        if self._thread is None:
            return
        self._stopping.set()
        with self._work:
            self._work.notify()
        self._thread.join()
        self._thread = None

    def _run(self) -> None:
        while True:
            with self._work:
                self._work.wait_for(lambda: self._waiting or self._stopping.is_set())
                if self._stopping.is_set():
                    return
                job = self._waiting[0]
            if self._deliver(job):
                with self._work:
                    self._waiting.popleft()

    def _deliver(self, job: _Job) -> bool:
        """Whether the job is over; False where a stop came between two attempts."""
        for retries_left in range(_RETRIES, -1, -1):
            attempt = self._attempt(job)
            pause = None if attempt is None else _pause_before_retry(attempt)
            if pause is None or not retries_left:
                return True
            if self._stopping.wait(pause):
                return False
        return True

    def _attempt(self, job: _Job) -> Attempt | None:
        try:
            webhook = self._registry.get(job.webhook_id)
        except ApiError:
            return None  # The webhook was deleted meanwhile.
        request = outgoing(webhook, invocation_id=job.invocation_id, body=job.body)
        attempt = self._sender.send(request)
        self._registry.record(job.invocation_id, attempt)
        return attempt


def _pause_before_retry(attempt: Attempt) -> float | None:
    """Seconds until the next attempt; None for no other attempt."""
    if attempt.status_code == HTTPStatus.CONFLICT:
        return _CONFLICT_PAUSE_SECONDS
    if attempt.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wanted = attempt.response_headers.get("Retry-After", "")
        if wanted.isascii() and wanted.isdigit() and int(wanted) < _LONGEST_PAUSE_SECONDS:
            return float(wanted)
    return None
